import Synchronization
import Training

/// Consecutive epochs of a run, spelled once and handed to everybody who watches it.
final class EventPage: Sendable {
    /// A format's bytes, and where in them each epoch ends.
    private struct Spelling {
        var bytes: [UInt8] = []
        var ends: [(epoch: Int, end: Int)] = []
    }

    /// The page holds what there is after this epoch, …
    let after: Int
    /// … up to this one.
    let last: Int
    /// How many epochs it has.
    let count: Int
    private let metrics: [Metric]
    private let spellings = Mutex<[EventFormat: Spelling]>([:])

    /// - Parameter metrics: whole epochs in order, at least one.
    init(after: Int, _ metrics: [Metric]) {
        self.after = after
        self.metrics = metrics
        last = metrics.last?.epoch ?? after
        count = metrics.indices.count { metrics.isLastOfEpoch($0) }
    }

    /// The events after an epoch. From the beginning of the page no byte is copied.
    func bytes(_ format: EventFormat, after position: Int) -> [UInt8] {
        let spelling = spellings.withLock { known in
            if let spelling = known[format] { return spelling }
            let spelling = spell(format)
            known[format] = spelling
            return spelling
        }
        guard position > after, let known = spelling.ends.last(where: { $0.epoch <= position }) else {
            return spelling.bytes
        }
        return Array(spelling.bytes[known.end...])
    }

    private func spell(_ format: EventFormat) -> Spelling {
        var spelling = Spelling()
        for (index, metric) in metrics.enumerated() {
            let isLast = metrics.isLastOfEpoch(index)
            spelling.bytes += format.event(metric, isLast: isLast)
            if isLast { spelling.ends.append((metric.epoch, spelling.bytes.count)) }
        }
        return spelling
    }
}

extension [Metric] {
    /// Whether the next one belongs to another epoch.
    func isLastOfEpoch(_ index: Int) -> Bool { index + 1 == count || self[index + 1].epoch != self[index].epoch }
}
