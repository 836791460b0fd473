import HTTPServer
import HTTPTypes
import Logging

/// What a request is called while it is answered. Log lines and problem documents that are made meanwhile find it here,
/// however far down.
public struct RequestContext: Sendable {
    @TaskLocal static var current: RequestContext?

    /// Named by the client, or else made here.
    let id: String
    /// The run the request is about, if it is about one.
    let run: Int?

    static let fieldName = HTTPField.Name("X-Request-Id")

    /// The client's name for the request is taken if it can stand in a log line as it is.
    init(_ request: HTTPServerRequest, run: Int?) {
        let given = Self.fieldName.flatMap { request.headerFields[$0] }
        id = given.flatMap { Self.isWellFormed($0) ? $0 : nil } ?? Self.make()
        self.run = run
    }

    private static func isWellFormed(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    private static func make() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension Logger.MetadataProvider {
    /// Puts the request, and its run, on every line that is logged while it is answered.
    public static let requests = Logger.MetadataProvider {
        guard let context = RequestContext.current else { return [:] }
        var metadata: Logger.Metadata = ["request": "\(context.id)"]
        if let run = context.run { metadata["run"] = "\(run)" }
        return metadata
    }
}
