import JSONTree
import Postgres
import SQLText

/// Which epochs' parameters stay in `pgradient.params`. The newest always does, and metrics always do.
public enum HistoryPolicy: Sendable, Hashable {
    case all
    /// Epoch 0, and every epoch whose number is a multiple.
    case every(Int)
    /// The newest so many that were stored.
    case last(Int)

    /// Reads `history`.
    init(_ options: inout OptionReader) throws(TrainingError) {
        guard let value = options.value("history") else {
            self = .all
            return
        }
        switch value {
        case "all": self = .all
        case "last": self = .last(1)
        case .object(let members) where members.count == 1:
            guard let (name, count) = members.elements.first, let count = count.intValue,
                (1...1_000_000).contains(count)
            else { throw Self.wrong(value) }
            switch name {
            case "every": self = .every(count)
            case "last": self = .last(count)
            default: throw Self.wrong(value, hint: Suggestions.hint(name, among: ["every", "last"]))
            }
        case .null, .bool, .integer, .number, .string, .array, .object:
            let hint = value.stringValue.flatMap { Suggestions.hint($0, among: ["all", "last"]) }
            throw Self.wrong(value, hint: hint)
        }
    }

    private static func wrong(_ value: JSON, hint: String? = nil) -> TrainingError {
        let shown = value.compact
        return TrainingError(
            .invalidOption,
            "history is \(shown.count > 60 ? String(shown.prefix(60)) + "…" : shown); it must be \"all\", \"last\", "
                + "{\"every\": n} or {\"last\": n}, with n from 1 to 1000000",
            field: "history",
            hint: hint
        )
    }

    /// The option that asks for it.
    public var json: JSON {
        switch self {
        case .all: "all"
        case .every(let count): ["every": .integer(count)]
        case .last(1): "last"
        case .last(let count): ["last": .integer(count)]
        }
    }

    /// What it keeps, to explain what is gone; nil if nothing is.
    var explanation: String? {
        switch self {
        case .all: nil
        case .every(let count): "history {\"every\": \(count)} keeps the epochs that \(count) divides, and the newest"
        case .last(1): "history \"last\" keeps the newest epoch only"
        case .last(let count): "history {\"last\": \(count)} keeps the newest \(count) epochs"
        }
    }

    /// Deletes the parameters that are not to be kept. Belongs into the transaction that recorded the newest epoch, so
    /// that no crash leaves more or less than asked for.
    /// The best epoch by validation stays whatever the policy: it is the one that predicts.
    func prune(_ run: Int, newest: Int, on connection: Connection) async throws {
        let surplus: SQL
        switch self {
        case .all: return
        case .every(let count): surplus = "epoch % \(literal: count) <> 0"
        case .last(let count):
            surplus = """
                epoch NOT IN (SELECT epoch FROM pgradient.params WHERE run_id = \(run)
                              ORDER BY epoch DESC LIMIT \(literal: count))
                """
        }
        try await connection.query(
            """
            DELETE FROM pgradient.params
            WHERE run_id = \(run) AND epoch < \(Int32(newest)) AND \(surplus)
              AND epoch IS DISTINCT FROM (SELECT best_epoch FROM pgradient.runs WHERE id = \(run))
            """,
            name: "prune history"
        )
    }
}
