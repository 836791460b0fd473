/// The report as a picture: for every target a bar, as long as the share of it that was needed, and a line at the target
/// itself. A bar that ends before the line keeps its promise.
struct Picture {
    private let report: Report
    private let rows: [Finding]

    init(_ report: Report) {
        self.report = report
        rows = report.findings.filter { $0.share != nil }
    }

    // In pixels.
    private static let width = 960.0
    private static let margin = 28.0
    private static let barStart = 384.0
    private static let target = 624.0
    private static let barEnd = 744.0
    private static let top = 112.0
    private static let rowHeight = 44.0

    var svg: String {
        let bottom = Self.top + Self.rowHeight * Double(rows.count)
        let height = bottom + 44
        var canvas = SVG(width: Self.width, height: height, title: "Measurements of pgradient beside their targets")
        canvas.style = Self.style
        canvas.rectangle(0, 0, Self.width, height, "paper", radius: 8)
        canvas.text(Self.margin, 38, "pgradient beside its targets", "title")
        canvas.text(Self.margin, 60, "\(report.machine.hardware) · \(report.machine.date), \(report.method)", "small")
        canvas.text(Self.margin, 78, report.machine.software, "small")
        canvas.text(Self.target, Self.top - 10, "target", "small middle")
        for (index, finding) in rows.enumerated() {
            draw(finding, at: Self.top + Self.rowHeight * Double(index), on: &canvas)
        }
        // Over the bars, so that it can be seen which ones cross it.
        canvas.line(Self.barStart, Self.top, Self.barStart, bottom, "axis")
        canvas.line(Self.target, Self.top - 4, Self.target, bottom, "target")
        canvas.text(
            Self.margin,
            bottom + 26,
            "A bar is the share of the allowed time or memory that was needed: shorter is better. "
                + "Both sides of a comparison ran in turns; medians.",
            "small"
        )
        return canvas.document
    }

    private func draw(_ finding: Finding, at y: Double, on canvas: inout SVG) {
        let isMet = finding.isMet ?? false
        let unit = Self.target - Self.barStart
        let wanted = unit * (finding.share ?? 0)
        let length = min(wanted, Self.barEnd - Self.barStart)
        canvas.text(Self.margin, y + 20, finding.title, "name")
        canvas.text(Self.margin, y + 36, sides(finding), "small")
        canvas.rectangle(Self.barStart, y + 11, max(2, length), 22, isMet ? "met" : "missed", radius: 3)
        if wanted > length {
            // Cut off: the bar goes on beyond the picture.
            canvas.line(Self.barEnd - 14, y + 36, Self.barEnd - 6, y + 8, "cut")
        }
        // What a bare factor is about would have to be guessed.
        let value = finding.valueText + (finding.measure == .ratio ? " the time" : "")
        canvas.text(Self.barEnd + 16, y + 20, value, isMet ? "value" : "value late")
        let verdict = isMet ? "met" : "missed"
        canvas.text(Self.barEnd + 16, y + 36, "target \(finding.targetText), \(verdict)", "small")
    }

    private func sides(_ finding: Finding) -> String {
        guard let theirs = finding.theirs else { return finding.ours.label }
        return "\(finding.ours.text) against \(theirs.text)"
    }

    /// Readable on white and on black; no variables, because not every program that draws SVG knows them.
    private static let style = """
        text { font-family: system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; fill: #1f2328 }
        .title { font-size: 20px; font-weight: 600 }
        .name { font-size: 13.5px }
        .value { font-size: 14px; font-weight: 600 }
        .late { fill: #b3470f }
        .small { font-size: 11.5px; fill: #59636e }
        .middle { text-anchor: middle }
        .paper { fill: #ffffff }
        .met { fill: #2a8f6f }
        .missed { fill: #d9772b }
        .axis { stroke: #8c959f; stroke-width: 1 }
        .target { stroke: #1f2328; stroke-width: 1.5; stroke-dasharray: 4 3 }
        .cut { stroke: #ffffff; stroke-width: 4 }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3 }
          .late { fill: #f0954f }
          .small { fill: #9198a1 }
          .paper { fill: #0d1117 }
          .met { fill: #36a883 }
          .missed { fill: #d9772b }
          .axis { stroke: #656c76 }
          .target { stroke: #e6edf3 }
          .cut { stroke: #0d1117 }
        }
        """
}
