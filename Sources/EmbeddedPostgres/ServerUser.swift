import Glibc

/// The user whose processes the server's are. Never root: PostgreSQL refuses that.
public struct ServerUser: Sendable, Equatable {
    /// The name, or `uid N` where the password database has none.
    public let name: String
    public let uid: UInt32
    public let gid: UInt32
    /// Whether the password database knows the uid; `initdb` insists on that.
    public let hasName: Bool
    /// The home directory, `/` where there is none.
    let home: String

    /// The user that Debian's package creates.
    public static let defaultName = "postgres"

    /// Whether processes must be started under another uid than our own.
    public var needsSwitch: Bool { geteuid() != uid }

    /// What goes before a command line to run it as this user; empty when that is us.
    ///
    /// `setpriv` of util-linux, and not swift-subprocess's `userID`: version 1.0.2 calls glibc's
    /// `setgroups` between `clone3` and `exec`, which waits for ever for the process's other threads
    /// (seen with two spawns at once).
    package var commandPrefix: [String] {
        guard needsSwitch else { return [] }
        return ["/usr/bin/setpriv", "--reuid=\(uid)", "--regid=\(gid)", "--clear-groups", "--"]
    }

    /// Decides who runs the server: we ourselves, or as root `requested` (default `postgres`).
    ///
    /// - Throws: `unknownUser`, `userIsRoot`, `cannotSwitchUser`.
    public static func resolve(requested: String? = nil) throws -> ServerUser {
        let uid = geteuid()
        guard uid == 0 else {
            let current = ServerUser.current
            if let requested, requested != current.name {
                throw EmbeddedPostgresError.cannotSwitchUser(requested: requested, uid: uid)
            }
            return current
        }
        let name = requested ?? defaultName
        guard let user = named(name) else { throw EmbeddedPostgresError.unknownUser(name: name) }
        guard user.uid != 0 else { throw EmbeddedPostgresError.userIsRoot(name: name) }
        return user
    }

    /// The user of this process.
    public static var current: ServerUser { withUID(geteuid(), fallbackGroup: getegid()) }

    /// The user with this uid, whether or not the password database knows it.
    static func withUID(_ uid: UInt32, fallbackGroup: UInt32) -> ServerUser {
        lookUp { entry, buffer, size, result in getpwuid_r(uid, entry, buffer, size, result) }
            ?? ServerUser(name: "uid \(uid)", uid: uid, gid: fallbackGroup, hasName: false, home: "/")
    }

    private static func named(_ name: String) -> ServerUser? {
        lookUp { entry, buffer, size, result in getpwnam_r(name, entry, buffer, size, result) }
    }

    private typealias Query = (
        UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
        UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> CInt

    private static func lookUp(_ query: Query) -> ServerUser? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
            guard let base = buffer.baseAddress, query(&entry, base, buffer.count, &found) == 0, found != nil
            else { return nil }
            return ServerUser(
                name: String(cString: entry.pw_name),
                uid: entry.pw_uid,
                gid: entry.pw_gid,
                hasName: true,
                home: String(cString: entry.pw_dir)
            )
        }
    }
}
