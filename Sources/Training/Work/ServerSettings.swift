import SQLText

/// The settings under which training statements are planned and executed.
enum ServerSettings {
    typealias Setting = (name: String, value: String)

    /// Those of a session that trains.
    static let session: [Setting] = [
        // Compiling pays for long recursive statements of few operations only, and these say so themselves.
        ("jit", "off"),
        ("plan_cache_mode", PlanMode.generic.rawValue),
        // The form decides about workers, not the size of the table.
        ("min_parallel_table_scan_size", "0"), ("parallel_setup_cost", "0"), ("parallel_tuple_cost", "0"),
        ("max_parallel_workers_per_gather", "0"),
        // Looking at the source may take as long as it takes.
        ("statement_timeout", "0"),
        // Scans begin at the beginning, so that sums in one process have the same bits every time.
        ("synchronize_seqscans", "off"),
        // A window statement keeps its rows in memory up to this, then in temporary files.
        ("work_mem", "64MB"),
        // Ends the transaction of a daemon that was stopped in the middle, so that its lock goes away.
        ("idle_in_transaction_session_timeout", "60s"),
        ("client_connection_check_interval", "1s"),
        // Dropping what may not be there is no news.
        ("client_min_messages", "warning"),
    ]

    /// Those of a transaction in which statements of a form are planned or executed. They hold for other statements of
    /// the transaction too: none of these is planned there.
    /// - Parameter isPartial: whether an iteration reads one batch of several.
    static func transaction(_ form: StatementForm, isPartial: Bool) -> [Setting] {
        var settings: [Setting] = []
        if form.isCompiled {
            // The server would guess by the cost of one execution of each part.
            settings += [("jit", "on"), ("jit_above_cost", "0"), ("jit_optimize_above_cost", "0")]
            // Inlining takes as long again and saves little: docs/findings.md has the measurement.
            settings.append(("jit_inline_above_cost", "-1"))
        }
        // A batch is a range of the index, whatever the planner thinks of a table of this size.
        if isPartial { settings.append(("enable_seqscan", "off")) }
        return settings
    }

    /// Makes the settings under which rows of a source are read and copied, until the transaction ends: workers help where a
    /// table is large enough for them, unless the same rows must give the same bits.
    static func reading(isDeterministic: Bool) -> SQL {
        let workers: SQL =
            isDeterministic
            ? "\(literal: "0")"
            : "(SELECT reset_val FROM pg_settings WHERE name = 'max_parallel_workers_per_gather')"
        return """
            SELECT set_config('max_parallel_workers_per_gather', \(workers), true),
                   set_config('min_parallel_table_scan_size', '8MB', true),
                   set_config('parallel_setup_cost', '1000', true),
                   -- Reading and reckoning takes longer than handing a row over.
                   set_config('parallel_tuple_cost', '0', true)
            """
    }

    /// A statement that makes settings, in one round trip.
    /// - Parameter isLocal: whether they end with the transaction.
    static func apply(_ settings: [Setting], isLocal: Bool) -> SQL {
        let calls = settings.map {
            "set_config(\(literal: $0.name), \(literal: $0.value), \(unsafeRaw: isLocal ? "true" : "false"))" as SQL
        }
        return "SELECT \(calls.commaSeparated)"
    }
}
