/// Quotes for text that may have any quotes in it.
enum DollarQuote {
    /// `$pgradient$`, or with a number where the text has that in it.
    static func tag(for text: String) -> String {
        var (tag, number) = ("$pgradient$", 1)
        while text.contains(tag) {
            number += 1
            tag = "$pgradient\(number)$"
        }
        return tag
    }
}
