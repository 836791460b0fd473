import HTTPServer
import HTTPTypes

/// Whether a request was meant for this daemon by whoever sent it, judged by what browsers say on their own and no page
/// can change: the protection of a daemon whose only secret is to be on this machine.
public struct Access: Sendable {
    /// nil takes every name.
    private let names: OwnNames?
    private let configured: Set<String>

    /// Lets everything in, for tests of what is behind the door.
    public static let unchecked = Access(names: nil, configured: [])

    /// - Parameters:
    ///   - address: where the daemon listens. On a unix socket every name is taken: no page can lead a browser there,
    ///     the file's mode decides who can, and a proxy in front of it has chosen by name already.
    ///   - allowedHosts: names that a proxy or a name server gives to this daemon, without port.
    ///   - machine: what the machine calls itself.
    public init(listeningOn address: ListenAddress, allowedHosts: [String], machine: String? = nil) {
        // As `Authority` spells them.
        let configured = allowedHosts.map { $0.lowercased() }.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
        switch address {
        case .unix: self.init(names: nil, configured: configured)
        case .tcp(let host, _):
            let names = OwnNames(listeningOn: host, configured: configured, machine: machine)
            self.init(names: names, configured: configured)
        }
    }

    private init(names: OwnNames?, configured: [String]) {
        self.names = names
        self.configured = Set(configured)
    }

    /// Whether it could be one of `allowedHosts`: a name or an address, and neither scheme nor port.
    public static func isHost(_ text: String) -> Bool {
        if IPAddress(text) != nil { return true }
        return !text.isEmpty && text.utf8.count <= 253
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
    }

    /// Why the request is refused, or nil.
    func objection(to request: HTTPServerRequest) -> Problem? {
        hostObjection(to: request) ?? originObjection(to: request)
    }

    private func hostObjection(to request: HTTPServerRequest) -> Problem? {
        // HTTP/1.0 without Host: no browser has sent that in this century, load balancers do.
        guard let names, let host = request.host else { return nil }
        if let authority = Authority(host), names.include(authority.host) { return nil }
        return Problem(
            status: .misdirectedRequest,
            code: "unknown_host",
            detail: host.isEmpty ? "the request names no host" : "this daemon does not go by the name \(host)",
            hint: "use localhost, 127.0.0.1 or the address it listens on; "
                + "a name that is meant to lead here is made known with --allowed-host or PGRADIENT_ALLOWED_HOSTS"
        )
    }

    /// A page of another site can make a browser send a form or fetch to this daemon, though it can't read the answer:
    /// no answer says that it may (CORS). What changes something must come from a page of this daemon, or from no page.
    private func originObjection(to request: HTTPServerRequest) -> Problem? {
        let isSafe = [.get, .head, .options, .trace].contains(request.method)
        if isSafe ? isForeignPart(request) : isForeign(request) { return Self.foreign }
        return nil
    }

    /// A picture, script or fetch for a page of another site. A link that a person follows is none.
    private func isForeignPart(_ request: HTTPServerRequest) -> Bool {
        request.headerFields[Self.fetchSite] == "cross-site" && request.headerFields[Self.fetchMode] != "navigate"
    }

    private func isForeign(_ request: HTTPServerRequest) -> Bool {
        if let origin = request.headerFields[.origin] { return !isOwn(origin, of: request) }
        guard let site = request.headerFields[Self.fetchSite] else { return false }
        return site != "same-origin" && site != "none"
    }

    /// A page of the same host and port; or of a configured name, whatever the scheme and port of the proxy there.
    private func isOwn(_ origin: String, of request: HTTPServerRequest) -> Bool {
        let scheme = origin.prefix { $0 != ":" }
        guard scheme == "http" || scheme == "https", origin.dropFirst(scheme.count).hasPrefix("://"),
            let page = Authority(origin.dropFirst(scheme.count + 3))
        else { return false }
        if configured.contains(page.host) { return true }
        guard let host = request.host.flatMap({ Authority($0) }) else { return false }
        let usual = scheme == "http" ? 80 : 443
        return page.host == host.host && page.port ?? usual == host.port ?? usual
    }

    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")!
    private static let fetchMode = HTTPField.Name("Sec-Fetch-Mode")!

    private static var foreign: Problem {
        Problem(
            status: .forbidden,
            code: "foreign_origin",
            detail: "the request comes from a page of another site",
            hint: "pages of this daemon and programs may do this; "
                + "behind a proxy, pass the Host field on or start the daemon with --allowed-host and the proxy's name"
        )
    }
}
