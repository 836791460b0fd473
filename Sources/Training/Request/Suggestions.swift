/// Names near a mistyped one.
enum Suggestions {
    /// The candidates that a person most likely meant, nearest first, at most three.
    static func near(_ name: String, among candidates: some Sequence<String>) -> [String] {
        let wanted = Array(name.lowercased())
        let scored = candidates.compactMap { candidate -> (String, Int)? in
            let other = Array(candidate.lowercased())
            let distance = editDistance(wanted, other)
            let isNear = distance <= max(wanted.count, other.count) / 3 + 1
            let isPart = wanted.count >= 3 && (candidate.lowercased().contains(name.lowercased()))
            return isNear || isPart ? (candidate, distance) : nil
        }
        return scored.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(3).map(\.0)
    }

    /// What options of other libraries are called here.
    private static let synonyms = [
        "alpha": "l2_reg", "random_state": "seed", "epochs": "max_iter", "lr": "learning_rate_init",
        "optimizer": "solver", "weight_decay": "l2_reg", "layers": "hidden_layer_sizes", "target": "label",
        "sample_weight": "weight_column", "patience": "n_iter_no_change", "table": "source",
    ]

    /// A hint for a name that another library has for an option, or nil.
    static func synonym(_ name: String, among known: some Sequence<String>) -> String? {
        guard let own = synonyms[name.lowercased()], known.contains(own) else { return nil }
        return "it is called \(own) here"
    }

    /// `did you mean "a" or "b"?`, or nil if nothing is near.
    static func hint(_ name: String, among candidates: some Sequence<String>) -> String? {
        let names = near(name, among: candidates).map { "\"\($0)\"" }
        return names.isEmpty ? nil : "did you mean \(names.joined(separator: " or "))?"
    }

    /// Levenshtein distance, with one row of the table kept.
    private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (left == right ? 0 : 1))
                diagonal = above
            }
        }
        return row[b.count]
    }
}
