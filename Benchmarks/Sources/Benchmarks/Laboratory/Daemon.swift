import Foundation
import Synchronization

/// A `pgradient serve` of our own, on any free port, with its private cluster in the given folder.
final class Daemon: Sendable {
    private struct State {
        var isReady = false
        var hasEnded = false
        /// Where it listens, as it says.
        var address = ""
        /// The last lines of its log, for an error message.
        var log: [String] = []
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let process: Process
    private let state = Mutex(State())

    var processID: Int { Int(process.processIdentifier) }

    /// For requests, once it is ready.
    var http: HTTPClient { HTTPClient(base: state.withLock(\.address)) }

    init(program: String, dataDirectory: String) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["serve", "--listen", "127.0.0.1:0", "--data-dir", dataDirectory, "--log-format", "json"]
        // Settings of the person who measures are not what is measured.
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PGRADIENT_") }
        process.currentDirectoryURL = URL(fileURLWithPath: dataDirectory)
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.terminationHandler = { [weak self] _ in self?.ended() }
        try process.run()
        Thread.detachNewThread { [weak self] in Self.read(output.fileHandleForReading) { self?.printed($0) } }
        Thread.detachNewThread { [weak self] in Self.read(errors.fileHandleForReading) { self?.logged($0) } }
    }

    /// Waits for the log's word that it is ready.
    func waitUntilReady(limit: Duration) async throws {
        let timer = Task { [weak self] in
            try await Task.sleep(for: limit)
            self?.wake()
        }
        defer { timer.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state -> Bool in
                    if state.isReady && !state.address.isEmpty || state.hasEnded || Task.isCancelled { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            wake()
        }
        try Task.checkCancellation()
        let (isReady, log) = state.withLock { ($0.isReady && !$0.address.isEmpty, $0.log) }
        guard isReady else {
            throw BenchmarkError("the daemon did not get ready:\n" + log.joined(separator: "\n"))
        }
    }

    /// Asks it to stop and waits until it has.
    func stop() async {
        if process.isRunning { process.terminate() }
        // Being ready wakes too, should it come this late.
        while !state.withLock({ $0.hasEnded }) {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state -> Bool in
                    if state.hasEnded { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        }
    }

    private static func read(_ handle: FileHandle, _ use: (String) -> Void) {
        var rest = ""
        while case let data = handle.availableData, !data.isEmpty {
            rest += String(decoding: data, as: UTF8.self)
            while let end = rest.firstIndex(of: "\n") {
                use(String(rest[..<end]))
                rest = String(rest[rest.index(after: end)...])
            }
        }
    }

    /// `pgradient 0.1.0 listens on http://127.0.0.1:40411`
    private func printed(_ line: String) {
        guard let mark = line.firstRange(of: "http://") else { return }
        state.withLock { $0.address = String(line[mark.lowerBound...]) }
        wakeIfReady()
    }

    private func logged(_ line: String) {
        let isReady = line.contains("\"message\":\"ready\"")
        state.withLock { state in
            state.log = state.log.suffix(19) + [line]
            if isReady { state.isReady = true }
        }
        wakeIfReady()
    }

    private func wakeIfReady() {
        if state.withLock({ $0.isReady && !$0.address.isEmpty }) { wake() }
    }

    private func ended() {
        state.withLock { $0.hasEnded = true }
        wake()
    }

    private func wake() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
