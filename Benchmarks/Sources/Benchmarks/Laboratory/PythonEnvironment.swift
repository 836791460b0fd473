import Foundation
import Synchronization

/// The virtual environment with the programs we measure against, made when first needed.
struct PythonEnvironment: Sendable {
    let python: String

    static func prepare() async throws -> PythonEnvironment {
        let environment = PythonEnvironment(python: "\(Places.environment)/bin/python")
        let requirements = "\(Places.peers)/requirements.txt"
        // A copy of what was installed tells whether it still is what is wanted.
        let stamp = "\(Places.environment)/requirements.txt"
        let wanted = try String(contentsOfFile: requirements, encoding: .utf8)
        if (try? String(contentsOfFile: stamp, encoding: .utf8)) == wanted { return environment }
        Benchmarks.note("  making \(Places.environment) with \(wanted.split(separator: "\n").joined(separator: ", "))")
        try await run("python3", ["-m", "venv", "--clear", Places.environment])
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
        try await run(environment.python, install)
        try wanted.write(toFile: stamp, atomically: true, encoding: .utf8)
        return environment
    }

    /// Python's version and those of what is measured against, as a person would write them.
    func versions() async throws -> String {
        let text = """
            import platform; from importlib.metadata import version
            print("Python", platform.python_version(), *(f", {n} {version(n)}" for n in ("numpy", "scikit-learn")), sep=" ")
            """
        return try await Self.run(python, ["-c", text]).replacing(" , ", with: ", ")
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let output = try await process.output()
        guard process.terminationStatus == 0 else {
            let missing = "\(program) \(arguments.joined(separator: " ")) failed; `make bench` installs what it needs"
            throw BenchmarkError("\(missing)\n\(output)")
        }
        return output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
