/// The name of a table, a column or a schema, quoted in one place for the whole program.
public struct Identifier: Sendable, Hashable, CustomStringConvertible {
    /// The name as the catalog has it.
    public let name: String

    /// Longest identifier that PostgreSQL keeps; it cuts longer ones silently, which we don't.
    public static let maximumBytes = 63

    /// Takes a name that came from outside.
    /// - Throws: `IdentifierError` if PostgreSQL could not hold it as it stands.
    public init(_ name: String) throws(IdentifierError) {
        guard !name.isEmpty else { throw .empty }
        guard !name.utf8.contains(0) else { throw .containsNUL(name) }
        guard name.utf8.count <= Self.maximumBytes else { throw .tooLong(name) }
        self.name = name
    }

    /// Takes a name that is written in the program.
    public init(static name: StaticString) {
        self.name = name.description
    }

    /// Makes a name from a prefix written in the program and a number: `run`, 7 → `run_7`.
    public init(_ prefix: StaticString, _ number: Int) {
        self.name = "\(prefix)_\(number)"
    }

    /// Makes a name from a letter written in the program and a number: `x`, 7 → `x7`.
    public init(_ letter: StaticString, number: Int) {
        self.name = "\(letter)\(number)"
    }

    /// The name in double quotes, quotes inside doubled.
    public var quoted: String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    public var description: String { name }
}

/// A table or view with its schema.
public struct QualifiedName: Sendable, Hashable, CustomStringConvertible {
    /// The schema, or nil for whatever `search_path` finds.
    public let schema: Identifier?
    /// The table.
    public let name: Identifier

    /// Puts the two together.
    public init(schema: Identifier?, name: Identifier) {
        self.schema = schema
        self.name = name
    }

    /// Both parts quoted, with a dot between them.
    public var quoted: String { (schema.map { $0.quoted + "." } ?? "") + name.quoted }

    public var description: String { (schema.map { $0.name + "." } ?? "") + name.name }
}

/// Why a name can't be an identifier.
public enum IdentifierError: Error, Hashable, CustomStringConvertible {
    case empty
    case containsNUL(String)
    case tooLong(String)

    public var description: String {
        switch self {
        case .empty: "a name is empty"
        case .containsNUL(let name):
            "the name \(name.debugDescription) contains a NUL byte, which PostgreSQL can't hold"
        case .tooLong(let name):
            "the name \"\(name)\" has \(name.utf8.count) bytes; "
                + "PostgreSQL identifiers have at most \(Identifier.maximumBytes)"
        }
    }
}
