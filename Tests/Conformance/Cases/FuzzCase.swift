import Foundation
import Lowering
import Networks
import Samples

/// One check of one network on one set of rows, with everything it takes to repeat it. As text it is one line of JSON.
public struct FuzzCase: Sendable, Hashable, Codable {
    /// What is looked at.
    public enum Check: String, Sendable, Hashable, Codable, CaseIterable {
        /// The interpreter's gradient against differences of the interpreter's loss.
        case gradient
        /// Ten iterations of a statement shape against the interpreter.
        case shape
        /// Statements with weights of any size: no error where the interpreter stays in range, no wrong number where not.
        case range
    }

    public var check: Check
    public var network: NetworkSpec
    public var weights: WeightRecipe
    public var rows: RowRecipe
    public var learningRate: Double
    /// Nil where no statement is run.
    public var shape: StatementShape?
    /// How many iterations each statement does.
    public var blocks: [Int]
    /// What weights, rows and everything else that is drawn come from.
    public var seed: UInt64

    /// Reads a line that a failure has printed.
    public init(json: String) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(json.utf8))
    }

    init(
        check: Check,
        network: NetworkSpec,
        weights: WeightRecipe,
        rows: RowRecipe,
        learningRate: Double,
        shape: StatementShape?,
        blocks: [Int],
        seed: UInt64
    ) {
        self.check = check
        self.network = network
        self.weights = weights
        self.rows = rows
        self.learningRate = learningRate
        self.shape = shape
        self.blocks = blocks
        self.seed = seed
    }

    var iterations: Int { blocks.reduce(0, +) }

    /// Random numbers for one purpose, independent of those for another.
    func random(_ purpose: Purpose) -> SeededGenerator { SeededGenerator(seed: seed ^ purpose.rawValue &* 0x5851_f42d) }

    enum Purpose: UInt64 {
        case weights = 1
        case rows, lines, jitter
    }
}

extension FuzzCase: CustomStringConvertible {
    public var description: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { return "a case that JSON has no numbers for: seed \(seed)" }
        return String(decoding: data, as: UTF8.self)
    }
}
