import Networks
import Synchronization

/// Runs many cases, several at a time, each of them on one of a few connections.
public final class Campaign: Sendable {
    /// What was run until now.
    public struct Tally: Sendable {
        public var done = 0
        public var failures: [FuzzReport] = []
        public var unclear = 0
        public var derivatives = 0
        public var steppedAround = 0
        public var unreached = 0
        public var inRange = 0
        public var outOfRange = 0
        var next = 0

        mutating func count(_ report: FuzzReport) {
            done += 1
            if report.failure != nil { failures.append(report) }
            if report.unclear != nil { unclear += 1 }
            derivatives += report.derivatives
            steppedAround += report.steppedAround
            unreached += report.unreached
            inRange += report.inRange
            outOfRange += report.outOfRange
        }
    }

    private let cases: @Sendable (Int) -> FuzzCase?
    private let jobs: Int
    private let mostFailures: Int
    private let shrinks: Bool
    private let tally = Mutex(Tally())

    /// - Parameters:
    ///   - mostFailures: after this many no further case is begun.
    ///   - shrinks: whether failing cases are made smaller first.
    ///   - cases: the case of a number from 0; nil when there are no more.
    public init(
        jobs: Int = 1,
        mostFailures: Int = .max,
        shrinks: Bool = true,
        cases: @escaping @Sendable (Int) -> FuzzCase?
    ) {
        self.jobs = jobs
        self.mostFailures = mostFailures
        self.shrinks = shrinks
        self.cases = cases
    }

    /// Runs until there are no more cases or failures enough.
    /// - Parameter progress: called after every case, from any thread, one call at a time.
    public func run(_ progress: @escaping @Sendable (Tally, FuzzReport) -> Void = { _, _ in }) async throws -> Tally {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<jobs { group.addTask { try await self.work(progress) } }
            try await group.waitForAll()
        }
        return tally.withLock { $0 }
    }

    private func work(_ progress: @Sendable (Tally, FuzzReport) -> Void) async throws {
        var isOver = false
        while !isOver {
            // A case that costs the connection must not cost the others theirs.
            isOver = try await withDatabase { connection in
                try await FuzzTable(connection: connection).make()
                while let fuzzCase = next() {
                    var report: FuzzReport
                    do {
                        report = try await fuzzCase.run(on: connection)
                        if shrinks, report.failure != nil { report = try await report.shrunk(on: connection) }
                    } catch {
                        report = FuzzReport(fuzzCase)
                        report.fail("\(error)")
                        finish(report, progress)
                        return false
                    }
                    finish(report, progress)
                }
                return true
            }
        }
    }

    private func next() -> FuzzCase? {
        tally.withLock { tally in
            guard tally.failures.count < mostFailures, let fuzzCase = cases(tally.next) else { return nil }
            tally.next += 1
            return fuzzCase
        }
    }

    private func finish(_ report: FuzzReport, _ progress: (Tally, FuzzReport) -> Void) {
        tally.withLock { tally in
            tally.count(report)
            progress(tally, report)
        }
    }
}
