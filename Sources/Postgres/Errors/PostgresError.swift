/// What the server answered instead of a result.
///
/// `description` is fit for a log: it leaves out `detail` and `context`, which quote rows, and values that the message
/// of a data error quotes. The fields themselves hold everything.
public struct PostgresError: Error, Sendable, Hashable {
    /// Five characters that name the condition: `23505` is a unique violation (manual, appendix A).
    public let sqlState: String
    /// `ERROR`, `FATAL` or `PANIC`.
    public let severity: String
    /// The server's sentence.
    public let message: String
    /// More about it; may quote row values.
    public let detail: String?
    /// What to do about it.
    public let hint: String?
    /// Where in the statement, counted in characters from 1.
    public let position: Int?
    /// Where it happened, as in `COPY t, line 3`; may quote row values.
    public let context: String?
    public let schema: String?
    public let table: String?
    public let column: String?
    public let constraint: String?
    /// The name the caller gave the statement.
    public let statementName: String?

    public init(
        sqlState: String,
        severity: String = "ERROR",
        message: String,
        detail: String? = nil,
        hint: String? = nil,
        position: Int? = nil,
        context: String? = nil,
        schema: String? = nil,
        table: String? = nil,
        column: String? = nil,
        constraint: String? = nil,
        statementName: String? = nil
    ) {
        self.sqlState = sqlState
        self.severity = severity
        self.message = message
        self.detail = detail
        self.hint = hint
        self.position = position
        self.context = context
        self.schema = schema
        self.table = table
        self.column = column
        self.constraint = constraint
        self.statementName = statementName
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        var text = "\(sqlState): \(loggableMessage)"
        if let hint { text += " (\(hint))" }
        let place = [
            statementName.map { "statement \"\($0)\"" }, position.map { "character \($0)" },
            constraint.map { "constraint \"\($0)\"" },
        ].compactMap(\.self)
        if !place.isEmpty { text += " [\(place.joined(separator: ", "))]" }
        return text
    }

    public var debugDescription: String { "PostgresError(\(description))" }

    /// `dump` and a test's failure message show no more than a log does.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }

    /// Class 22, data errors, puts the offending value in double quotes; names stand there in the other classes.
    private var loggableMessage: String {
        guard sqlState.hasPrefix("22"), let first = message.firstIndex(of: "\""),
            let last = message.lastIndex(of: "\"")
        else { return message }
        return message[..<first] + "\"…\"" + message[last...].dropFirst()
    }
}
