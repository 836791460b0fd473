import Foundation
import JSONTree

/// A thousand event streams: what they take from the daemon's memory, and whether training notices them.
enum StreamsSection {
    private static let count = 1000

    static func measure(in laboratory: Laboratory) async throws -> [Finding] {
        raiseDescriptorLimit()
        let table = try await laboratory.articleTable(rows: StepSection.rows)
        var resident = Series("\(count) streams of a queued run, resident", .megabytes)
        var bare = Series("an epoch while nobody watches", .milliseconds)
        var idle = Series("an epoch beside \(count) streams of a queued run", .milliseconds)
        var live = Series("an epoch that \(count) streams are told of", .milliseconds)
        try await laboratory.withDaemon { daemon in
            // Idle: what the daemon needs by itself, once it has done everything once.
            _ = try await daemon.http.get("/train")
            let run = try await daemon.start(Laboratory.article(table, ["max_iter": 1_000_000, "history": "last"]))
            let queued = try await daemon.start(Laboratory.article(table, ["max_iter": 10]))
            try await daemon.waitForEpoch(20, of: run)
            try await laboratory.eachRound {
                let before = try ProcessMemory.bytes("VmRSS", of: daemon.processID)
                let sleepers = try await Streams.open(count, of: queued, port: daemon.port)
                resident.values.append(
                    Double(try ProcessMemory.bytes("VmRSS", of: daemon.processID) - before) / 1e6
                )
                idle.values.append(try await epochTime(run, daemon, laboratory))
                await sleepers.close()
                bare.values.append(try await epochTime(run, daemon, laboratory))
                let watchers = try await Streams.open(count, of: run, port: daemon.port)
                live.values.append(try await epochTime(run, daemon, laboratory))
                await watchers.close()
            }
            try await daemon.cancel(queued)
            try await daemon.cancel(run)
        }
        return [
            // Memory that a round has needed stays with the process, so the first round tells.
            Finding(
                .streams,
                "\(count) idle streams, memory on top",
                ours: Series(resident.label, .megabytes, [resident.values.max() ?? .nan]),
                measure: .itself,
                target: .atMost(64)
            ),
            Finding(
                .streams,
                "an epoch beside \(count) idle streams",
                ours: idle,
                theirs: bare,
                measure: .ratio,
                target: .atMost(1.05)
            ),
            Finding(.streams, "an epoch that \(count) streams watch", ours: live, theirs: bare, measure: .ratio),
        ]
    }

    /// The median `duration_ms` of the epochs of the next seconds.
    private static func epochTime(_ run: Int, _ daemon: Daemon, _ laboratory: Laboratory) async throws -> Double {
        let first = try await daemon.epoch(of: run)
        try await Task.sleep(for: laboratory.isQuick ? .seconds(2) : .seconds(6))
        let page = try await daemon.http.get("/train/\(run)/metrics?after=\(first + 1)&limit=10000")
        let metrics = try JSON(parsing: Array(page.utf8))["metrics"]?.arrayValue ?? []
        return Statistics.median(metrics.compactMap { $0["duration_ms"]?.doubleValue })
    }

    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0 else { return }
        limit.rlim_cur = min(8192, limit.rlim_max)
        setrlimit(kind, &limit)
    }
}

/// Many clients that watch a run and throw away what they read.
final class Streams: Sendable {
    private let connections: [RawConnection]
    private let reading: Task<Void, any Error>

    /// Opens streams, and returns when each has said something.
    static func open(_ count: Int, of run: Int, port: UInt16) async throws -> Streams {
        let connections = try await Laboratory.offPool {
            let connections = try (0..<count).map { _ in
                let connection = try RawConnection(port: port)
                try connection.send("GET", "/train/\(run)/events")
                return connection
            }
            for connection in connections { _ = try connection.readThrough("retry: 2000\n\n") }
            return connections
        }
        return Streams(connections)
    }

    private init(_ connections: [RawConnection]) {
        self.connections = connections
        reading = Task {
            try await Laboratory.offPool {
                var entries = connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
                var buffer = [UInt8](repeating: 0, count: 65_536)
                while poll(&entries, nfds_t(entries.count), -1) > 0 {
                    for entry in entries where entry.revents != 0 {
                        // The end of one is the end of all: they are closed together.
                        guard recv(entry.fd, &buffer, buffer.count, 0) > 0 else { return }
                    }
                }
            }
        }
    }

    /// Hangs up, and waits until the daemon has noticed, which takes it a second.
    func close() async {
        for connection in connections { shutdown(connection.descriptor, Int32(SHUT_RDWR)) }
        _ = await reading.result
        try? await Task.sleep(for: .seconds(3))
    }
}
