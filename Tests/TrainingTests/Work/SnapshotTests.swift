import Glibc
import JSONTree
import Postgres
import SQLText
import TestSupport
import Testing

@testable import Training

/// The table a run trains on: lost, changed, or too large.
@Suite struct SnapshotTests {
    private static let body: JSON = [
        "source": ["table": "points"], "label": "y", "hidden_layer_sizes": [3], "max_iter": 12, "seed": 1, "tol": 0,
        "batch_size": "full", "shape": "step",
    ]
    private static let batched: JSON = body.with([
        "batch_size": 200, "shape": "recursive", "block_size": 2, "shuffle": "every epoch",
    ])
    private static let points = """
        CREATE TABLE points AS
        SELECT sin(i) AS a, cos(i * 3) * 7 AS b, (sin(i) > 0.3)::int AS y FROM generate_series(1, 500) AS i
        """

    /// Trains some epochs and lets go, as if the process had died.
    private static func begin(_ body: JSON = body, on desk: Desk) async throws -> Int {
        try await Bench.open(body, on: desk) { bench in
            for _ in 0..<5 { try await bench.advance() }
            return bench.run.id
        }
    }

    @Test(
        arguments: [
            "TRUNCATE pgradient_data.run_%", "DROP TABLE pgradient_data.run_%",
            "DELETE FROM pgradient_data.run_% WHERE x1 > 0", "UPDATE pgradient_data.run_% SET y = 1 - y",
        ],
        [body, batched]
    )
    func lostBetweenTwoAttempts(_ loss: String, _ body: JSON) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.points)
            let whole = try await desk.train(body)
            let id = try await Self.begin(body, on: desk)
            try await desk.script(loss.replacing("%", with: "\(id)"))
            let ended = try await desk.execute(desk.takeOver(id))
            #expect(ended.state == .succeeded, "\(ended.error?.compact ?? "")")
            #expect(try await Written(id, on: desk) == Written(whole.id, on: desk))
            #expect(try await desk.snapshots() == [])
        }
    }

    @Test(arguments: ["TRUNCATE pgradient_data.run_%", "DROP TABLE pgradient_data.run_%"])
    func lostUnderTheHandsOfTheTrainer(_ loss: String) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.points)
            let body = Self.body.with(["max_iter": 300])
            let (run, lease) = try await desk.service.submitAndClaim(body, owner: "test")
            let third = Signal()
            let working = Task { try await desk.execute(lease) { if $0.epoch == 3 { third.fire() } } }
            await third.wait()
            try await desk.script(loss.replacing("%", with: "\(run.id)"))
            let ended = try await working.value
            #expect(ended.state == .succeeded, "\(ended.error?.compact ?? "")")
            #expect(ended.attempt == 1)
            try await Written(run.id, on: desk).checkWhole()
        }
    }

    @Test func emptyForATrainerIsNoResult() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.points)
            for shape in ["step", "window", "block", "recursive"] {
                let body = Self.body.with(["shape": .string(shape), "max_iter": 60])
                try await Bench.open(body, on: desk) { bench in
                    try await bench.advance()
                    let before = try await Written(bench.run.id, on: desk)
                    try await desk.script("TRUNCATE pgradient_data.run_\(bench.run.id)")
                    await #expect(throws: SnapshotLost.self) { try await bench.advance() }
                    await #expect(throws: SnapshotLost.self) { _ = try await bench.loop.close(on: bench.connection) }
                    #expect(try await Written(bench.run.id, on: desk) == before)
                }
            }
        }
    }

    @Test(
        arguments: [
            "DELETE FROM points WHERE a > 0.9", "UPDATE points SET a = a + 1e-15 WHERE b = (SELECT max(b) FROM points)",
            "INSERT INTO points SELECT * FROM points LIMIT 1", "UPDATE points SET y = 2 WHERE a > 0.9",
            "UPDATE points SET b = NULL WHERE a > 0.9",
        ]
    )
    func ofASourceThatHasChanged(_ change: String) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.points)
            let id = try await Self.begin(on: desk)
            try await desk.script("TRUNCATE pgradient_data.run_\(id); \(change)")
            let ended = try await desk.execute(desk.takeOver(id))
            #expect(ended.state == .failed)
            #expect(ended.error?["code"] == "source_changed", "\(ended.error?.compact ?? "")")
            #expect(ended.error?["message"]?.stringValue?.contains("public.points") == true)
            #expect(ended.epoch == 5, "what was learned stays")
            #expect(try await desk.weights(id).count == 6)
            #expect(try await desk.snapshots() == [])
        }
    }

    /// A snapshot that is whole is used whatever has become of its source.
    @Test func aChangedSourceDoesNotMatterToAWholeSnapshot() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.points)
            let id = try await Self.begin(on: desk)
            try await desk.script("DROP TABLE points")
            #expect(try await desk.execute(desk.takeOver(id)).state == .succeeded)
        }
    }

    @Test func rowsMovedAboutAreTheSameRows() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.points)
            let id = try await Self.begin(on: desk)
            try await desk.script(
                "TRUNCATE pgradient_data.run_\(id); CREATE TABLE moved AS SELECT * FROM points ORDER BY b; "
                    + "DROP TABLE points; ALTER TABLE moved RENAME TO points"
            )
            #expect(try await desk.execute(desk.takeOver(id)).state == .succeeded)
        }
    }

    /// PostgreSQL empties unlogged tables when it recovers.
    @Test func afterACrashOfTheServer() async throws {
        let server = try await TestCluster.makePrivate()
        try await Desk.open(on: server.freshDatabase()) { desk in
            try await desk.script(Self.points)
            let whole = try await desk.train(Self.body)
            let id = try await Self.begin(on: desk)
            // The test server does not wait for its log at every commit.
            try await desk.script("CHECKPOINT")
            try await server.crash()
            try await server.start()
            #expect(try await desk.value(Int.self, "SELECT count(*) FROM pgradient_data.run_\(literal: id)") == 0)
            let ended = try await desk.execute(desk.takeOver(id))
            #expect(ended.state == .succeeded, "\(ended.error?.compact ?? "")")
            #expect(try await Written(id, on: desk) == Written(whole.id, on: desk))
        }
        try await server.remove()
    }

    @Test(.enabled(if: SmallDisk.isPossible, "only root may mount a file system"))
    func tooLargeForTheDisk() async throws {
        let server = try await TestCluster.server()
        let disk = try SmallDisk(megabytes: 2, owner: server.user.uid)
        defer { disk.unmount() }
        try await Desk.open { desk in
            try await desk.script("CREATE TABLESPACE small LOCATION '\(disk.path)'")
            try await desk.script("ALTER DATABASE \(desk.database) SET default_tablespace = small")
            // A new session has the setting.
            let (_, lease) = try await desk.service.submitAndClaim(["max_iter": 2], owner: "test")
            let run = try await desk.execute(lease)
            #expect(run.state == .failed)
            #expect(run.error?["code"] == "disk_full", "\(run.error?.compact ?? "")")
            #expect(run.error?["sqlstate"] == "53100")
            #expect(run.error?["hint"]?.stringValue?.contains("free space") == true)
            #expect(try await desk.snapshots() == [])
            // It refuses to go while there is anything in it.
            try await desk.script("DROP TABLESPACE small")
        }
    }
}

/// A file system in memory that is soon full.
private struct SmallDisk {
    let path: String
    private let directory: TemporaryDirectory

    static var isPossible: Bool {
        guard geteuid() == 0, let directory = try? TemporaryDirectory() else { return false }
        guard mount("tmpfs", directory.path, "tmpfs", 0, "size=1m") == 0 else { return false }
        return umount(directory.path) == 0
    }

    init(megabytes: Int, owner: uid_t) throws {
        directory = try TemporaryDirectory()
        path = directory.path
        let options = "size=\(megabytes)m,uid=\(owner),mode=0700"
        try #require(mount("tmpfs", path, "tmpfs", 0, options) == 0, "errno \(errno)")
    }

    func unmount() { umount2(path, CInt(MNT_DETACH)) }
}
