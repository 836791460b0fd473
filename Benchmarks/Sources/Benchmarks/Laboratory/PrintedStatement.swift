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

    /// Everything that psql waits for: planning, compiling, running.
    func millisecondsPerIteration(_ laboratory: Laboratory) async throws -> Double {
        let input = "\\timing on\n\\o /dev/null\n" + text
        let output = try await Psql(laboratory).run([], input: input, options: Self.settings)
        let times = output.matches(of: /Time: ([\d.]+) ms/).compactMap { Double($0.1) }
        guard !times.isEmpty else { throw BenchmarkError("psql told no times: \(output.prefix(500))") }
        return times.reduce(0, +) / iterations
    }
}
