import Foundation
import JSONTree
import Synchronization
import TestSupport

/// Headless Chromium, spoken to in the DevTools protocol over a pipe: JSON with a NUL behind each message.
final class Browser: Sendable {
    /// An answer that says no.
    struct Refusal: Error, CustomStringConvertible {
        let method: String
        let message: String
        var description: String { "\(method): \(message)" }
    }

    private struct State {
        var lastID = 0
        var waiting: [Int: CheckedContinuation<JSON, any Error>] = [:]
        var listeners: [String: @Sendable (String, JSON) -> Void] = [:]
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let child: Child
    private let home: TemporaryDirectory

    /// One for the test process; every tab has cookies and storage of its own.
    static func shared() async throws -> Browser {
        try await started.withLock { task in
            if let task { return task }
            let made = Task { try Browser() }
            task = made
            return made
        }.value
    }

    private static let started = Mutex<Task<Browser, any Error>?>(nil)

    private init() throws {
        home = try TemporaryDirectory(mode: 0o700)
        // Chromium reads commands from descriptor 3 and answers on 4.
        child = try Child(
            #"exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#,
            [
                try Self.program(), "--headless=new", "--remote-debugging-pipe", "--user-data-dir=\(home.path)/profile",
                // There is no sandbox for root, nor in most containers, and no page but ours is opened.
                "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
                // Several tabs are looked at at the same time.
                "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows",
                "--disable-renderer-backgrounding", "--force-color-profile=srgb", "about:blank",
            ]
        )
        Thread.detachNewThread { [weak self, child] in
            var message: [UInt8] = []
            while let bytes = child.receive() {
                for part in bytes.split(separator: 0, omittingEmptySubsequences: false).enumerated() {
                    // A NUL stands before every part but the first.
                    if part.offset > 0 {
                        self?.take(message)
                        message = []
                    }
                    message += part.element
                }
            }
            self?.end()
        }
    }

    /// `scripts/deps.sh --browser` looks for the same and installs the first.
    private static func program() throws -> String {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        for name in ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"] {
            for folder in folders where access("\(folder)/\(name)", X_OK) == 0 { return "\(folder)/\(name)" }
        }
        throw TestServerError(what: "there is no Chromium: scripts/deps.sh --browser installs it")
    }

    /// Sends a command and waits for its result.
    /// - Parameter session: the tab that it is for; nil for the browser itself.
    @discardableResult
    func command(_ method: String, _ parameters: JSON = [:], session: String? = nil) async throws -> JSON {
        try await withCheckedThrowingContinuation { continuation in
            let id: Int? = state.withLock { state in
                guard !state.hasEnded else { return nil }
                state.lastID += 1
                state.waiting[state.lastID] = continuation
                return state.lastID
            }
            guard let id else {
                let message = "Chromium is not running; is Debian's package chromium installed?"
                return continuation.resume(throwing: Refusal(method: method, message: message))
            }
            var message: JSON = ["id": .integer(id), "method": .string(method), "params": parameters]
            if let session { message.set("sessionId", .string(session)) }
            do {
                try child.send(Array(message.compact.utf8) + [0])
            } catch {
                state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(throwing: error)
            }
        }
    }

    /// Calls `listener` with name and parameters of every event of a tab.
    func listen(to session: String, _ listener: @escaping @Sendable (String, JSON) -> Void) {
        state.withLock { $0.listeners[session] = listener }
    }

    func stopListening(to session: String) { state.withLock { $0.listeners[session] = nil } }

    private func take(_ bytes: [UInt8]) {
        guard let message = try? JSON(parsing: bytes) else { return }
        if let id = message["id"]?.intValue {
            let continuation = state.withLock { $0.waiting.removeValue(forKey: id) }
            if let error = message["error"] {
                let words = error["message"]?.stringValue ?? error.compact
                continuation?.resume(throwing: Refusal(method: "command \(id)", message: words))
            } else {
                continuation?.resume(returning: message["result"] ?? [:])
            }
        } else if let session = message["sessionId"]?.stringValue, let method = message["method"]?.stringValue {
            state.withLock { $0.listeners[session] }?(method, message["params"] ?? [:])
        }
    }

    private func end() {
        let waiting = state.withLock { state in
            state.hasEnded = true
            defer { state.waiting = [:] }
            return state.waiting
        }
        for (id, continuation) in waiting {
            continuation.resume(throwing: Refusal(method: "command \(id)", message: "Chromium has ended"))
        }
    }
}
