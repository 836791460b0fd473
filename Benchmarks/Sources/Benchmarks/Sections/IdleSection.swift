/// Resident memory of `pgradient serve` that is ready and has nothing to do. Its PostgreSQL is not counted: that is a
/// server of its own.
enum IdleSection {
    /// How long the daemon is left alone before it is looked at.
    private static let settling = Duration.seconds(5)

    static func measure(in laboratory: Laboratory) async throws -> [Finding] {
        let bytes = try await laboratory.withDaemon { daemon in
            // Idle is a state in time: this waits for nothing but for that to pass.
            try await Task.sleep(for: settling)
            return try ProcessMemory.bytes("VmRSS", of: daemon.processID)
        }
        let resident = Series("resident", .megabytes, [Double(bytes) / 1e6])
        return [Finding(.idle, "idle daemon, resident", ours: resident, measure: .itself, target: .atMost(40))]
    }
}
