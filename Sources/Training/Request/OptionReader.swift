import JSONTree

/// Reads the options of a request one by one and knows at the end which were never asked for.
struct OptionReader {
    private let options: [String: JSON]
    private let parent: String?
    private var read: Set<String> = []

    /// - Parameter parent: the option that this object is the value of; errors name `parent.option`.
    init(_ body: JSON, in parent: String? = nil) throws(TrainingError) {
        self.parent = parent
        guard let members = body.objectValue else {
            throw TrainingError(.invalidOption, "a training request is a JSON object, and this is \(body.kind)")
        }
        options = Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) })
    }

    /// The raw value; null counts as not given.
    mutating func value(_ name: String) -> JSON? {
        read.insert(name)
        return options[name] == .null ? nil : options[name]
    }

    mutating func string(_ name: String) throws(TrainingError) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.stringValue else { throw wrong(name, value, "a string") }
        return try checked(text, name)
    }

    mutating func bool(_ name: String) throws(TrainingError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let flag = value.boolValue else { throw wrong(name, value, "true or false") }
        return flag
    }

    mutating func number(
        _ name: String,
        _ range: some RangeExpression<Double>,
        _ words: String
    ) throws(TrainingError) -> Double? {
        guard let value = value(name) else { return nil }
        guard let number = value.doubleValue else { throw wrong(name, value, words) }
        guard range.contains(number) else { throw wrong(name, value, words) }
        return number
    }

    mutating func integer(_ name: String, _ range: ClosedRange<Int>) throws(TrainingError) -> Int? {
        guard let value = value(name) else { return nil }
        let words = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let number = value.intValue, range.contains(number) else { throw wrong(name, value, words) }
        return number
    }

    mutating func strings(_ name: String) throws(TrainingError) -> [String]? {
        guard let value = value(name) else { return nil }
        guard let values = value.arrayValue else { throw wrong(name, value, "an array of strings") }
        var texts: [String] = []
        for value in values {
            guard let text = value.stringValue else { throw wrong(name, value, "an array of strings") }
            texts.append(try checked(text, name))
        }
        return texts
    }

    /// PostgreSQL has no text with a NUL in it.
    private func checked(_ text: String, _ name: String) throws(TrainingError) -> String {
        guard text.utf8.contains(0) else { return text }
        throw TrainingError(.invalidOption, "\(field(name)) contains a NUL character", field: field(name))
    }

    /// One of a closed set. A value that `API` names but that is not built yet is told apart from a wrong one.
    mutating func choice<T: RawRepresentable & CaseIterable>(
        _ name: String,
        _ type: T.Type,
        planned: [String] = []
    ) throws(TrainingError) -> T? where T.RawValue == String {
        guard let text = try string(name) else { return nil }
        return try Self.choose(field(name), text, planned: planned)
    }

    static func choose<T: RawRepresentable & CaseIterable>(
        _ name: String,
        _ text: String,
        planned: [String] = [],
        also: [String] = []
    ) throws(TrainingError) -> T where T.RawValue == String {
        if let value = T(rawValue: text) { return value }
        let known = also + T.allCases.map(\.rawValue)
        if planned.contains(text) { throw notAvailable(name, "\"\(text)\"", instead: known) }
        throw TrainingError(
            .invalidOption,
            "\(name) \"\(text)\" is not known; it is one of \(known.joined(separator: ", "))",
            field: name,
            hint: Suggestions.hint(text, among: known)
        )
    }

    /// Refuses what is promised but not built.
    static func notAvailable(_ name: String, _ what: String? = nil, instead known: [String] = []) -> TrainingError {
        TrainingError(
            .notAvailable,
            "\(name)\(what.map { " \($0)" } ?? "") is not available in this version",
            field: name,
            hint: known.isEmpty ? "leave it out" : "available: \(known.joined(separator: ", "))"
        )
    }

    /// Refuses options that belong to other choices than the one that was made.
    /// - Parameters:
    ///   - given: options by name, and whether the request has them.
    ///   - option: the option by which it was made.
    ///   - options: those of a choice.
    static func refuseOthers<T: RawRepresentable & CaseIterable>(
        _ given: [String: Bool],
        of choice: T,
        _ option: String,
        _ options: KeyPath<T, Set<String>>
    ) throws(TrainingError) where T.RawValue == String {
        for name in given.filter(\.value).keys.sorted() where !choice[keyPath: options].contains(name) {
            let others = T.allCases.filter { $0[keyPath: options].contains(name) }.map(\.rawValue)
            throw TrainingError(
                .irrelevantOption,
                "\(name) means nothing to \(option) \(choice.rawValue)",
                field: name,
                hint: "leave it out, or choose \(option) \(others.joined(separator: " or "))"
            )
        }
    }

    /// Refuses options that nothing has read, with the nearest known names.
    func finish() throws(TrainingError) {
        guard let unknown = options.keys.filter({ !read.contains($0) }).sorted().first else { return }
        throw TrainingError(
            .unknownOption,
            "the option \"\(field(unknown))\" is not known",
            field: field(unknown),
            hint: Suggestions.synonym(unknown, among: read) ?? Suggestions.hint(unknown, among: read)
                ?? "known options: \(read.sorted().joined(separator: ", "))"
        )
    }

    private func wrong(_ name: String, _ value: JSON, _ words: String) -> TrainingError {
        let shown = value.compact
        let short = shown.count > 60 ? String(shown.prefix(60)) + "…" : shown
        return TrainingError(.invalidOption, "\(field(name)) is \(short); it must be \(words)", field: field(name))
    }

    private func field(_ name: String) -> String { parent.map { "\($0).\(name)" } ?? name }
}
