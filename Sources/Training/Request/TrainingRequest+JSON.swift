import JSONTree
import Networks

extension TrainingRequest {
    /// The request as it is stored: every default filled in, features and task decided. Reading it back gives the same
    /// request.
    func json(_ dataset: Dataset) -> JSON {
        var json: JSON = [
            "source": source.json,
            "features": features.map { .array($0.map(JSON.string)) } ?? .null,
            "label": .string(dataset.label.name),
            "task": .string(dataset.task.rawValue),
            "hidden_layer_sizes": .array(hiddenLayerSizes.map(JSON.integer)),
            "activation": .array(activations.map { .string($0.rawValue) }),
            "learning_rate_init": .number(learningRate),
            "loss": .string(head(dataset.task).rawValue),
            "label_smoothing": .number(labelSmoothing),
            "l1_reg": .number(l1),
            "l2_reg": .number(l2),
            "max_iter": .integer(maxIter),
            "tol": .number(tol),
            "n_iter_no_change": .integer(patience),
            "standardize": .bool(standardize),
            "nulls": .string(nulls.rawValue),
            "early_stopping": .bool(earlyStopping),
            "seed": .integer(seed),
            "shape": .string(shape?.rawValue ?? "auto"),
        ]
        if !columns.isEmpty {
            let sorted = columns.sorted { $0.key < $1.key }
            json.set("columns", .object(.init(uniqueKeysWithValues: sorted.map { ($0.key, $0.value.json) })))
        }
        if let classWeights { json.set("class_weight", classWeights.json) }
        if let weightColumn { json.set("weight_column", .string(weightColumn)) }
        if let splitColumn { json.set("split_column", .string(splitColumn)) }
        if let validationFraction { json.set("validation_fraction", .number(validationFraction)) }
        if validationFraction != nil || splitColumn != nil { json.set("restore_best", .bool(restoreBest)) }
        if let name { json.set("name", .string(name)) }
        if !tags.isEmpty { json.set("tags", .array(tags.map(JSON.string))) }
        if let notes { json.set("notes", .string(notes)) }
        json.set("history", history.json)
        if let warmStart { json.set("warm_start", .integer(warmStart)) }
        if let maxRuntime { json.set("max_runtime_s", .number(maxRuntime)) }
        if let clipNorm { json.set("clip_norm", .number(clipNorm)) }
        if let blockSize { json.set("block_size", .integer(blockSize)) }
        switch batchSize {
        case .auto: json.set("batch_size", "auto")
        case .full: json.set("batch_size", "full")
        case .rows(let rows): json.set("batch_size", .integer(rows))
        }
        json.set("shuffle", .string(shuffle.rawValue))
        json.set("deterministic", .bool(isDeterministic))
        for (name, value) in solver.options + schedule.options { json.set(name, value) }
        switch initialization {
        case .he: json.set("init", "he")
        case .glorot: json.set("init", "glorot")
        case .normal(let scale):
            json.set("init", "normal")
            json.set("scale", .number(scale))
        case .weights(let weights):
            json.set("init", "weights")
            json.set("weights", .array(weights.map(JSON.number)))
        case .byActivation: break
        }
        return json
    }
}
