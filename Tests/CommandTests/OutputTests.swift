import Foundation
import TestSupport
import Testing

@Suite("Standard output and standard error", .timeLimit(.minutes(5)))
struct OutputTests {
    @Test("a reader that goes away ends the command quietly, its server included")
    func readerGone() async throws {
        let home = try Home()
        let trained = try await Program.run(["train", "--rows", "100", "--max-iter", "300"] + home.flags)
        #expect(trained.status == .exited(0), "\(trained.error)")
        let program = try Program(["params", "--from", "0", "--to", "300", "--format", "csv"] + home.flags, closed: 1)
        let ending = try await program.finish()
        #expect(ending.status == .exited(0))
        #expect(ending.error.isEmpty, "\(ending.error)")
        #expect(home.serverPID == nil)

        let piped =
            "'\(try Program.pgradient())' params --from 0 --to 300 --format csv --data-dir \(home.path) | head -n 2"
        let head = try await Program(command: ["bash", "-o", "pipefail", "-c", piped]).finish()
        #expect(head.status == .exited(0), "\(head.error)")
        #expect(head.output.hasPrefix("epoch,name,value\n0,w1_0_0,"))
        #expect(head.error.isEmpty, "\(head.error)")
        #expect(home.serverPID == nil)
    }

    @Test("a full disk is a failure that says so")
    func full() async throws {
        let program = try Program(command: ["bash", "-c", "'\(try Program.pgradient())' doctor > /dev/full"])
        let ending = try await program.finish()
        #expect(ending.status == .exited(1))
        #expect(ending.error.contains("standard output can't be written: No space left on device"), "\(ending.error)")
    }

    @Test("training goes on when nobody reads how it goes")
    func unheard() async throws {
        let program = try Program(
            ["train", "--rows", "100", "--max-iter", "5"],
            environment: ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()],
            closed: 2
        )
        let ending = try await program.finish()
        #expect(ending.status == .exited(0))
        #expect(ending.output.hasPrefix("run 1 succeeded after 5 epochs"))
    }

    @Test("on a terminal a bar is redrawn in place; elsewhere there are lines")
    func progress() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase(), "TERM": "xterm"]
        let command = "'\(try Program.pgradient())' train --rows 100 --max-iter 40"
        // script(1) of util-linux gives the command a terminal.
        let terminal = try await Program(
            command: ["script", "-qec", command, "/dev/null"],
            environment: environment
        ).finish()
        #expect(terminal.status == .exited(0))
        #expect(terminal.output.contains("\r\u{1b}[2K"))
        #expect(terminal.output.contains("████████████████████████  epoch 40/40  loss 0."), "\(terminal.output)")
        #expect(terminal.output.contains("left\r\nrun 1 succeeded after 40 epochs"), "\(terminal.output)")

        let lines = try await Program(command: ["bash", "-c", command], environment: environment).finish()
        #expect(lines.status == .exited(0))
        #expect(!lines.error.contains("\u{1b}"))
        #expect(!lines.error.contains("█"))
        let told = lines.error.split(separator: "\n")
        #expect(told.first == "run 2: 2 features of the example → y")
        #expect(
            told.dropFirst().allSatisfy {
                $0.contains(/^epoch \d+\/40  loss \d\.\d{6}  accuracy \d+\.\d\d %  \d+ s left$/)
            }
        )
        #expect(told.last?.hasPrefix("epoch 40/40") == true)
        #expect(lines.output.contains(/^run 2 succeeded after 40 epochs: loss .* on 100 training rows\n$/))
    }
}
