import EmbeddedPostgres
import Foundation
import JSONTree
import Logging

/// Measures what the project promises about speed and size, and prints it beside the promise. A missed target is shown,
/// never an error: the numbers depend on the machine.
@main
enum Benchmarks {
    static let usage = """
        usage: swift run -c release --package-path Benchmarks [Benchmarks [--json] [--rounds n]]

          --json      print one JSON document instead of tables
          --rounds n  runs per statement shape, 1 to 100, taken in turns; default 5
        """

    static func main() async {
        let options: Options
        do {
            options = try Options(CommandLine.arguments.dropFirst())
        } catch {
            return leave("\(error)\n\n\(usage)", code: 2)
        }
        if options.wantsHelp { return print(usage) }
        let work = Task { try await measure(options) }
        // Ctrl-C unwinds like any error, so that the cluster is stopped and its folder removed.
        let signals = Interruption { work.cancel() }
        defer { signals.end() }
        do {
            let report = try await work.value
            print(options.isJSON ? report.json.pretty : report.text)
        } catch is CancellationError {
            leave("interrupted", code: 130)
        } catch {
            leave("\(error)", code: 1)
        }
    }

    private static func measure(_ options: Options) async throws -> Report {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let logger = Logger(label: "benchmarks") { _ in SwiftLogNoOpLogHandler() }
        note("idle daemon …")
        let idle = try await IdleMemory.measure(dataDirectory: directory.path)
        note("statement shapes, \(options.rounds) rounds …")
        let cluster = try await EmbeddedCluster.acquire(dataDirectory: directory.path, logger: logger)
        do {
            let shapes = try await ShapeTimes.measure(cluster, rounds: options.rounds, logger: logger)
            await cluster.release()
            return Report(server: cluster.installation.version, shapes: shapes, idle: idle)
        } catch {
            await cluster.release()
            throw error
        }
    }

    static func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    private static func leave(_ text: String, code: Int32) {
        note(text)
        exit(code)
    }
}
