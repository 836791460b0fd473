import Foundation
import TestSupport

/// The folder with `Package.swift`.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

/// Runs lines in a shell as a person would who has `pgradient` on the path.
func paste(
    _ lines: String,
    environment: [String: String] = [:],
    directory: String = repository
) async throws -> Program.Ending {
    let folder = URL(fileURLWithPath: try Program.pgradient()).deletingLastPathComponent().path
    let path = "\(folder):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
    return try await Program(
        command: ["bash", "-e", "-o", "pipefail"],
        environment: ["PATH": path].merging(environment) { $1 },
        directory: directory,
        input: lines
    ).finish()
}
