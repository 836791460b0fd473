import Networks
import Postgres

extension FuzzReport {
    /// Makes the case of a failure smaller while it still fails, one change at a time.
    nonisolated(nonsending) func shrunk(on connection: Connection) async throws -> FuzzReport {
        var smallest = self
        var tries = 0
        var isSettled = false
        while !isSettled {
            isSettled = true
            for candidate in smallest.fuzzCase.smaller where tries < Self.mostTries {
                tries += 1
                let report = try await candidate.run(on: connection)
                guard report.failure != nil else { continue }
                (smallest, isSettled) = (report, false)
                break
            }
        }
        return smallest
    }

    private static let mostTries = 60
}

extension FuzzCase {
    /// Cases with a little less in them, the largest savings first.
    fileprivate var smaller: [FuzzCase] {
        var cases: [FuzzCase] = []
        func add(_ change: (inout FuzzCase) -> Void) {
            var changed = self
            change(&changed)
            if changed != self { cases.append(changed) }
        }
        if rows.count > 1 {
            add { $0.rows.count = 1 }
            add { $0.rows.count = (rows.count + 1) / 2 }
            add { $0.rows.count -= 1 }
        }
        if blocks.count > 1 {
            add { $0.blocks = [blocks[0]] }
            add { $0.blocks.removeLast() }
        }
        if let first = blocks.first, first > 1 { add { $0.blocks[0] = first / 2 } }
        for layer in network.activations.indices {
            add {
                $0.network.activations.remove(at: layer)
                $0.network.layerSizes.remove(at: layer + 1)
            }
        }
        for layer in network.layerSizes.indices where network.layerSizes[layer] > 1 {
            let isClasses = layer == network.layerSizes.count - 1 && network.head.isClassification
            if layer == 0, network.columns != nil { continue }
            if !isClasses || network.layerSizes[layer] > 2 { add { $0.network.layerSizes[layer] -= 1 } }
        }
        add { $0.network.hasRowWeights = false }
        add { $0.network.columns = nil }
        add { $0.network.l2 = 0 }
        add { $0.network.l1 = 0 }
        add { $0.network.labelSmoothing = 0 }
        add { $0.network.clipNorm = nil }
        add { ($0.network.schedule, $0.network.iterationsPerEpoch) = (.constant, 1) }
        add { $0.network.solver = .sgd(momentum: 0, nesterov: false) }
        add { $0.rows.columns = [.normal] }
        add { $0.rows.labels = .signal }
        return cases
    }
}
