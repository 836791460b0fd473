import ArgumentParser
import Conformance
import Foundation
import Synchronization

/// Random networks on random rows: gradients against differences, statements against the interpreter.
@main struct Fuzz: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pgradient-fuzz",
        abstract: "Checks random networks on random rows in a private PostgreSQL.",
        discussion: """
            Three checks: the interpreter's gradient against differences of its loss; every shape of statement, divided \
            into blocks in many ways, against the interpreter; and statements with weights of any size, which must neither \
            raise an error where the interpreter stays in range nor give a wrong number where it does not.

            A failure is printed with a line of JSON that --case takes. Exit code 1 if there was one.
            """
    )

    @Option(help: "How many cases to run.") var cases = 1_000
    @Option(help: "What the cases are drawn from; drawn itself if left out.") var seed: UInt64?
    @Option(name: .customLong("case"), help: "Run this one case, given as a failure has printed it.") var single:
        String?
    @Option(help: "Run only one kind of check: \(FuzzCase.Check.allCases.map(\.rawValue).joined(separator: ", ")).")
    var check: FuzzCase.Check?
    @Option(help: "Stop after this many failures.") var failures = 10
    @Option(help: "How many cases at a time.") var jobs = max(1, min(8, ProcessInfo.processInfo.activeProcessorCount))

    func validate() throws {
        if cases < 1 { throw ValidationError("--cases must be at least 1") }
        if failures < 1 { throw ValidationError("--failures must be at least 1") }
        if jobs < 1 { throw ValidationError("--jobs must be at least 1") }
    }

    func run() async throws {
        let campaign = try campaign()
        let started = ContinuousClock.now
        let lastLine = Mutex(started)
        let tally = try await campaign.run { tally, report in
            if let failure = report.failure {
                print("FAILED \(failure)\n  make fuzz CASE='\(report.fuzzCase)'")
            }
            let isDue = lastLine.withLock { last in
                guard last.duration(to: .now) > .seconds(2) else { return false }
                last = .now
                return true
            }
            if isDue { print("\(tally.done) cases, \(tally.failures.count) failures") }
            fflush(nil)
        }
        let seconds = started.duration(to: .now) / .seconds(1)
        print(
            """
            \(tally.done) cases in \(Int(seconds)) s, \(tally.failures.count) failures, \(tally.unclear) that rounding decides
            \(tally.derivatives) derivatives compared, \(tally.steppedAround) of them beside a kink, \
            \(tally.unreached) not to be had
            \(tally.inRange) statements with weights of any size in range, \(tally.outOfRange) out of it
            """
        )
        if !tally.failures.isEmpty { throw ExitCode(1) }
    }

    private func campaign() throws -> Campaign {
        if let single {
            let fuzzCase = try FuzzCase(json: single)
            return Campaign(shrinks: false) { $0 == 0 ? fuzzCase : nil }
        }
        let seed = seed ?? .random(in: 0..<1 << 32)
        print("seed \(seed)")
        fflush(nil)
        let (count, check) = (cases, check)
        return Campaign(jobs: jobs, mostFailures: failures) { number in
            guard number < count else { return nil }
            guard let check else { return FuzzCase(seed: seed, number: number) }
            return FuzzCase(seed: seed, number: number, check: check)
        }
    }
}

extension FuzzCase.Check: ExpressibleByArgument {}
