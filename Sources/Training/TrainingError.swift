import Postgres

/// What went wrong, for a person: what, where and what to do. The code is stable.
public struct TrainingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The closed set of causes.
    public enum Code: String, Sendable, Hashable, Codable, CaseIterable {
        case invalidOption = "invalid_option"
        case unknownOption = "unknown_option"
        case irrelevantOption = "irrelevant_option"
        case missingOption = "missing_option"
        case notAvailable = "not_available"
        case unknownTable = "unknown_table"
        case unknownColumn = "unknown_column"
        case unsupportedColumn = "unsupported_column"
        case noPermission = "no_permission"
        case emptyTable = "empty_table"
        case nullValues = "null_values"
        case nonFiniteValues = "non_finite_values"
        case valuesTooLarge = "values_too_large"
        case tooFewClasses = "too_few_classes"
        case tooManyClasses = "too_many_classes"
        case tooLarge = "statement_too_large"
        case notTwoInputs = "not_two_inputs"
        case sourceChanged = "source_changed"
        case runNotFound = "run_not_found"
        case epochNotFound = "epoch_not_found"
        case runNotReady = "run_not_ready"
        case conflict = "conflict"
        case keyReused = "idempotency_key_reused"
        case queueFull = "queue_full"
        case diskFull = "disk_full"
        case outOfMemory = "out_of_memory"
        case timedOut = "statement_timeout"
        case database = "database_error"
        case databaseUnreachable = "database_unreachable"
        case `internal` = "internal_error"
    }

    /// The cause.
    public let code: Code
    /// What is wrong, in a sentence.
    public let message: String
    /// The field of the request at fault.
    public let field: String?
    /// What to do about it.
    public let hint: String?
    /// The server's condition, if it was the server's word.
    public let sqlState: String?

    /// Describes an error.
    public init(_ code: Code, _ message: String, field: String? = nil, hint: String? = nil, sqlState: String? = nil) {
        self.code = code
        self.message = message
        self.field = field
        self.hint = hint
        self.sqlState = sqlState
    }

    public var description: String { message + (hint.map { " (\($0))" } ?? "") }
}

extension TrainingError {
    /// Any error as one that can be shown. Row values that a server message quotes are left out.
    public init(_ error: any Error) {
        switch error {
        case let error as TrainingError: self = error
        case let error as PostgresError: self.init(server: error)
        case let error as ConnectionError:
            switch error {
            case .unreachable, .lost: self.init(.databaseUnreachable, "\(error)")
            default: self.init(.database, "\(error)")
            }
        default: self.init(.internal, "\(error)")
        }
    }

    private init(server error: PostgresError) {
        switch error.sqlState {
        case "53100":
            self.init(
                .diskFull,
                "the database server has no disk space left: \(error.message)",
                hint: "free space on the server, or train on fewer rows or columns",
                sqlState: error.sqlState
            )
        case "53200":
            self.init(
                .outOfMemory,
                "the database server has no memory left for the statement: \(error.message)",
                hint: "use a smaller block_size, shape step, or fewer and narrower layers",
                sqlState: error.sqlState
            )
        case "57014":
            self.init(
                .timedOut,
                "the database server ended the statement: \(error.message)",
                hint: "a statement_timeout of the server or the role, or many times as long as it was estimated; "
                    + "use a smaller block_size or shape step",
                sqlState: error.sqlState
            )
        case "42501":
            self.init(
                .noPermission,
                "the database refuses: \(error.message)",
                hint: "grant the privilege to the user of the database URL",
                sqlState: error.sqlState
            )
        default:
            self.init(.database, "the database says: \(error)", sqlState: error.sqlState)
        }
    }
}
