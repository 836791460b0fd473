import Foundation

/// Numbers as people read them.
enum Numbers {
    /// `0.693147`, and `1.235e+12` where so many digits would say nothing.
    static func loss(_ value: Double?) -> String {
        value.map { String(format: abs($0) < 1e9 ? "%.6f" : "%.3e", $0) } ?? "–"
    }

    /// `99.25 %`
    static func percent(_ value: Double?) -> String { value.map { String(format: "%.2f %%", 100 * $0) } ?? "–" }

    /// `0.9925`
    static func share(_ value: Double) -> String { String(format: "%.4f", value) }

    /// `0.3`
    static func tenth(_ value: Double) -> String { String(format: "%.1f", value) }

    /// `1 h 02 min`, `3 min 05 s`, `12 s`
    static func time(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        if whole >= 3600 { return String(format: "%d h %02d min", whole / 3600, whole % 3600 / 60) }
        if whole >= 60 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
        return "\(whole) s"
    }

    /// `12.3`
    static func seconds(_ value: Double) -> String { String(format: "%.1f", value) }

    /// `100,000`
    static func count(_ value: Int) -> String {
        var digits = String(value.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits = String(digits.dropLast(3))
        }
        return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }
}
