/// How much of something is done, as a picture.
enum Bar {
    private static let width = 24

    /// - Parameter share: from 0 to 1.
    static func text(_ share: Double) -> String {
        // A product that should be whole may be a hair less.
        let filled = min(max(Int(share * Double(width) + 1e-9), 0), width)
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    }
}
