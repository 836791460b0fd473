/// Reads what a server has written to one client, strictly and knowing nothing of how it was written.
struct ResponseReader {
    struct Response {
        var status: Int
        /// Names in lower case.
        var fields: [(name: String, value: String)]
        var body: [UInt8]
        /// The stream was cut off in the middle, as its failure has it.
        var isCut = false

        func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }
    }

    struct Malformed: Error {
        let why: String
    }

    private var rest: ArraySlice<UInt8>

    /// The final responses in these bytes.
    /// - Parameter isHead: which of them answer HEAD; those beyond the list do not.
    static func responses(in bytes: [UInt8], isHead: [Bool]) throws(Malformed) -> [Response] {
        var reader = ResponseReader(rest: bytes[...])
        var responses: [Response] = []
        while !reader.rest.isEmpty {
            let isHead = responses.count < isHead.count && isHead[responses.count]
            let response = try reader.next(isHead: isHead)
            if response.status >= 200 { responses.append(response) }
        }
        return responses
    }

    private mutating func next(isHead: Bool) throws(Malformed) -> Response {
        let status = try line()
        let digits = status.dropFirst(9).prefix(3)
        guard status.starts(with: Array("HTTP/1.1 ".utf8)), digits.count == 3,
            let code = Int(String(decoding: digits, as: UTF8.self)), status.dropFirst(12).first == 0x20
        else { throw Malformed(why: "status line \(String(decoding: status, as: UTF8.self))") }
        var response = Response(status: code, fields: [], body: [])
        while true {
            let line = try line()
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: 0x3A), line[line.index(after: colon)...].first == 0x20 else {
                throw Malformed(why: "no field: \(String(decoding: line, as: UTF8.self))")
            }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            response.fields.append((name, String(decoding: line[colon...].dropFirst(2), as: UTF8.self)))
        }
        if code < 200 || code == 204 || code == 304 || isHead { return response }
        try readBody(of: &response)
        return response
    }

    private mutating func readBody(of response: inout Response) throws(Malformed) {
        let length = response.value("content-length")
        let coding = response.value("transfer-encoding")
        if let length {
            guard coding == nil, let count = Int(length), rest.count >= count else {
                throw Malformed(why: "a length of \(length) with \(rest.count) bytes left")
            }
            response.body = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
        } else if coding == "chunked" {
            try readChunks(of: &response)
        } else {
            response.body = Array(rest)
            rest = []
        }
    }

    private mutating func readChunks(of response: inout Response) throws(Malformed) {
        while !rest.isEmpty {
            guard let size = Int(String(decoding: try line(), as: UTF8.self), radix: 16), rest.count >= size + 2 else {
                throw Malformed(why: "a chunk")
            }
            response.body += rest.prefix(size)
            rest = rest.dropFirst(size)
            guard try line().isEmpty else { throw Malformed(why: "a chunk without its end") }
            if size == 0 { return }
        }
        response.isCut = true
    }

    /// A line without control bytes up to CR LF.
    private mutating func line() throws(Malformed) -> ArraySlice<UInt8> {
        guard let feed = rest.firstIndex(of: 0x0A), feed > rest.startIndex, rest[feed - 1] == 0x0D else {
            throw Malformed(why: "no line: \(String(decoding: rest.prefix(60), as: UTF8.self).debugDescription)")
        }
        let line = rest[..<(feed - 1)]
        guard line.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
            throw Malformed(why: "a control byte in a line")
        }
        rest = rest[(feed + 1)...]
        return line
    }
}
