import JSONTree
import Training

/// An evaluation as tables.
struct EvaluationText {
    let evaluation: Evaluation

    init(_ evaluation: Evaluation) { self.evaluation = evaluation }

    var text: String {
        var parts = [heading]
        switch evaluation.measures {
        case .classification(let measures):
            let names = (evaluation.classes ?? []).map { Self.name($0) }
            parts += [
                confusion(measures, names), report(measures, names), calibration(measures, names),
            ]
        case .regression(let measures): parts.append(deciles(measures))
        }
        if let importance = evaluation.importance { parts.append(Self.table(importance)) }
        return parts.joined(separator: "\n")
    }

    // MARK: - The numbers in lines

    private var heading: String {
        let rows = Numbers.count(evaluation.measures.rows)
        let place =
            switch evaluation.place {
            case .split(let split): "\(rows) \(split == .train ? "training" : split.rawValue) rows"
            case .table(let name): "\(rows) rows of \(name)"
            }
        var text = "run \(evaluation.run), epoch \(evaluation.epoch), on \(place)\n"
        if let notice = evaluation.notice { text += "note: \(notice)\n" }
        switch evaluation.measures {
        case .classification(let measures):
            text +=
                "accuracy \(Numbers.percent(measures.accuracy)), log loss \(Numbers.loss(measures.logLoss)), "
                + "ROC AUC \(Numbers.loss(measures.rocAUC)), calibration error \(Numbers.percent(measures.calibrationError))\n"
        case .regression(let measures):
            text +=
                "R² \(Numbers.loss(measures.r2)), RMSE \(Numbers.loss(measures.rmse)), MAE \(Numbers.loss(measures.mae)), "
                + "mean error \(Numbers.loss(measures.meanError)), largest \(Numbers.loss(measures.maximumError))\n"
        }
        return text
    }

    // MARK: - Classes

    /// More classes than this make a matrix that no terminal is wide enough for.
    private static let widestMatrix = 12
    private static let mostConfusions = 20

    private func confusion(_ measures: ClassificationMeasures, _ names: [String]) -> String {
        guard names.count <= Self.widestMatrix else { return confusions(measures, names) }
        var table = Table(["actual \\ predicted"] + names, textColumns: [0])
        for (name, counts) in zip(names, measures.confusion) { table.add([name] + counts.map(Numbers.count)) }
        return table.text
    }

    /// What is most often taken for something else.
    private func confusions(_ measures: ClassificationMeasures, _ names: [String]) -> String {
        var found: [(actual: Int, predicted: Int, rows: Int)] = []
        for (actual, counts) in measures.confusion.enumerated() {
            for (predicted, rows) in counts.enumerated() where rows > 0 && predicted != actual {
                found.append((actual, predicted, rows))
            }
        }
        guard !found.isEmpty else { return "no row is taken for one of another class\n" }
        found.sort { ($1.rows, $0.actual, $0.predicted) < ($0.rows, $1.actual, $1.predicted) }
        var table = Table(["actual", "predicted", "rows"], textColumns: [0, 1])
        for one in found.prefix(Self.mostConfusions) {
            table.add([names[one.actual], names[one.predicted], Numbers.count(one.rows)])
        }
        let all = Numbers.count(found.count)
        let which = found.count > Self.mostConfusions ? "the \(Self.mostConfusions) most frequent of \(all)" : all
        return "\(which) confusions of classes; --format json has the whole matrix\n" + table.text
    }

    private func report(_ measures: ClassificationMeasures, _ names: [String]) -> String {
        var table = Table(["class", "precision", "recall", "F1", "ROC AUC", "rows", "predicted"], textColumns: [0])
        for (name, line) in zip(names, measures.classes) {
            table.add([
                name, Self.share(line.precision), Self.share(line.recall), Self.share(line.f1),
                Self.share(line.rocAUC), Numbers.count(line.support), Numbers.count(line.predicted),
            ])
        }
        let rows = Numbers.count(measures.rows)
        for (name, line) in [("macro average", measures.macro), ("weighted average", measures.weighted)] {
            table.add([
                name, Self.share(line.precision), Self.share(line.recall), Self.share(line.f1), "", rows, "",
            ])
        }
        return table.text
    }

    private func calibration(_ measures: ClassificationMeasures, _ names: [String]) -> String {
        let what = names.count == 2 ? "of \(names[1])" : "of the predicted class"
        var table = Table(["probability", "rows", "mean", "came true", ""], textColumns: [0, 4])
        for bin in measures.calibration {
            let range = "\(Self.tenth(bin.from)) to \(Self.tenth(bin.to))"
            table.add([
                range, Numbers.count(bin.rows), Self.share(bin.predicted), Self.share(bin.observed),
                Self.bar(bin.observed),
            ])
        }
        return "calibration: the probability \(what), and the share of rows for which it came true\n" + table.text
    }

    // MARK: - Numbers

    private func deciles(_ measures: RegressionMeasures) -> String {
        var table = Table(["predicted from", "to", "rows", "mean predicted", "mean actual"], textColumns: [])
        for line in measures.deciles {
            table.add([
                Numbers.loss(line.from), Numbers.loss(line.to), Numbers.count(line.rows),
                Numbers.loss(line.predicted), Numbers.loss(line.actual),
            ])
        }
        return "the rows in ten parts, by their prediction\n" + table.text
    }

    // MARK: - Features

    /// The most valuable first.
    private static func table(_ importance: Importance) -> String {
        let what = importance.measure == .accuracy ? "accuracy" : "R²"
        let most = importance.features.compactMap(\.mean).max() ?? 0
        var table = Table(["feature", "loss of \(what)", "±", ""], textColumns: [0, 3])
        for line in importance.features.sorted(by: { ($0.mean ?? -.infinity) > ($1.mean ?? -.infinity) }) {
            table.add([
                line.name, share(line.mean), share(line.deviation),
                bar(line.mean.map { most > 0 ? $0 / most : 0 }),
            ])
        }
        let times = importance.repeats == 1 ? "once" : "\(importance.repeats) times"
        return "importance: what is lost if a feature's values are exchanged among the rows, \(times)\n" + table.text
    }

    // MARK: - Cells

    private static func name(_ label: JSON) -> String { label.stringValue ?? label.compact }

    private static func share(_ value: Double?) -> String { value.map { Numbers.share($0) } ?? "–" }

    private static func tenth(_ value: Double) -> String { Numbers.tenth(value) }

    /// Up to twenty blocks.
    private static func bar(_ share: Double?) -> String {
        String(repeating: "▇", count: Int((20 * min(max(share ?? 0, 0), 1)).rounded()))
    }
}
