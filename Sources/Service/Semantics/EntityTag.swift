import Crypto
import Foundation
import HTTPServer
import HTTPTypes
import Training

/// What tells one state of a resource from another (RFC 9110, 8.8.3).
///
/// Weak: it says that the rows behind an answer are the same, not that another version of the daemon would write the
/// same bytes about them.
struct EntityTag: Hashable {
    /// What stands between the quotes.
    let text: String

    /// - Parameters:
    ///   - versions: those of all rows that the answer is made of, in its order.
    ///   - form: that of the answer; forms of one resource are told apart.
    init(_ versions: [RowVersion], _ form: MediaType = .json) {
        let written = versions.map(\.text).joined(separator: " ")
        let short = versions.count == 1 ? written : "\(versions.count).\(Self.hash(written))"
        text = "\(form.subtype).\(short)"
    }

    /// - Parameter text: without a quote in it.
    init(text: String) { self.text = text }

    var field: String { "W/\"\(text)\"" }

    private static func hash(_ text: String) -> String {
        Data(SHA256.hash(data: Array(text.utf8))).base64EncodedString()
    }

    /// Reads the tags of a list; nil if it is none.
    fileprivate static func list(_ text: String) -> [EntityTag]? {
        var tags: [EntityTag] = []
        var rest = text[...]
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "," }
            if rest.isEmpty { return tags }
            // Weak comparison: strong or weak does not matter here.
            if rest.hasPrefix("W/") { rest = rest.dropFirst(2) }
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { return nil }
            tags.append(EntityTag(text: String(rest.dropFirst()[..<end])))
            rest = rest[end...].dropFirst().drop { $0 == " " || $0 == "\t" }
            guard rest.isEmpty || rest.first == "," else { return nil }
        }
    }
}

/// The condition under which a client wants an answer: `If-None-Match`. A malformed one is none.
enum IfNoneMatch {
    /// `*`: only if there is nothing.
    case anything
    /// Only if there is something else than these.
    case these([EntityTag])

    init?(_ fields: HTTPFields) {
        let lines = fields[values: .ifNoneMatch]
        guard !lines.isEmpty else { return nil }
        let text = lines.joined(separator: ",")
        if text.trimmed == "*" {
            self = .anything
        } else if let tags = EntityTag.list(text) {
            self = .these(tags)
        } else {
            return nil
        }
    }

    func isMet(by tag: EntityTag) -> Bool {
        switch self {
        case .anything: false
        case .these(let tags): !tags.contains(tag)
        }
    }
}

extension HTTPServerRequest {
    /// Answers a request for something that has a tag.
    /// - Parameters:
    ///   - current: looks up the tag alone, which takes less than the whole answer; nil if there may be nothing.
    ///   - answer: makes the answer, with the tag of what was read for it.
    func conditional(
        _ current: () async throws -> EntityTag?,
        _ answer: () async throws -> (HTTPServerResponse, EntityTag)
    ) async throws -> HTTPServerResponse {
        if let condition = IfNoneMatch(headerFields), let tag = try await current(), !condition.isMet(by: tag) {
            return HTTPServerResponse(status: .notModified).tagged(tag)
        }
        let (response, tag) = try await answer()
        return response.tagged(tag)
    }
}

extension HTTPServerResponse {
    /// May be kept by whoever asked, and must be asked for again before it is used.
    fileprivate func tagged(_ tag: EntityTag) -> HTTPServerResponse {
        var response = self
        response.headerFields[.eTag] = tag.field
        response.headerFields[.cacheControl] = "private, no-cache"
        response.headerFields[.vary] = "Accept"
        return response
    }
}
