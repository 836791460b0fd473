/// A second opinion on a request that the parser has accepted, written the other way round: from the whole message
/// as text, without states. Only the fuzz test uses it; it may be slow.
enum StrictCheck {
    /// Why these bytes are not exactly one acceptable request, or nil.
    static func objection(to bytes: ArraySlice<UInt8>) -> String? {
        var text = bytes.map { Character(Unicode.Scalar($0)) }[...]
        if text.starts(with: ["\r", "\n"]) { text = text.dropFirst(2) }
        guard let end = firstIndex(of: ["\r", "\n", "\r", "\n"], in: text) else { return "no end of the header" }
        let lines = split(text[..<end])
        let body = text[(end + 4)...]
        for line in lines {
            if line.contains(where: { isControl($0) }) { return "control byte in a line" }
        }
        let parts = lines[0].split(separator: " ", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count == 3 else { return "request line has \(parts.count) parts" }
        if !isToken(parts[0]) { return "method" }
        if parts[2] != "HTTP/1.1" && parts[2] != "HTTP/1.0" { return "version" }
        if !parts[1].hasPrefix("/"), !parts[1].lowercased().hasPrefix("http://") { return "target form" }
        if parts[1].contains(where: { $0 == "#" || $0 > "~" }) { return "target byte" }
        if parts[1].lowercased().contains("%00") { return "encoded NUL" }
        var fields: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return "no colon" }
            let name = String(line[..<colon])
            if !isToken(name) { return "name" }
            fields.append((name.lowercased(), trim(String(line[(colon + 1)...]))))
        }
        return objection(method: parts[0], version: parts[2], fields: fields, body: body)
    }

    private static func objection(
        method: String,
        version: String,
        fields: [(name: String, value: String)],
        body: ArraySlice<Character>
    ) -> String? {
        func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
        let hosts = values("host")
        if hosts.count > 1 || (hosts.isEmpty && version == "HTTP/1.1") { return "\(hosts.count) hosts" }
        let lengths = values("content-length")
        let codings = values("transfer-encoding")
        if !codings.isEmpty {
            if !lengths.isEmpty { return "length and coding" }
            if version == "HTTP/1.0" { return "coding in HTTP/1.0" }
            if codings.count != 1 || codings[0].lowercased() != "chunked" { return "coding" }
            return objection(toChunks: body)
        }
        guard lengths.count <= 1 else { return "\(lengths.count) lengths" }
        guard let length = lengths.first else {
            let announces = ["content-type", "content-encoding", "expect"].contains { !values($0).isEmpty }
            if announces, ["POST", "PUT", "PATCH"].contains(method) { return "no length" }
            return body.isEmpty ? nil : "body without length"
        }
        if length.isEmpty || length.contains(where: { !("0"..."9").contains($0) }) { return "length is \(length)" }
        return Int(length) == body.count ? nil : "length \(length) for \(body.count) bytes"
    }

    private static func objection(toChunks body: ArraySlice<Character>) -> String? {
        var rest = body
        while true {
            guard let end = firstIndex(of: ["\r", "\n"], in: rest) else { return "chunk line without end" }
            let line = String(rest[..<end])
            let digits = line.prefix { $0 != ";" }
            guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }), !line.contains(where: isControl),
                let size = Int(digits, radix: 16)
            else { return "chunk line" }
            rest = rest[(end + 2)...]
            if size == 0 { return objection(toTrailers: rest) }
            guard rest.count >= size + 2, rest.dropFirst(size).starts(with: ["\r", "\n"]) else { return "chunk length" }
            rest = rest.dropFirst(size + 2)
        }
    }

    private static func objection(toTrailers rest: ArraySlice<Character>) -> String? {
        guard rest.suffix(2) == ["\r", "\n"] else { return "no end of the trailers" }
        let lines = split(rest.dropLast(2))
        guard lines.last == [] else { return "something after the trailers" }
        for line in lines.dropLast() {
            guard let colon = line.firstIndex(of: ":"), isToken(String(line[..<colon])),
                !line.contains(where: isControl)
            else { return "trailer" }
        }
        return nil
    }

    private static func split(_ text: ArraySlice<Character>) -> [[Character]] {
        var lines: [[Character]] = []
        var rest = text
        while let end = firstIndex(of: ["\r", "\n"], in: rest) {
            lines.append(Array(rest[..<end]))
            rest = rest[(end + 2)...]
        }
        return lines + [Array(rest)]
    }

    private static func firstIndex(of pattern: [Character], in text: ArraySlice<Character>) -> Int? {
        text.indices.first { text[$0...].starts(with: pattern) }
    }

    private static func isControl(_ character: Character) -> Bool {
        character != "\t" && (character < " " || character == "\u{7f}")
    }

    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.allSatisfy { ($0.isASCII && ($0.isLetter || $0.isNumber)) || "!#$%&'*+-.^_`|~".contains($0) }
    }

    private static func trim(_ text: String) -> String {
        var text = text[...]
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return String(text)
    }
}
