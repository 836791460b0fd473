/// The report as a picture: a bar for every promise, as long as the share of it that was needed, with a line at the
/// promise itself. No bar may pass the line.
struct Picture {
    private let report: Report

    init(_ report: Report) { self.report = report }

    var svg: String { "" }
}
