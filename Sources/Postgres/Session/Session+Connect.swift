import CLibPQ

extension Session {
    /// Makes the connection, step by step, until it stands or the time is up.
    /// - Throws: `ConnectionError`, or `CancellationError`; nothing stays open then.
    func connect(_ settings: ConnectionSettings, _ operation: Operation) throws {
        _ = try settings.parsed()
        guard let handle = Self.start(settings) else { throw ConnectionError.unreachable(reason: "out of memory") }
        adopt(handle)
        notices.attach(to: handle)
        do {
            let limit = Self.connectTimeout(handle) ?? settings.connectTimeout
            try pollConnection(handle, limit: limit, operation)
            try check(handle)
        } catch {
            drop("it was never made")
            throw error
        }
    }

    private static func start(_ settings: ConnectionSettings) -> OpaquePointer? {
        // Later ones go before earlier ones: ours first as defaults, then what the user gave, then what must be so.
        let options: [(String, String)] = [
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("fallback_application_name", settings.applicationName),
            ("dbname", settings.conninfo.isEmpty ? " " : settings.conninfo),
            ("client_encoding", "UTF8"),
        ]
        return withCStrings(options.map(\.0)) { keywords in
            withCStrings(options.map(\.1)) { values in PQconnectStartParams(keywords, values, 1) }
        }
    }

    private func pollConnection(_ handle: OpaquePointer, limit: Duration, _ operation: Operation) throws {
        let deadline = ContinuousClock.now + limit
        var next = PGRES_POLLING_WRITING
        guard PQstatus(handle) != CONNECTION_BAD else { throw unreachable(handle) }
        while next != PGRES_POLLING_OK {
            // A new host means a new socket: ask for it each time.
            let reading = next == PGRES_POLLING_READING
            let ready = waitReady(
                wakeup: wakeup,
                socket: PQsocket(handle),
                reading: reading,
                writing: !reading,
                until: deadline
            )
            do { try operation.check() } catch { throw error.error(statement: nil) }
            if ContinuousClock.now >= deadline {
                throw ConnectionError.unreachable(reason: "no answer within \(limit.shortText)")
            }
            guard !ready.isDisjoint(with: [.readable, .writable]) else { continue }
            next = PQconnectPoll(handle)
            if next == PGRES_POLLING_FAILED { throw unreachable(handle) }
        }
    }

    private func unreachable(_ handle: OpaquePointer) -> ConnectionError {
        .unreachable(reason: oneLine(String(cString: PQerrorMessage(handle))))
    }

    private func check(_ handle: OpaquePointer) throws(ConnectionError) {
        let found = Int(PQserverVersion(handle))
        guard found >= ConnectionSettings.minimumServerVersion else {
            throw .serverTooOld(found: found, minimum: ConnectionSettings.minimumServerVersion)
        }
        guard PQsetnonblocking(handle, 1) == 0 else { throw unreachable(handle) }
    }

    /// `connect_timeout` from the connection string, a service file or the environment, in seconds; 0 is libpq's word
    /// for no limit, which is not offered.
    private static func connectTimeout(_ handle: OpaquePointer) -> Duration? {
        guard let options = PQconninfo(handle) else { return nil }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            if String(cString: keyword) == "connect_timeout", let value = option.pointee.val,
                let seconds = Int(String(cString: value)), seconds > 0
            {
                return .seconds(seconds)
            }
            option += 1
        }
        return nil
    }
}

/// Lends C an array of strings that ends in NULL.
func withCStrings<R>(_ strings: [String], _ body: ([UnsafePointer<CChar>?]) -> R) -> R {
    // One buffer for all; the pointers are offsets into it.
    var bytes: [CChar] = []
    var starts: [Int] = []
    for string in strings {
        starts.append(bytes.count)
        bytes.append(contentsOf: string.utf8.map(CChar.init(bitPattern:)))
        bytes.append(0)
    }
    return bytes.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return body([nil]) }
        return body(starts.map { base + $0 } + [nil])
    }
}
