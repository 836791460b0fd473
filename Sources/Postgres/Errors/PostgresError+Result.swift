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

/// libpq's messages have a line for each thing they say, tabs too; ours are sentences. The last one has no full stop, so
/// that it can stand in the middle of another.
func oneLine(_ text: String) -> String {
    var sentences = ""
    for line in text.split(whereSeparator: \.isNewline) {
        let words = line.split { $0.isWhitespace }.joined(separator: " ")
        if !sentences.isEmpty, !words.isEmpty { sentences = sentences.asSentence + " " }
        sentences += words
    }
    while sentences.last == "." { sentences.removeLast() }
    return sentences
}

extension String {
    /// With a full stop, unless it ends in punctuation of its own.
    var asSentence: String { last.map { ".?!:;,".contains($0) } ?? true ? self : self + "." }
}
