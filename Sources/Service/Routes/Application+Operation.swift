import HTTPServer
import Training

extension Application {
    /// `GET /readyz`
    func showReadiness(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        try QueryReader(request).finish()
        let readiness = await Readiness.gather(training, signals, board)
        if readiness.isReady { return .json(["status": "ready", "checks": readiness.json]) }
        let failures = readiness.checks.compactMap { check in check.failure.map { (check.name, $0) } }
        var problem = Problem(
            status: .serviceUnavailable,
            code: "not_ready",
            detail: failures.map { "\($0): \($1.detail)" }.joined(separator: "; "),
            hint: failures.first?.1.hint
        )
        problem.members = [("checks", readiness.json)]
        problem.headerFields[.retryAfter] = "2"
        return problem.response
    }

    /// `GET /metrics`: the text format of Prometheus.
    func showMetrics(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        try QueryReader(request).finish()
        var text = PrometheusText()
        text.family(
            "pgradient_build_info",
            .gauge,
            "1, with the version as a label.",
            [([("version", metrics.version)], 1)]
        )
        await writeRuns(to: &text)
        writeWorkers(to: &text)
        metrics.write(to: &text)
        text.single("pgradient_event_streams", .gauge, "Event streams that are open.", Double(openStreams))
        text.single("pgradient_watched_runs", .gauge, "Runs that have event streams.", Double(hub.feedCount))
        writePool(to: &text)
        if let process = ProcessFigures() { write(process, to: &text) }
        return .text(text.text, PrometheusText.contentType)
    }

    /// A database that is away takes nothing from the other figures.
    private func writeRuns(to text: inout PrometheusText) async {
        let census = try? await training.census()
        text.single("pgradient_database_up", .gauge, "Whether the database answers.", census == nil ? 0 : 1)
        guard let census else { return }
        text.family(
            "pgradient_runs",
            .gauge,
            "Runs in the database, by state.",
            census.map { ([("state", $0.state.rawValue)], Double($0.count)) }
        )
    }

    private func writeWorkers(to text: inout PrometheusText) {
        let entries = board.entries
        let idle = entries.count { $0.activity == .idle }
        text.family(
            "pgradient_workers",
            .gauge,
            "Workers of this process, by what they do.",
            [([("state", "idle")], Double(idle)), ([("state", "training")], Double(entries.count - idle))]
        )
    }

    private func writePool(to text: inout PrometheusText) {
        let pool = training.pool.statistics
        text.family(
            "pgradient_pool_connections",
            .gauge,
            "Connections of the pool that requests share, by what they do.",
            [([("state", "in_use")], Double(pool.inUse)), ([("state", "idle")], Double(pool.idle))]
        )
        text.single("pgradient_pool_size", .gauge, "Most connections the pool may have.", Double(pool.size))
        text.single("pgradient_pool_waiting", .gauge, "Tasks that wait for a connection.", Double(pool.waiting))
        text.single(
            "pgradient_pool_opened_total",
            .counter,
            "Connections the pool has opened.",
            Double(pool.opened)
        )
        text.single(
            "pgradient_pool_discarded_total",
            .counter,
            "Connections the pool has found broken.",
            Double(pool.discarded)
        )
    }

    private func write(_ process: ProcessFigures, to text: inout PrometheusText) {
        text.single(
            "process_cpu_seconds_total",
            .counter,
            "User and system CPU time, in seconds.",
            process.cpuSeconds
        )
        text.single(
            "process_resident_memory_bytes",
            .gauge,
            "Resident memory, in bytes. The database server is not counted.",
            process.residentBytes
        )
        text.single("process_virtual_memory_bytes", .gauge, "Virtual memory, in bytes.", process.virtualBytes)
        text.single("process_open_fds", .gauge, "Open file descriptors.", process.openDescriptors)
        text.single("process_max_fds", .gauge, "Most file descriptors there can be.", process.mostDescriptors)
        text.single("process_threads", .gauge, "Threads.", process.threads)
        text.single(
            "process_start_time_seconds",
            .gauge,
            "When the process began, in seconds since 1970.",
            process.startTime
        )
    }
}
