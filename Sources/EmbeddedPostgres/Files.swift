import Glibc

/// Small file operations with typed errors; everything we make is for the server's user only.
package enum Files {
    /// Makes a directory, mode 0700, and gives it to `owner`.
    package static func makePrivateDirectory(_ path: String, owner: ServerUser) throws {
        guard mkdir(path, 0o700) == 0 else { throw EmbeddedPostgresError.lastSystemError("mkdir", path) }
        try give(path, to: owner)
    }

    /// Makes a directory with a new name, mode 0700, beside nothing else: `prefix` plus six characters.
    package static func makeUniqueDirectory(prefix: String, owner: ServerUser) throws -> String {
        var template = Array((prefix + "XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw EmbeddedPostgresError.lastSystemError("mkdtemp", prefix) }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try give(path, to: owner)
        return path
    }

    /// Replaces a file in one step, so that a reader never sees half of it.
    ///
    /// The new file is opened exclusively: in a directory that belongs to another user, root must not
    /// follow a link laid there.
    package static func write(_ text: String, to path: String, owner: ServerUser) throws {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw EmbeddedPostgresError.lastSystemError("open", temporary) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw EmbeddedPostgresError.lastSystemError("write", temporary) }
            rest = rest.dropFirst(count)
        }
        if owner.needsSwitch, fchown(descriptor, owner.uid, owner.gid) != 0 {
            throw EmbeddedPostgresError.lastSystemError("fchown", temporary)
        }
        guard rename(temporary, path) == 0 else { throw EmbeddedPostgresError.lastSystemError("rename", path) }
    }

    /// The text of a file from byte `offset` on, or nil when it cannot be read.
    package static func read(_ path: String, from offset: Int = 0) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        lseek(descriptor, offset, SEEK_SET)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The absolute path free of links of something that exists, or nil with `errno` set.
    static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// What `lstat` says, or nil.
    package static func information(_ path: String) -> stat? {
        var info = stat()
        return lstat(path, &info) == 0 ? info : nil
    }

    private static func give(_ path: String, to owner: ServerUser) throws {
        guard owner.needsSwitch else { return }
        guard lchown(path, owner.uid, owner.gid) == 0 else {
            throw EmbeddedPostgresError.lastSystemError("chown", path)
        }
    }
}
