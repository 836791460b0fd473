import Lowering

extension Trainer {
    /// What PostgreSQL plans within a few milliseconds. Longer blocks only take longer.
    private static let plannerBudget = 16 << 20

    /// Divides blocks that are too much to plan.
    func fitting(_ blocks: [Int], _ shape: StatementShape) throws -> [Int] {
        let longest = try longest(shape)
        return blocks.flatMap { block in
            stride(from: 0, to: block, by: min(longest, block)).map { min(longest, block - $0) }
        }
    }

    private func longest(_ shape: StatementShape) throws -> Int {
        switch shape {
        case .step: return 1
        case .block, .recursive: return .max
        case .window:
            // Text and nesting both grow with the length, and what planning takes with their product.
            let bytes = Double(try statement(.window, iterations: 1).size.plannerBytes)
            return max(1, Int((Double(Self.plannerBudget) / bytes).squareRoot()))
        }
    }
}
