import Training

/// Errors in words, with what to do about them.
enum ErrorText {
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as TrainingError:
            return error.message + (error.hint.map { "\n  hint: \($0)" } ?? "")
        case let error as UsageError: return error.description
        default:
            let shown = TrainingError(error)
            return shown.message + (shown.hint.map { "\n  hint: \($0)" } ?? "")
        }
    }
}
