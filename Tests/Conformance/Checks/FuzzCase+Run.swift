import Postgres

extension FuzzCase {
    /// Runs the check.
    /// - Parameter connection: one that `FuzzTable` has made its table on.
    nonisolated(nonsending) func run(on connection: Connection) async throws -> FuzzReport {
        switch (check, shape) {
        case (.gradient, _): return try GradientCheck.run(self)
        case (.shape, let shape?): return try await ShapeCheck.run(self, shape, on: connection)
        case (.range, let shape?): return try await RangeCheck.run(self, shape, on: connection)
        case (_, nil):
            var report = FuzzReport(self)
            report.fail("the case names no shape")
            return report
        }
    }
}
