/// What a request asks for: origin-form (`/a/b?c=d`), or absolute-form (`http://host/a/b`) reduced to it.
struct RequestTarget: Sendable {
    /// The authority of an absolute-form target.
    var authority: String?
    /// Percent-decoded as a whole; `/a%2Fb` and `/a/b` read the same here, use `segments` to tell them apart.
    var path: String
    /// What stands between the slashes, each decoded by itself. `/` has none, `/a/` has `a` and an empty one.
    /// `.` and `..` are left standing: nothing is collapsed.
    var segments: [String]
    /// In order of appearance, `+` read as a space.
    var query: [(name: String, value: String)]

    init(parsing bytes: ArraySlice<UInt8>) throws(RequestFault) {
        guard bytes.allSatisfy(\.isTarget) else {
            throw .malformed("the target holds a byte that must be percent-encoded")
        }
        var rest = bytes
        (authority, rest) = try Self.splitAuthority(bytes)
        let question = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        let rawPath = rest[..<question]
        path = rawPath.isEmpty ? "/" : try PercentDecoding.decode(rawPath, plusIsSpace: false)
        segments = try Self.segments(rawPath.dropFirst())
        query = try Self.query(rest[question...].dropFirst())
    }

    private static func splitAuthority(
        _ bytes: ArraySlice<UInt8>
    ) throws(RequestFault) -> (String?, ArraySlice<UInt8>) {
        if bytes.first == UInt8(ascii: "/") { return (nil, bytes) }
        guard bytes.prefix(7).equalsIgnoringCase("http://") else {
            throw .malformed("the target must be a path that begins with a slash")
        }
        let afterScheme = bytes.dropFirst(7)
        let end = afterScheme.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? afterScheme.endIndex
        let authority = afterScheme[..<end]
        guard !authority.isEmpty, HostField.isValid(authority) else {
            throw .malformed("the target's authority is not a host with an optional port")
        }
        return (String(decoding: authority, as: UTF8.self), afterScheme[end...])
    }

    private static func segments(_ bytes: ArraySlice<UInt8>) throws(RequestFault) -> [String] {
        guard !bytes.isEmpty else { return [] }
        var segments: [String] = []
        for part in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            segments.append(try PercentDecoding.decode(part, plusIsSpace: false))
        }
        return segments
    }

    private static func query(_ bytes: ArraySlice<UInt8>) throws(RequestFault) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let name = try PercentDecoding.decode(pair[..<equals], plusIsSpace: true)
            let value = try PercentDecoding.decode(pair[equals...].dropFirst(), plusIsSpace: true)
            pairs.append((name, value))
        }
        return pairs
    }
}
