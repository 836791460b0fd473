import RealModule

/// What is too small to matter becomes 0, because PostgreSQL raises an error where a product underflows.
extension TrainingStep {
    /// Weights below this are taken as 0 when an iteration is over.
    ///
    /// A value passes as many weights as there are layers. With each of them at the threshold it has been made 10⁻²⁰⁰
    /// times as large, which leaves a hundred orders of magnitude for the smallest softmax probability (e⁻¹⁰⁰) and the
    /// data. Past ten layers that would reach numbers that count, and the threshold stays at 10⁻²⁰.
    public static func weightThreshold(layers: Int) -> Double {
        Double.exp10(max(-100, min(-20, -200 / Double(layers))))
    }

    /// Errors of a regression below this are taken as 0; the square of one of them is still a normal number.
    static let errorThreshold = 1e-100
}
