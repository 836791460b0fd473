import HTTPServer

/// The names under which a client may speak to this daemon.
///
/// A page on the web can have its own name answered with 127.0.0.1 and then talk to a daemon there as if that were its
/// own server (DNS rebinding). The browser still sends the page's name as Host, so a name that nobody gave to this daemon
/// is refused. An address in place of a name is no such danger: nobody can make a browser connect elsewhere than to
/// the address it says.
struct OwnNames: Sendable {
    private let names: Set<String>
    private let addresses: Set<IPAddress>
    /// Listening on every address; which those are may change while it does.
    private let takesAnyAddress: Bool
    /// Told by whoever runs the daemon.
    private let configured: Set<String>

    /// - Parameters:
    ///   - host: the address that is listened on.
    ///   - configured: further names, in lower case.
    ///   - machine: what the machine calls itself, of use where others reach it.
    init(listeningOn host: String, configured: [String], machine: String?) {
        let address = IPAddress(host)
        let isLocal = host == "localhost" || address?.isLoopback == true
        self.configured = Set(configured)
        names = Set(["localhost"] + (isLocal ? [] : machine.map { [$0.lowercased()] } ?? []))
        addresses = Set([address].compactMap(\.self))
        takesAnyAddress = address?.isUnspecified == true
    }

    func include(_ host: String) -> Bool {
        if names.contains(host) || configured.contains(host) { return true }
        guard let address = IPAddress(host) else { return false }
        return address.isLoopback || takesAnyAddress || addresses.contains(address)
    }
}
