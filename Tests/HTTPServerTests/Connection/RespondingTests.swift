import Foundation
import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("Answers as bytes")
struct RespondingTests {
    @Test("a header value cannot end its line")
    func noSplitting() {
        let evil = "a\r\nSet-Cookie: x=y\r\n\r\n<html>\0"
        let bytes = ResponseHeadEncoder.encode(
            status: .init(code: 404, reasonPhrase: evil),
            fields: [.location: evil],
            framing: .length(0),
            persistence: .implied,
            date: "D"
        )
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.count == 6)
        #expect(lines.suffix(2) == ["", ""])
        var cleaned: [UInt8] = []
        ResponseHeadEncoder.append(clean: "a\r\n\t\0\u{7f}ü", to: &cleaned)
        #expect(cleaned == Array("a  \t  ü".utf8))
    }

    @Test("what only the server knows cannot be set by a handler")
    func ownFields() {
        let bytes = ResponseHeadEncoder.encode(
            status: 422,
            fields: [.contentLength: "7", .transferEncoding: "gzip", .date: "now", .eTag: "e"],
            framing: .length(3),
            persistence: .close,
            date: "D"
        )
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "HTTP/1.1 422 Unprocessable Content\r\nDate: D\r\nContent-Length: 3\r\nConnection: close\r\nETag: e\r\n\r\n"
        )
    }

    @Test(
        "dates are those of a calendar",
        arguments: [0, 784_111_777, 951_782_399, 951_782_400, 4_107_542_400, 1_709_164_800]
    )
    func dates(seconds: Int) {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        #expect(
            HTTPDate.format(secondsSince1970: seconds)
                == formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
        )
    }

    @Test("the output queue gives back what it was given")
    func outputQueue() {
        var queue = OutputQueue()
        var expected: [UInt8] = []
        for size in [1, 0, 10, 20_000, 3, 16_000, 400, 70_000] {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
            queue.append(bytes)
            expected += bytes
        }
        #expect(queue.count == expected.count)
        var taken: [UInt8] = []
        while let count = queue.withFirstSegment({ bytes, _ in
            taken.append(contentsOf: bytes.prefix(999))
            return min(999, bytes.count)
        }) {
            queue.drop(count)
        }
        #expect(taken == expected)
        #expect(queue.isEmpty)
    }
}
