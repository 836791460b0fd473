/// What `GET /train/{id}/sql` prints.
struct PrintedStatement {
    let text: String

    /// The settings that a run makes for its session, as far as they decide about plans.
    private static let settings = [
        "min_parallel_table_scan_size=0", "parallel_setup_cost=0", "parallel_tuple_cost=0", "work_mem=64MB",
    ].map { "-c \($0)" }.joined(separator: " ")

    /// Its first line.
    var heading: String { String(text.split(separator: "\n").first?.drop { "- ".contains($0) } ?? "") }

    private var iterations: Double { heading.firstMatch(of: /(\d+) iterations/).flatMap { Double($0.1) } ?? 1 }

    /// From sending EXECUTE to its answer: planning, compiling, running. Making the table it reads is not counted, as it is
    /// not in the run's metrics.
    func millisecondsPerIteration(_ laboratory: Laboratory) async throws -> Double {
        let timed = text.replacing("\nEXECUTE ", with: "\n\\timing on\nEXECUTE ")
            .replacing("\nDEALLOCATE ", with: "\n\\timing off\nDEALLOCATE ")
        let output = try await Psql(laboratory).run([], input: "\\o /dev/null\n" + timed, options: Self.settings)
        let times = output.matches(of: /Time: ([\d.]+) ms/).compactMap { Double($0.1) }
        guard times.count == 1 else { throw BenchmarkError("psql told \(times.count) times: \(output.prefix(500))") }
        return times[0] / iterations
    }
}
