import ArgumentParser
import Training

/// Errors in words, with what to do about them, and the exit code they end the program with.
enum ErrorReport {
    /// Says what went wrong.
    /// - Returns: the exit code.
    static func show(_ error: any Error) -> Int32 {
        switch error {
        case let code as ExitCode: return code.rawValue
        case is CancellationError:
            Terminal.error("interrupted")
            return 3
        case let error as OutputError where error.isReaderGone: return 0
        case let error as UsageError:
            Terminal.error(error.description)
            return 2
        case let error as TrainingError:
            Terminal.error(text(error))
            return error.code.isUsage ? 2 : 1
        default: return showOther(error)
        }
    }

    private static func showOther(_ error: any Error) -> Int32 {
        // The parser's own errors, help and version among them, know how to show themselves.
        let code = PGradient.exitCode(for: error)
        if code == .success { PGradient.exit(withError: error) }
        if code == .validationFailure {
            Terminal.error(PGradient.fullMessage(for: error), prefix: false)
            return 2
        }
        Terminal.error(text(TrainingError(error)))
        return 1
    }

    private static func text(_ error: TrainingError) -> String {
        error.message + (error.hint.map { "\n  hint: \($0)" } ?? "")
    }
}

extension TrainingError.Code {
    /// Whether the command line itself is at fault, not what it met in the database.
    fileprivate var isUsage: Bool {
        switch self {
        case .invalidOption, .unknownOption, .irrelevantOption, .missingOption, .notAvailable, .keyReused: true
        case .unknownTable, .unknownColumn, .unsupportedColumn, .noPermission, .emptyTable, .nullValues,
            .nonFiniteValues, .valuesTooLarge, .tooFewClasses, .tooManyClasses, .tooLarge, .notTwoInputs,
            .sourceChanged,
            .runNotFound, .epochNotFound, .runNotReady, .conflict, .queueFull, .diskFull, .outOfMemory, .timedOut,
            .database,
            .databaseUnreachable, .internal:
            false
        }
    }
}
