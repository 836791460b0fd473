import Networks

/// The two features of a run that has no others: the axes of its decision picture.
struct Plane: Sendable {
    let x: FeatureEncoding
    let y: FeatureEncoding

    /// Nil if the features are not two columns of numbers.
    init?(_ encodings: [FeatureEncoding]) {
        guard encodings.count == 2, encodings.allSatisfy({ Self.scaling($0) != nil }) else { return nil }
        (x, y) = (encodings[0], encodings[1])
    }

    /// - Throws: `TrainingError` if the run is not prepared, or has other inputs.
    init(of run: Run) throws(TrainingError) {
        let encodings = try DatasetFacts(of: run).encodings
        guard let plane = Plane(encodings) else { throw Self.refusal(run, encodings) }
        self = plane
    }

    var encodings: [FeatureEncoding] { [x, y] }

    /// What the network reads back in the units in which the feature is read.
    static func undone(_ value: Double, _ encoding: FeatureEncoding) -> Double {
        scaling(encoding).map { value * $0.scale + $0.mean } ?? value
    }

    private static func scaling(_ encoding: FeatureEncoding) -> FeatureEncoding.Scaling? {
        if case .number(let scaling) = encoding.content { scaling } else { nil }
    }

    private static func refusal(_ run: Run, _ encodings: [FeatureEncoding]) -> TrainingError {
        let names = encodings.map { encoding in
            let name = "\"\(encoding.feature.name)\""
            switch encoding.content {
            case .number: return name
            case .category: return "\(name) (categories)"
            case .array(let elements): return "\(name) (an array of \(elements.count))"
            }
        }
        // A table may have very many columns.
        let listed = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
        return TrainingError(
            .notTwoInputs,
            "run \(run.id) learned from \(names.count) feature\(names.count == 1 ? "" : "s"), \(listed); "
                + "a decision picture has two axes, each a column of numbers, dates, times or booleans",
            field: "run",
            hint: "train on two such columns: name them in features"
        )
    }
}
