import JSONTree
import Networks
import Postgres
import SQLText
import Testing

@testable import Training

/// What was said about a row: the label as text, and the probabilities or the value; neither if nothing was.
struct Served: Sendable, Hashable, CustomStringConvertible {
    var label: String?
    var numbers: [Double]?

    var description: String { "\(label ?? "no label") \(numbers ?? [])" }

    func isLike(_ other: Served) -> Bool {
        guard let numbers, let others = other.numbers else {
            return numbers == nil && other.numbers == nil && label == nil && other.label == nil
        }
        return label == other.label && difference(numbers, others) < 1e-12
    }

    init(label: String?, numbers: [Double]?) { (self.label, self.numbers) = (label, numbers) }

    init(_ prediction: Prediction) {
        switch prediction {
        case .classification(let label, let probabilities):
            self.init(label: label.stringValue ?? label.compact, numbers: probabilities.map(\.probability))
        case .regression(let value): self.init(label: nil, numbers: [value])
        }
    }

    /// Reads the columns of predictions, in the order of `id`.
    static func rows(_ relation: String, of run: Run, on connection: Connection) async throws -> [Served] {
        if run.classes == nil {
            return try await connection.query("SELECT prediction FROM \(unsafeRaw: relation) ORDER BY id").map { row in
                Served(label: nil, numbers: try row.decode(Double?.self, "prediction").map { [$0] })
            }
        }
        let rows = try await connection.query(
            """
            SELECT prediction::text AS label, probabilities,
                   probability IS NOT DISTINCT FROM (SELECT max(p) FROM unnest(probabilities) AS p) AS is_largest
            FROM \(unsafeRaw: relation) ORDER BY id
            """
        )
        return try rows.map { row in
            #expect(try row.decode(Bool.self, "is_largest"))
            return Served(
                label: try row.decode(String?.self, "label"),
                numbers: try row.decode([Double]?.self, "probabilities")
            )
        }
    }

    /// What the interpreter says about the rows of a table, encoded here once more by hand.
    static func interpreted(_ table: String, _ run: Run, on desk: Desk) async throws -> [Served] {
        let facts = try DatasetFacts(of: run)
        let parameters = try await desk.service.parameters(run.id, .last)
        let request = try TrainingRequest(run.spec)
        let network = request.network(
            task: run.task,
            layerSizes: parameters.layerSizes,
            columns: facts.columns,
            iterationsPerEpoch: 1
        )
        let step = try TrainingStep(network)
        let training = ReferenceTraining(step: step, weights: parameters.weights)
        let values = try facts.encodings.enumerated().map { index, encoding in
            let value = encoding.feature.value(of: "\(try Identifier(encoding.feature.name))")
            // Arrays with NULLs in them are read as text.
            let read: SQL = encoding.feature.isArray ? "array_to_string(\(value), ',', '-')" : value
            return "\(read) AS \(SourceRows.column(index))" as SQL
        }
        let rows = try await desk.query("SELECT \(values.commaSeparated) FROM public.\(unsafeRaw: table) ORDER BY id")
        return try rows.map { row in
            guard let inputs = try inputs(row, facts, fills: request.nulls == .mean) else {
                return Served(label: nil, numbers: nil)
            }
            let numbers = training.evaluate([step.perRow.prediction], features: inputs, labels: [0])[0].values
            let most = numbers.indices.max { numbers[$0] < numbers[$1] } ?? 0
            let label = run.classes.map { $0[most].stringValue ?? $0[most].compact }
            return Served(label: label, numbers: numbers)
        }
    }

    private static func inputs(_ row: Row, _ facts: DatasetFacts, fills: Bool) throws -> [Double]? {
        func scaled(_ value: Double?, _ scaling: FeatureEncoding.Scaling) -> Double? {
            guard let value = value ?? scaling.fill, value.isFinite else { return nil }
            return (value - scaling.mean) / scaling.scale
        }
        var inputs: [Double] = []
        for (index, encoding) in facts.encodings.enumerated() {
            let column = SourceRows.column(index).name
            switch encoding.content {
            case .number(let scaling):
                guard let value = scaled(try row.decode(Double?.self, column), scaling) else { return nil }
                inputs.append(value)
            case .category(let names, _):
                let name = try row.decode(String?.self, column)
                if name == nil, !fills { return nil }
                inputs.append(Double(name.flatMap { names.firstIndex(of: $0) } ?? names.count))
            case .array(let scalings):
                let text = try row.decode(String?.self, column)
                let elements =
                    text?.split(separator: ",").map { $0 == "-" ? nil : Double($0) }
                    ?? [Double?](repeating: nil, count: scalings.count)
                guard elements.count == scalings.count else { return nil }
                for (element, scaling) in zip(elements, scalings) {
                    guard let value = scaled(element, scaling) else { return nil }
                    inputs.append(value)
                }
            }
        }
        return inputs
    }
}
