import Foundation
import JSONTree
import Postgres
import SQLText
import Synchronization

/// What a run takes from the machine: memory of its session and its parallel workers, and temporary files.
struct Footprint: Sendable {
    /// The most at a time that any of our looks found.
    let megabytes: Double
    let files: Int
    let fileMegabytes: Double
}

extension Laboratory {
    /// Trains a run and looks at its processes every few milliseconds. Counted is `RssAnon`: resident memory that is the
    /// process's own, without the shared buffers and the pages of the program.
    func footprint(_ body: JSON) async throws -> Footprint {
        let name = "footprint \(UUID().uuidString.prefix(8))"
        let before = try await temporaryFiles()
        let isOver = Mutex(false)
        let peak = Mutex(0)
        let watch = Task {
            while !isOver.withLock({ $0 }) {
                let processes = try await processes(of: name)
                for _ in 0..<5 {
                    // A worker that is gone meanwhile has none.
                    let sum = processes.reduce(0) { $0 + ((try? ProcessMemory.bytes("RssAnon", of: $1)) ?? 0) }
                    peak.withLock { $0 = max($0, sum) }
                    try await Task.sleep(for: .milliseconds(3))
                }
            }
        }
        do {
            _ = try await train(body, name: name)
            isOver.withLock { $0 = true }
            try await watch.value
        } catch {
            isOver.withLock { $0 = true }
            throw error
        }
        // A session tells of its files when it ends at the latest.
        while try await !processes(of: name).isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        let after = try await temporaryFiles()
        return Footprint(
            megabytes: Double(peak.withLock { $0 }) / 1e6,
            files: after.count - before.count,
            fileMegabytes: Double(after.bytes - before.bytes) / 1e6
        )
    }

    /// The session of that name and its workers.
    private func processes(of name: String) async throws -> [Int] {
        try await service.pool.withConnection { connection in
            try await connection.query("SELECT pid FROM pg_stat_activity WHERE application_name = \(name)")
                .decode(Int.self, "pid")
        }
    }

    private func temporaryFiles() async throws -> (count: Int, bytes: Int) {
        try await service.pool.withConnection { connection in
            let found = try await connection.query(
                "SELECT temp_files, temp_bytes FROM pg_stat_database WHERE datname = current_database()"
            )
            return (try found[0].decode(Int.self, "temp_files"), try found[0].decode(Int.self, "temp_bytes"))
        }
    }
}
