import Foundation

/// Where things are. The benchmarks are run from the sources they were built from.
enum Places {
    /// The folder `Benchmarks`.
    static let package = (1...4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        .path

    /// The top folder of the project.
    static let project = URL(fileURLWithPath: package).deletingLastPathComponent().path

    /// Where results go unless a folder is named.
    static let results = "\(project)/.build/benchmarks"

    static let peers = "\(package)/peers"
    static let environment = "\(package)/.venv"
    static let iris = "\(project)/examples/iris.csv"

    /// The daemon's program is built beside this one.
    static func daemon() throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("pgradient").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw BenchmarkError("\(path) is missing; `swift build -c release --package-path Benchmarks` builds it")
        }
        return path
    }
}
