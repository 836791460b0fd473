import Foundation

/// A folder for the private cluster, removed at the end.
struct TemporaryDirectory {
    let path: String

    init() throws {
        path = "\(NSTemporaryDirectory())/pgradient-bench-\(UUID().uuidString.prefix(8).lowercased())"
        // Others may pass: started by root, the server runs as another user.
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o755]
        )
    }

    func remove() {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Benchmarks.note("\(path) could not be removed: \(error)")
        }
    }
}
