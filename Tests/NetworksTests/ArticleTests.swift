import Networks
import Samples
import Testing

/// The article's network against its own recipe, level by level, written out in plain Swift.
@Suite struct ArticleTests {
    static let spec = NetworkSpec(
        layerSizes: [2, 2, 2],
        activations: [.relu],
        head: .softmaxCrossEntropy,
        l2: 1e-3,
        solver: .sgd(momentum: 0, nesterov: false)
    )

    @Test func aStepIsTheArticles() throws {
        let rows = SampleRows(articleRows: 500, seed: 1)
        var reference = ReferenceTraining(step: try TrainingStep(Self.spec), weights: ArticleNetwork.initial)
        var article = ArticleNetwork()
        for iteration in 1...20 {
            let measured = reference.iterate(features: rows.features, labels: rows.labels, learningRate: 2)
            let (loss, accuracy) = article.iterate(rows)
            #expect(relativeDifference(reference.weights, article.weights) < 1e-12, "iteration \(iteration)")
            #expect(relativeDifference(measured.loss, loss) < 1e-12, "iteration \(iteration)")
            #expect(measured.metric == accuracy, "iteration \(iteration)")
        }
        // The first loss is that of knowing nothing.
        #expect(abs(ArticleNetwork().measure(rows).loss - 0.6931) < 1e-3)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func twentyIterationsAreEnough(seed: UInt64) {
        let rows = SampleRows(articleRows: 20_000, seed: seed)
        var article = ArticleNetwork()
        for _ in 0..<20 { _ = article.iterate(rows) }
        #expect(article.measure(rows).accuracy >= 0.99, "seed \(seed)")
    }
}
