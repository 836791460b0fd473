import JSONTree

extension TrainingError {
    /// As the run's `error` has it.
    var json: JSON {
        var json: JSON = ["code": .string(code.rawValue), "message": .string(message)]
        if let field { json.set("field", .string(field)) }
        if let hint { json.set("hint", .string(hint)) }
        if let sqlState { json.set("sqlstate", .string(sqlState)) }
        return json
    }
}
