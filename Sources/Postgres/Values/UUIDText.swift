/// UUIDs between their 16 bytes and `01234567-89ab-cdef-0123-456789abcdef`.
enum UUIDText {
    private static let dashes: Set<Int> = [8, 13, 18, 23]

    /// - Returns: nil unless the text is canonical; upper case is taken too.
    static func parse(_ text: String) -> [UInt8]? {
        var digits: [UInt8] = []
        for (index, character) in text.utf8.enumerated() {
            if dashes.contains(index) {
                guard character == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = Character(Unicode.Scalar(character)).hexDigitValue else { return nil }
                digits.append(UInt8(digit))
            }
        }
        guard digits.count == 32 else { return nil }
        return stride(from: 0, to: 32, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            if dashes.contains(text.count) { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
