import CLibPQ

extension PostgresError {
    /// Reads the fields of a failed result.
    init(result: OpaquePointer, statement: String?) {
        self.init(
            sqlState: result.errorField("C") ?? "",
            severity: result.errorField("V") ?? "ERROR",
            message: result.errorField("M") ?? oneLine(String(cString: PQresultErrorMessage(result))),
            detail: result.errorField("D"),
            hint: result.errorField("H"),
            position: result.errorField("P").flatMap { Int($0) },
            context: result.errorField("W"),
            schema: result.errorField("s"),
            table: result.errorField("t"),
            column: result.errorField("c"),
            constraint: result.errorField("n"),
            statementName: statement
        )
    }

    /// The session is over with such an error, whatever it was doing.
    var endsSession: Bool { severity == "FATAL" || severity == "PANIC" }
}

extension OpaquePointer {
    /// A field of an error or a notice, by the letter of the protocol (manual, "Error and Notice Message Fields").
    func errorField(_ code: Unicode.Scalar) -> String? {
        PQresultErrorField(self, Int32(code.value)).map { String(cString: $0) }
    }
}

/// libpq's messages have line breaks and tabs in them; ours are sentences.
func oneLine(_ text: String) -> String {
    var words = text.split { $0.isWhitespace }.joined(separator: " ")
    while words.last == "." { words.removeLast() }
    return words
}
