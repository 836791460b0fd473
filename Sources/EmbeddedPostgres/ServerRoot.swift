import Glibc

/// The directory `<data directory>/postgres` and the user it belongs to.
///
/// The owner of what exists decides who runs the server, so that root may look after a cluster that a
/// user made, and the other way round nobody else can.
struct ServerRoot: Sendable {
    let layout: ClusterLayout
    let user: ServerUser

    /// Makes or checks the directory.
    static func prepare(dataDirectory: String, runAs: String?) async throws -> ServerRoot {
        let base = try DataDirectory.make(dataDirectory)
        let layout = ClusterLayout(dataDirectory: base)
        let user = try makeOrAdopt(layout.root, base: base, runAs: runAs)
        try await checkReachable(layout.root, by: user)
        return ServerRoot(layout: layout, user: user)
    }

    private static func makeOrAdopt(_ root: String, base: String, runAs: String?) throws -> ServerUser {
        guard let info = Files.information(root) else {
            let user = try ServerUser.resolve(requested: runAs)
            do {
                try Files.makePrivateDirectory(root, owner: user)
            } catch EmbeddedPostgresError.system(_, _, let reason) where access(root, F_OK) != 0 {
                throw EmbeddedPostgresError.dataDirectoryNotWritable(path: base, uid: geteuid(), reason: reason)
            } catch EmbeddedPostgresError.system {
                // Another process made it in between; judge what it made.
                return try makeOrAdopt(root, base: base, runAs: runAs)
            }
            return user
        }
        guard info.st_mode & S_IFMT == S_IFDIR else { throw EmbeddedPostgresError.notACluster(directory: root) }
        return try owner(of: root, info, runAs: runAs)
    }

    private static func owner(of root: String, _ info: stat, runAs: String?) throws -> ServerUser {
        let uid = geteuid()
        guard uid == 0 else {
            guard info.st_uid == uid else {
                throw EmbeddedPostgresError.foreignOwner(path: root, owner: info.st_uid, uid: uid)
            }
            return try ServerUser.resolve(requested: runAs)
        }
        if info.st_uid == 0 {
            // We died between mkdir and chown, or another process is just there.
            let user = try ServerUser.resolve(requested: runAs)
            guard lchown(root, user.uid, user.gid) == 0 else {
                throw EmbeddedPostgresError.lastSystemError("chown", root)
            }
            return user
        }
        let owner = ServerUser.withUID(info.st_uid, fallbackGroup: info.st_gid)
        if let runAs {
            let wanted = try ServerUser.resolve(requested: runAs)
            guard wanted.uid == owner.uid else {
                throw EmbeddedPostgresError.foreignOwner(path: root, owner: owner.uid, uid: wanted.uid)
            }
        }
        return owner
    }

    /// Asks the kernel, as that user, and only on refusal looks for the directory to name.
    private static func checkReachable(_ root: String, by user: ServerUser) async throws {
        let probe = Tool(path: "/bin/sh", user: user)
        let answer = try await probe.run(["-c", #"test -x "$1" && test -w "$1""#, "sh", root])
        guard !answer.succeeded else { return }
        guard user.needsSwitch else {
            throw EmbeddedPostgresError.dataDirectoryNotWritable(
                path: root,
                uid: user.uid,
                reason: "its mode does not let its owner in"
            )
        }
        throw EmbeddedPostgresError.directoryNotReachable(
            path: root,
            blockedAt: firstBlocked(root, for: user),
            user: user.name
        )
    }

    /// The first directory from the top that the user may not enter, judged by mode bits.
    private static func firstBlocked(_ path: String, for user: ServerUser) -> String {
        var built = ""
        for part in path.split(separator: "/") {
            built += "/" + part
            guard let info = Files.information(built) else { break }
            let bit: UInt32 = info.st_uid == user.uid ? 0o100 : info.st_gid == user.gid ? 0o010 : 0o001
            if info.st_mode & bit == 0 { return built }
        }
        return path
    }
}
