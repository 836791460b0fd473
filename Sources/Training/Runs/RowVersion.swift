import Postgres
import SQLText

/// Which version of a row, or of several, something was made of: as long as it is the same, so is what is made of them.
///
/// The server numbers transactions and keeps with every row which one wrote it. The number may come again after four
/// billion transactions, but not for the same epoch of the same run.
public struct RowVersion: Sendable, Hashable {
    /// Digits, dots and dashes.
    public let text: String

    init(run: Int, epoch: Int, _ transactions: String?...) {
        text = "\(run).\(epoch)." + transactions.map { $0 ?? "-" }.joined(separator: ".")
    }

    /// The transaction that wrote a row of a table alias, as text.
    static func column(_ alias: String) -> SQL { "\(unsafeRaw: alias).xmin::text" }
}
