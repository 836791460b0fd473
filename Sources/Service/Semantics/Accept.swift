import HTTPServer
import HTTPTypes

/// What forms of an answer a client takes: the `Accept` field (RFC 9110, 12.5.1).
struct Accept {
    private struct Range {
        let type: Substring
        let subtype: Substring
        /// In thousandths, as fine as the field can be.
        let quality: Int

        /// How exactly the range names the form; nil if it does not.
        func precision(of form: MediaType) -> Int? {
            if type == form.type { return subtype == form.subtype ? 2 : subtype == "*" ? 1 : nil }
            return type == "*" && subtype == "*" ? 0 : nil
        }
    }

    private let ranges: [Range]

    /// A field that is missing, or of which nothing can be read, takes anything.
    init(_ fields: HTTPFields) {
        ranges = fields[values: .accept].joined(separator: ",").lowercased().split(separator: ",")
            .compactMap(Self.range)
    }

    /// Parameters but the quality say nothing about forms that have none.
    private static func range(_ text: Substring) -> Range? {
        let parts = text.split(separator: ";").map(\.trimmed)
        guard let sides = parts.first?.split(separator: "/", omittingEmptySubsequences: false), sides.count == 2,
            sides.allSatisfy({ !$0.isEmpty })
        else { return nil }
        var quality = 1000
        if let written = parts.dropFirst().first(where: { $0.hasPrefix("q=") }) {
            guard let value = Double(written.dropFirst(2)), (0...1).contains(value) else { return nil }
            quality = Int((value * 1000).rounded())
        }
        return Range(type: sides[0], subtype: sides[1], quality: quality)
    }

    /// How much the client wants a form; 0 means not at all. Of the ranges that name it the most precise one counts.
    func quality(of form: MediaType) -> Int {
        if ranges.isEmpty { return 1000 }
        let fitting = ranges.compactMap { range in
            range.precision(of: form).map { (precision: $0, quality: range.quality) }
        }
        let precision = fitting.map(\.precision).max()
        return fitting.filter { $0.precision == precision }.map(\.quality).max() ?? 0
    }

    /// The form that the client likes best; the first of those that it likes the same.
    /// - Returns: nil if it takes none of them.
    func best(among forms: [MediaType]) -> MediaType? {
        let wanted = forms.map { (form: $0, quality: quality(of: $0)) }
        guard let highest = wanted.map(\.quality).max(), highest > 0 else { return nil }
        return wanted.first { $0.quality == highest }?.form
    }
}

extension HTTPServerRequest {
    /// The form to answer in.
    /// - Throws: `Problem` 406 naming the forms there are.
    func form(among forms: [MediaType]) throws(Problem) -> MediaType {
        if let form = Accept(headerFields).best(among: forms) { return form }
        let names = forms.map(\.rawValue).joined(separator: ", ")
        throw Problem(
            status: .notAcceptable,
            code: "not_acceptable",
            detail: "the request's Accept field takes none of the forms that this resource has: \(names)",
            field: "Accept",
            hint: "leave Accept out, or name one of them"
        )
    }
}

extension StringProtocol {
    /// Without the spaces and tabs around it that HTTP allows between tokens.
    var trimmed: SubSequence {
        let start = drop { $0 == " " || $0 == "\t" }
        let end = start.lastIndex { $0 != " " && $0 != "\t" }
        return end.map { start[...$0] } ?? start[start.endIndex...]
    }
}
