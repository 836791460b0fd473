import JSONTree
import Networks
import Postgres
import SQLText

/// Begins a run with the parameters of another one.
struct WarmStart {
    /// The run to begin with.
    let source: Run

    /// Which parameters of a run another one begins with.
    static let epoch = EpochChoice.chosen

    /// Reads `warm_start`.
    static func run(_ options: inout OptionReader) throws(TrainingError) -> Int? {
        guard let value = options.value("warm_start") else { return nil }
        guard let id = value.intValue, id > 0 else {
            throw TrainingError(
                .invalidOption,
                "warm_start is \(value.kind); it must be the number of a run",
                field: "warm_start",
                hint: "GET /train or `pgradient runs` lists them"
            )
        }
        for name in ["init", "weights", "scale"] where options.value(name) != nil {
            throw TrainingError(
                .irrelevantOption,
                "\(name) means nothing to a run that begins with the parameters of run \(id)",
                field: name,
                hint: "leave it out, or leave warm_start out"
            )
        }
        return id
    }

    /// Finds the run that a request begins with, and checks all that can be told before its rows are read.
    /// - Returns: nil if the request begins with no other run.
    static func find(
        _ request: TrainingRequest,
        _ dataset: Dataset,
        on connection: Connection
    ) async throws -> WarmStart? {
        guard let id = request.warmStart else { return nil }
        let source: Run
        do {
            source = try await RunStore.run(id, on: connection)
        } catch let error as TrainingError where error.code == .runNotFound {
            throw TrainingError(.runNotFound, error.message, field: "warm_start", hint: error.hint)
        }
        let warmStart = WarmStart(source: source)
        try warmStart.checkReady()
        try warmStart.checkNetwork(request, dataset)
        return warmStart
    }

    /// A run at work would give other parameters from one moment to the next.
    private func checkReady() throws(TrainingError) {
        guard source.layerSizes != nil else {
            throw TrainingError(
                .runNotReady,
                "run \(source.id) is \(source.state.rawValue) and has no parameters to begin with",
                field: "warm_start",
                hint: source.state.isFinal ? "it ended before training began; see its error" : "wait for its end"
            )
        }
        guard source.state.isFinal else {
            throw TrainingError(
                .runNotReady,
                "run \(source.id) is \(source.state.rawValue), and its parameters are about to change",
                field: "warm_start",
                hint: "wait for its end, or cancel it: what it has learned so far stays"
            )
        }
    }

    private func checkNetwork(_ request: TrainingRequest, _ dataset: Dataset) throws {
        let before = try TrainingRequest(source.spec)
        try refuse("task", source.task.rawValue, dataset.task.rawValue, field: "task")
        try checkFeatures(request, dataset)
        if before.hiddenLayerSizes != request.hiddenLayerSizes {
            throw difference(
                "hidden layers",
                "\(before.hiddenLayerSizes)",
                "\(request.hiddenLayerSizes)",
                field: "hidden_layer_sizes"
            )
        }
        if source.activations != request.activations {
            let names = (list(source.activations.map(\.rawValue)), list(request.activations.map(\.rawValue)))
            throw difference("activations", names.0, names.1, field: "activation")
        }
        let heads = (before.head(source.task), request.head(dataset.task))
        // Losses of the same outputs may be exchanged; with two classes logistic has one output and cross_entropy two.
        if heads.0.outputs(classes: 2) != heads.1.outputs(classes: 2) {
            try refuse("loss", heads.0.rawValue, heads.1.rawValue, field: "loss")
        }
        // What stands in for NULL belongs to the scaling.
        if (before.nulls == .mean) != (request.nulls == .mean) {
            try refuse("nulls", before.nulls.rawValue, request.nulls.rawValue, field: "nulls")
        }
        try refuse("standardize", "\(before.standardize)", "\(request.standardize)", field: "standardize")
    }

    /// The features are those that the other run came to learn from. If they are named, the same have to be.
    private func checkFeatures(_ request: TrainingRequest, _ dataset: Dataset) throws(TrainingError) {
        let given = source.spec["features"]?.arrayValue?.compactMap(\.stringValue)
        if let asked = request.features, asked != source.features, asked != given {
            throw difference("features", list(source.features), list(asked), field: "features")
        }
        for encoding in try encodings() {
            let before = encoding.feature
            guard let now = dataset.features.first(where: { $0.name == before.name }) else {
                throw difference("features", list(source.features), list(dataset.featureNames), field: "features")
            }
            guard before.reads(now.kind), now.isCategorical == before.isCategorical else {
                let kinds = [before, now].map { $0.isCategorical ? "as categories" : "as \($0.kind.rawValue)" }
                throw difference("\"\(before.name)\"", kinds[0], kinds[1], field: "columns")
            }
        }
    }

    /// How features are scaled and coded: as that run did it, so that its first layer means the same again, and the
    /// function of the network is exactly the run's before anything is learned.
    func encodings() throws(TrainingError) -> [FeatureEncoding] {
        guard let encodings = source.encodings else { throw .notReady(source) }
        return encodings
    }

    /// Refuses other classes than those whose scores the outputs are.
    func check(classes: JSON?) throws(TrainingError) {
        let before = source.classes.map(JSON.array)
        guard before != classes else { return }
        throw difference("classes", short(before), short(classes), field: "label")
    }

    /// The parameters to begin with.
    func parameters(on connection: Connection) async throws -> Parameters {
        try await ParamStore.parameters(source, Self.epoch, on: connection)
    }

    /// Keeps with the run where its first parameters come from.
    static func store(_ parameters: Parameters, _ lease: Lease, on connection: Connection) async throws {
        try await connection.query(
            "UPDATE pgradient.runs SET warm_start_epoch = \(Int32(parameters.epoch)) WHERE \(lease.condition)",
            name: "store warm start"
        )
    }

    private func refuse(_ what: String, _ old: String, _ new: String, field: String) throws(TrainingError) {
        if old != new { throw difference(what, old, new, field: field) }
    }

    private func difference(_ what: String, _ old: String, _ new: String, field: String) -> TrainingError {
        TrainingError(
            .irrelevantOption,
            "run \(source.id) has \(what) \(old), this one \(new): its parameters mean nothing to this network",
            field: field,
            hint: "ask for the same \(what), or leave warm_start out"
        )
    }

    private func list(_ names: [String]) -> String { "[\(names.joined(separator: ", "))]" }

    private func short(_ classes: JSON?) -> String {
        let text = classes?.compact ?? "none"
        return text.count > 200 ? text.prefix(200) + "…" : text
    }
}
