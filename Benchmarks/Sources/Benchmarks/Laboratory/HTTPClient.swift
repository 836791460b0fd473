import Foundation
import FoundationNetworking
import JSONTree

/// What a person would do with curl.
struct HTTPClient {
    let base: String

    /// Starts a run and listens to its events until it has ended.
    /// - Returns: the run, and the milliseconds from before the request to the word that it succeeded.
    func wholeRun(_ body: JSON) async throws -> (run: JSON, milliseconds: Double) {
        let started = ContinuousClock.now
        guard let id = try JSON(parsing: Array(await send("POST", "/train", body)))["id"]?.intValue else {
            throw BenchmarkError("POST /train gave no run")
        }
        // The stream ends with the run.
        let events = try await send("GET", "/train/\(id)/events", accept: "application/x-ndjson")
        let milliseconds = started.duration(to: .now) / .milliseconds(1)
        let last = events.split(separator: UInt8(ascii: "\n")).last.map(Array.init) ?? []
        let run = try JSON(parsing: last)
        guard run["state"]?.stringValue == "succeeded" else {
            throw BenchmarkError("run \(id) did not succeed: \(run.compact)")
        }
        return (run, milliseconds)
    }

    func get(_ path: String) async throws -> String { String(decoding: try await send("GET", path), as: UTF8.self) }

    private func send(_ method: String, _ path: String, _ body: JSON? = nil, accept: String = "*/*") async throws
        -> Data
    {
        guard let url = URL(string: base + path) else { throw BenchmarkError("no URL: \(base + path)") }
        var request = URLRequest(url: url, timeoutInterval: 600)
        request.httpMethod = method
        request.httpBody = body.map { Data($0.compact.utf8) }
        request.setValue(accept, forHTTPHeaderField: "Accept")
        let (data, response) = try await URLSession.shared.data(for: request)
        guard let status = (response as? HTTPURLResponse)?.statusCode, (200..<300).contains(status) else {
            throw BenchmarkError("\(method) \(path): \(String(decoding: data, as: UTF8.self))")
        }
        return data
    }
}
