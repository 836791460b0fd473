import HTTPTypes

@testable import HTTPServer

/// What a parser made of some bytes, in a form that can be compared and read.
struct ParserRun: Equatable, CustomStringConvertible {
    /// One line per request: method, path segments, query, version, body.
    var requests: [String] = []
    var fault: RequestFault?
    /// Where each complete request ends.
    var ends: [Int] = []
    /// The most bytes the parser held before and after it had worked on a piece.
    var mostHeld = 0
    var mostLeft = 0
    /// The requests whole.
    var accepted: [(head: RequestHead, body: [UInt8])] = []
    /// The one whose body did not come to its end.
    var unfinished: RequestHead?

    static func == (left: ParserRun, right: ParserRun) -> Bool {
        left.requests == right.requests && left.fault == right.fault && left.ends == right.ends
    }

    var description: String {
        "requests \(requests), fault \(fault.map { "\($0)" } ?? "none"), ends \(ends)"
    }

    init(_ pieces: [ArraySlice<UInt8>], limits: Limits = .default) {
        var parser = RequestParser(limits: limits)
        var appended = 0
        do throws(RequestFault) {
            for piece in pieces {
                parser.append(piece)
                appended += piece.count
                mostHeld = max(mostHeld, parser.heldBytes)
                while let event = try parser.next() {
                    guard case .request(let head, let body) = event else {
                        if case .head(let head) = event { unfinished = head }
                        continue
                    }
                    unfinished = nil
                    requests.append(Self.summary(head, body))
                    accepted.append((head, body))
                    ends.append(appended - parser.heldBytes)
                }
                mostLeft = max(mostLeft, parser.heldBytes)
            }
        } catch {
            fault = error
        }
    }

    init(whole bytes: [UInt8], limits: Limits = .default) {
        self.init([bytes[...]], limits: limits)
    }

    init(byteByByte bytes: [UInt8], limits: Limits = .default) {
        self.init(bytes.indices.map { bytes[$0...$0] }, limits: limits)
    }

    private static func summary(_ head: RequestHead, _ body: [UInt8]) -> String {
        let query = head.target.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        let version = head.version == .http11 ? "1.1" : "1.0"
        return "\(head.method) \(head.target.segments) ?\(query) \(version) \(String(decoding: body, as: UTF8.self))"
    }
}

extension RequestParser {
    /// The parts of the first request in `text`.
    static func first(of text: String, limits: Limits = .default) throws -> (RequestHead, [UInt8]) {
        var parser = RequestParser(limits: limits)
        parser.append(Array(text.utf8))
        while let event = try parser.next() {
            if case .request(let head, let body) = event { return (head, body) }
        }
        throw Incomplete()
    }

    struct Incomplete: Error {}
}
