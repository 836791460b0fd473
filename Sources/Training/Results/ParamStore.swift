import Networks
import Postgres
import SQLText

/// Which epoch of a run is wanted.
public enum EpochChoice: Sendable, Hashable {
    case last
    /// The one with the lowest loss on rows held out for validation, or on those to train on if there are none.
    case best
    /// The one that predicts: the best by validation if the run restores it, else the last.
    case chosen
    case number(Int)

    /// Reads `last`, `best` or a number.
    public init(parsing text: String) throws(TrainingError) {
        switch text {
        case "last": self = .last
        case "best": self = .best
        default:
            guard let number = Int(text), (0...Int(Int32.max)).contains(number) else {
                throw TrainingError(
                    .invalidOption,
                    "epoch is \"\(text)\"; it must be last, best or a number",
                    field: "epoch"
                )
            }
            self = .number(number)
        }
    }
}

/// The parameters of one epoch.
public struct Parameters: Sendable {
    public let run: Int
    /// Which versions of their rows these are.
    public let version: RowVersion
    public let epoch: Int
    /// Loss of these parameters on the training rows; nil while it is not measured.
    public let loss: Double?
    /// Units per layer.
    public let layerSizes: [Int]
    /// One per hidden layer.
    public let activations: [Activation]
    /// In the documented order.
    public let weights: [Double]

    /// Names and places of the weights.
    public var layout: ParameterLayout { ParameterLayout(layerSizes: layerSizes) }
}

/// Reads parameters.
enum ParamStore {
    static func parameters(_ run: Run, _ choice: EpochChoice, on connection: Connection) async throws -> Parameters {
        let found = try await connection.query(
            "SELECT \(versionColumns), p.weights, m.loss \(rows("\(run.id)", place(of: run, choice)))",
            name: "parameters"
        )
        guard let row = found.first else { throw missing(run, choice) }
        return try parameters(row, of: run)
    }

    /// That of `parameters`, without reading them; nil if there are none.
    static func version(_ run: Int?, _ choice: EpochChoice, on connection: Connection) async throws -> RowVersion? {
        let found: Rows
        switch choice {
        case .last, .number:
            let id: SQL = run.map { "\($0)" } ?? "(SELECT max(id) FROM pgradient.runs)"
            found = try await connection.query(
                "SELECT \(versionColumns) \(rows(id, place(of: nil, choice)))",
                name: "parameters version"
            )
        case .best, .chosen:
            let run =
                if let run { try await RunStore.run(run, on: connection) } else {
                    try await RunStore.newest(on: connection)
                }
            found = try await connection.query(
                "SELECT \(versionColumns) \(rows("\(run.id)", place(of: run, choice)))",
                name: "parameters version"
            )
        }
        return try found.first.map(version)
    }

    /// Which of a run's rows are wanted.
    private typealias Place = (condition: SQL, order: SQL)

    /// - Parameter run: needed for the best epoch and the chosen one.
    private static func place(of run: Run?, _ choice: EpochChoice) -> Place {
        let best = run?.bestEpoch.map(Int32.init)
        let restored = run?.restoresBest == true ? best : nil
        return switch choice {
        case .chosen: restored.map { ("p.epoch = \($0)", "p.epoch") } ?? ("true", "p.epoch DESC")
        case .last: ("true", "p.epoch DESC")
        case .best: best.map { ("p.epoch = \($0)", "p.epoch") } ?? ("m.loss IS NOT NULL", "m.loss, p.epoch")
        case .number(let epoch): ("p.epoch = \(Int32(clamping: epoch))", "p.epoch")
        }
    }

    /// What `version` reads.
    private static let versionColumns: SQL = """
        p.run_id, p.epoch, \(RowVersion.column("p")) AS params_version, \(RowVersion.column("m")) AS metrics_version
        """

    private static func rows(_ run: SQL, _ place: Place, limit: Int = 1) -> SQL {
        """
        FROM pgradient.params AS p
        LEFT JOIN pgradient.metrics AS m ON m.run_id = p.run_id AND m.epoch = p.epoch AND m.split = 'train'
        WHERE p.run_id = \(run) AND \(place.condition) ORDER BY \(place.order) LIMIT \(literal: limit)
        """
    }

    private static func version(_ row: Row) throws -> RowVersion {
        RowVersion(
            run: try row.get("run_id"),
            epoch: try row.get("epoch"),
            try row.get("params_version"),
            try row.get("metrics_version")
        )
    }

    /// Those of a `history`, without reading it.
    static func versions(
        _ run: Int,
        _ epochs: ClosedRange<Int>,
        limit: Int,
        on connection: Connection
    ) async throws -> [RowVersion] {
        let found = try await connection.query(
            "SELECT \(versionColumns) \(rows("\(run)", among(epochs), limit: limit))",
            name: "history versions"
        )
        return try found.map(version)
    }

    private static func among(_ epochs: ClosedRange<Int>) -> Place {
        let (first, last) = (Int32(clamping: epochs.lowerBound), Int32(clamping: epochs.upperBound))
        return ("p.epoch BETWEEN \(first) AND \(last)", "p.epoch")
    }

    /// Parameters of a range of epochs, oldest first.
    static func history(
        _ run: Run,
        _ epochs: ClosedRange<Int>,
        limit: Int,
        on connection: Connection
    ) async throws -> [Parameters] {
        let found = try await connection.query(
            "SELECT \(versionColumns), p.weights, m.loss \(rows("\(run.id)", among(epochs), limit: limit))",
            name: "parameter history"
        )
        return try found.map { try parameters($0, of: run) }
    }

    private static func parameters(_ row: Row, of run: Run) throws -> Parameters {
        guard let sizes = run.layerSizes else { throw TrainingError.notReady(run) }
        return Parameters(
            run: run.id,
            version: try version(row),
            epoch: try row.get("epoch"),
            loss: try row.get("loss"),
            layerSizes: sizes,
            activations: run.activations,
            weights: try row.get("weights")
        )
    }

    private static func missing(_ run: Run, _ choice: EpochChoice) -> TrainingError {
        guard run.layerSizes != nil else { return .notReady(run) }
        let kept = (try? TrainingRequest(run.spec))?.history.explanation
        switch choice {
        case .last, .chosen: return .notReady(run)
        case .best:
            return TrainingError(
                .epochNotFound,
                "no epoch whose parameters run \(run.id) keeps has a measured loss",
                field: "epoch",
                hint: [kept, "ask for the epoch \"last\""].compactMap(\.self).joined(separator: "; ")
            )
        case .number(let epoch):
            let block = run.shape == .window ? "shape window keeps the ends of its blocks" : nil
            let reached = kept == nil ? "it has epochs 0 to \(run.epoch)" : "it is at epoch \(run.epoch)"
            return TrainingError(
                .epochNotFound,
                "run \(run.id) has no parameters of epoch \(epoch)",
                field: "epoch",
                hint: [reached, block, kept].compactMap(\.self).joined(separator: "; ")
            )
        }
    }
}

extension TrainingError {
    static func notReady(_ run: Run) -> TrainingError {
        TrainingError(
            .runNotReady,
            "run \(run.id) is \(run.state.rawValue) and has no parameters yet",
            field: "run",
            hint: run.state.isFinal ? "it ended before training began; see its error" : "ask again in a moment"
        )
    }
}
