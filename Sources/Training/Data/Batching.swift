import Lowering
import SQLText

/// How the rows of a run are divided into mini-batches: shuffled by a seed, then cut into parts of one size.
struct Batching: Sendable, Hashable {
    /// Rows in the data.
    let rows: Int
    /// Rows per batch; the last one may have fewer.
    let size: Int
    let shuffle: Shuffle
    let seed: Int

    /// Iterations per epoch.
    var count: Int { max(1, (rows + size - 1) / size) }

    /// The same rows as one batch.
    var whole: Batching { Batching(rows: rows, size: max(rows, 1), shuffle: shuffle, seed: seed) }

    /// Whether an iteration reads a part of the rows.
    var isPartial: Bool { count > 1 }

    /// How many rows an epoch has read when a batch of it is done.
    func rowsRead(batch: Int) -> Double { Double(min((batch + 1) * size, rows)) }

    /// scikit-learn's choice.
    static let automaticSize = 200

    /// How many rows a batch has: as asked, or what `auto` means for a shape.
    static func size(_ asked: BatchSize, _ shape: StatementShape?, rows: Int) -> Int {
        switch asked {
        case .auto: shape == .window ? max(rows, 1) : min(automaticSize, max(rows, 1))
        case .full: max(rows, 1)
        case .rows(let size): min(size, max(rows, 1))
        }
    }

    /// A number per row to sort by: the row's numbers hashed, by a seed that `every epoch` changes with the epoch. The
    /// same rows come in the same order wherever they lie; equal rows are equal, whichever comes first.
    func key(_ columns: SnapshotColumns, epoch: Int) -> SQL {
        let turn = shuffle == .everyEpoch ? UInt64(epoch) : 0
        var mixed = SplitMix64(state: UInt64(bitPattern: Int64(seed)) &+ turn &* 0x9e37_79b9_7f4a_7c15)
        let seed = Int64(bitPattern: mixed.next())
        return columns.hash(from: "\(literal: "\(seed)")::int8")
    }
}

/// Rows per iteration, as asked.
public enum BatchSize: Sendable, Hashable {
    /// Left to pgradient: scikit-learn's min(200, rows).
    case auto
    /// All rows.
    case full
    case rows(Int)
}

/// When the rows are put in a new order.
public enum Shuffle: String, Sendable, Hashable, CaseIterable {
    /// When the snapshot is made.
    case once
    /// Before every epoch, which copies the snapshot each time.
    case everyEpoch = "every epoch"
}
