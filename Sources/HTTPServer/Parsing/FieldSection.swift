import HTTPTypes

/// Field lines up to the empty line that ends them: a request's header, or the trailers of a chunked body.
struct FieldSection: Sendable {
    private(set) var fields = HTTPFields()
    private var bytes = 0

    /// Reads as many lines as are there.
    /// - Returns: whether the section is complete.
    mutating func read(from input: inout InputBuffer, limits: Limits) throws(RequestFault) -> Bool {
        while let line = try takeLine(from: &input, limits: limits) {
            if line.isEmpty { return true }
            guard fields.count < limits.headerFields else { throw .tooManyFields(limit: limits.headerFields) }
            fields.append(try Self.field(line))
            bytes += line.count + 2
        }
        return false
    }

    private func takeLine(
        from input: inout InputBuffer,
        limits: Limits
    ) throws(RequestFault) -> ArraySlice<UInt8>? {
        do {
            return try input.takeLine(upTo: max(0, limits.headerBytes - bytes - 2))
        } catch {
            switch error {
            case .tooLong: throw .headerTooLarge(limit: limits.headerBytes)
            case .bareLineFeed: throw .malformed("a header line does not end with CR LF")
            }
        }
    }

    /// `field-name ":" OWS field-value OWS` of RFC 9112, 5. A folded line begins with white space, which no name does.
    private static func field(_ line: ArraySlice<UInt8>) throws(RequestFault) -> HTTPField {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            throw .malformed("a header line has no colon")
        }
        let name = line[..<colon]
        guard !name.isEmpty, name.allSatisfy(\.isToken),
            let fieldName = HTTPField.Name(String(decoding: name, as: UTF8.self))
        else { throw .malformed("a header name is not a token directly followed by a colon") }
        let value = line[colon...].dropFirst().trimmed
        guard value.allSatisfy(\.isFieldContent) else { throw .malformed("a header value holds a control byte") }
        guard let text = String(validating: value, as: UTF8.self) else {
            throw .malformed("a header value is not UTF-8")
        }
        return HTTPField(name: fieldName, value: text)
    }
}
