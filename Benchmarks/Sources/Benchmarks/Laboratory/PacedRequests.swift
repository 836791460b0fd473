import Foundation

/// Requests at a fixed pace, whatever the answers take: what waits behind a slow answer counts as waiting, as it would for
/// a client. wrk sends the next request only when the last one was answered, and so leaves out just that.
enum PacedRequests {
    /// - Parameters:
    ///   - paths: asked in turns.
    ///   - rate: requests per second, over four connections.
    /// - Returns: milliseconds from the moment each was due to the end of its answer, by path.
    static func measure(
        _ paths: [String],
        port: UInt16,
        rate: Int,
        seconds: Int
    ) async throws -> [String: [Double]] {
        let clients = 4
        let begin = ContinuousClock.now + .milliseconds(200)
        let step = Duration.seconds(1) / rate
        return try await withThrowingTaskGroup(of: [(String, Double)].self) { group in
            for client in 0..<clients {
                group.addTask {
                    try await Laboratory.offPool {
                        let connection = try RawConnection(port: port)
                        var times: [(String, Double)] = []
                        for number in stride(from: client, to: rate * seconds, by: clients) {
                            let due = begin + step * number
                            let wait = ContinuousClock.now.duration(to: due) / .seconds(1)
                            if wait > 0 { Thread.sleep(forTimeInterval: wait) }
                            let path = paths[(number / clients) % paths.count]
                            _ = try connection.ask("GET", path)
                            times.append((path, due.duration(to: .now) / .milliseconds(1)))
                        }
                        return times
                    }
                }
            }
            var all: [String: [Double]] = [:]
            for try await times in group { for (path, time) in times { all[path, default: []].append(time) } }
            return all
        }
    }
}

extension Statistics {
    /// The value that a share of all values does not exceed.
    static func quantile(_ share: Double, of values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        return sorted[min(sorted.count - 1, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
    }
}
