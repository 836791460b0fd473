import Networks
import Postgres
import SQLText

/// What can be told of a request before its rows are read, so that a wrong one is refused at once instead of becoming
/// a run that fails.
struct Admission {
    let request: TrainingRequest

    /// Decides the dataset and checks what it implies.
    /// - Throws: `TrainingError`.
    func check(on connection: Connection) async throws -> Dataset {
        let dataset = try await Dataset.resolve(request, on: connection)
        try checkNetwork(dataset)
        _ = try await WarmStart.find(request, dataset, on: connection)
        if case .table = request.source, try await isEmpty(dataset, on: connection) {
            throw TrainingError(.emptyTable, "\(dataset.title) has no rows to learn from", field: "source")
        }
        return dataset
    }

    private func checkNetwork(_ dataset: Dataset) throws {
        // The number of classes is not known yet; two is the least.
        let sizes =
            [dataset.leastInputs] + request.hiddenLayerSizes + [request.head(dataset.task).outputs(classes: 2)]
        let parameters = ParameterLayout(layerSizes: sizes).count
        guard parameters <= TrainingPlan.maximumParameters else { throw TrainingPlan.tooWide(parameters) }
        try request.checkClassOptions(dataset.task)
        try checkWeights(least: parameters, perClass: sizes[sizes.count - 2] + 1, dataset)
        if let shape = request.shape, shape == .window || shape == .block {
            // Planned for its limits alone.
            _ = try TrainingPlan(
                request,
                task: dataset.task,
                layerSizes: sizes,
                columns: nil,
                rows: 1,
                server: .init(workers: 0, canCompile: false),
                table: Snapshot(run: 0).name
            )
        }
    }

    private func checkWeights(least: Int, perClass: Int, _ dataset: Dataset) throws(TrainingError) {
        // How many inputs categories make, and which columns are the same in every row, is known later.
        guard case .weights(let given) = request.initialization, !dataset.hasCategories else { return }
        switch request.head(dataset.task) {
        case .logistic, .squaredError, .absoluteError, .huber:
            guard given.count == least else { throw InitialWeights.wrongCount(given.count, wanted: "\(least)") }
        case .softmaxCrossEntropy:
            guard given.count >= least, (given.count - least).isMultiple(of: perClass) else {
                let wanted = "\(least) with two classes and \(perClass) more with every further one"
                throw InitialWeights.wrongCount(given.count, wanted: wanted)
            }
        }
    }

    private var hasConditions: Bool {
        if case .table(_, let conditions) = request.source { !conditions.isEmpty } else { false }
    }

    /// Text that is no value of a type, or a type without that comparison.
    private static let unreadableConstants: Set = ["22P02", "22003", "22007", "22008", "42883"]

    /// Whether there is no row, as far as a short look tells: a view may take long to give its first row, and is
    /// looked at again when the run is prepared.
    private func isEmpty(_ dataset: Dataset, on connection: Connection) async throws -> Bool {
        do {
            // The look may be cut short, and must not take the caller's transaction with it.
            let found = try await connection.transaction { connection in
                try await connection.query(
                    "SELECT EXISTS (SELECT FROM \(dataset.relation)) AS found",
                    name: "any row",
                    timeout: .seconds(1)
                )
            }
            return try !found[0].get("found")
        } catch ConnectionError.timedOut {
            return false
        } catch let error as PostgresError where Self.unreadableConstants.contains(error.sqlState) && hasConditions {
            throw TrainingError(
                .invalidOption,
                "a condition can't be checked: \(error.message)",
                field: "source.where",
                hint: "compare columns with values of their own type",
                sqlState: error.sqlState
            )
        }
    }
}
