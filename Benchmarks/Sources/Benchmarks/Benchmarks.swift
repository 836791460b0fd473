import Foundation
import JSONTree
import Logging

/// Measures what the project promises about speed and size, and prints it beside the promise. A missed target is shown,
/// never an error: the numbers depend on the machine.
@main
enum Benchmarks {
    static func main() async {
        let options: Options
        do {
            options = try Options(CommandLine.arguments.dropFirst())
        } catch {
            return leave("\(error)\n\n\(Options.usage)", code: 2)
        }
        if options.wantsHelp { return print(Options.usage) }
        let work = Task { try await report(options) }
        // Ctrl-C unwinds like any error, so that the cluster is stopped and its folder removed.
        let signals = Interruption { work.cancel() }
        defer { signals.end() }
        do {
            let report = try await work.value
            print(options.isJSON ? report.json.pretty : report.table, terminator: "")
            try write(report, to: options.folder ?? Places.results)
            if !report.failures.isEmpty { exit(1) }
        } catch {
            // Whatever was under way when it was interrupted says so in words of its own.
            if work.isCancelled { leave("interrupted", code: 130) } else { leave("\(error)", code: 1) }
        }
    }

    private static func report(_ options: Options) async throws -> Report {
        if let shown = options.shown {
            let data = try Data(contentsOf: URL(fileURLWithPath: shown))
            return try Report(JSON(parsing: Array(data)))
        }
        return try await measure(options)
    }

    private static func measure(_ options: Options) async throws -> Report {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let rounds = options.rounds ?? (options.isQuick ? 2 : 5)
        return try await Laboratory.open(in: directory.path, rounds: rounds, isQuick: options.isQuick) { laboratory in
            var machine = Machine.read(laboratory)
            // Made before anything is measured: installing takes a minute.
            if options.sections.contains(where: \.hasPeer) {
                machine.software += ", " + (try await PythonEnvironment.prepare().versions())
            }
            var report = Report(machine: machine, rounds: rounds, isQuick: options.isQuick)
            for section in options.sections {
                note("\(section.rawValue): \(section.title) …")
                do {
                    report.findings += try await section.measure(in: laboratory)
                } catch  where !Task.isCancelled {
                    // What the other sections measure is worth having all the same.
                    note("  failed: \(error)")
                    report.failures.append(Report.Failure(section: section, reason: "\(error)"))
                }
                try Task.checkCancellation()
            }
            return report
        }
    }

    private static func write(_ report: Report, to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let files = ["benchmarks.json": report.json.pretty, "benchmarks.svg": Picture(report).svg]
        for (name, text) in files.sorted(by: { $0.key < $1.key }) {
            let path = "\(folder)/\(name)"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            note("written: \(path)")
        }
    }

    static func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    private static func leave(_ text: String, code: Int32) {
        note(text)
        exit(code)
    }
}
