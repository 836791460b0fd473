import Training

/// `pgradient sql --explain` as text.
struct ExplanationText {
    private let explanation: StatementExplanation

    init(_ explanation: StatementExplanation) { self.explanation = explanation }

    var text: String {
        var forms = Table("form", "estimated ms", "timed ms", "")
        for candidate in explanation.candidates {
            forms.add(
                candidate.name,
                number(candidate.estimated),
                candidate.measured.map(number) ?? "–",
                remark(candidate)
            )
        }
        var sizes = Table("the statement needs", "", "of")
        for size in explanation.sizes { sizes.add(size.name, "\(size.needed)", "\(size.maximum)") }
        return """
            run \(explanation.run): \(explanation.reason)

            \(forms.text)
            \(sizes.text)
            The server's plan for shape \(explanation.shape.rawValue):
            \(explanation.plan.joined(separator: "\n"))

            """
    }

    private func remark(_ candidate: Candidate) -> String {
        if candidate.isChosen { return "chosen" }
        if let obstacle = candidate.obstacle { return obstacle }
        return candidate.isForOtherEngines ? "when asked for" : ""
    }

    private func number(_ milliseconds: Double) -> String {
        let digits = milliseconds < 1 ? 1_000.0 : milliseconds < 100 ? 100 : 10
        return "\((milliseconds * digits).rounded() / digits)"
    }
}
