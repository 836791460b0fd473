import JSONTree
import Postgres
import SQLText

/// Changes to what people write about a run.
public struct RunEdit: Sendable, Hashable {
    /// What becomes of the tags.
    public enum Tags: Sendable, Hashable {
        case keep
        case replace([String])
        case change(add: [String], remove: [String])
    }

    /// What becomes of a text.
    public enum Text: Sendable, Hashable {
        case keep
        case replace(String)
        case remove
    }

    public let tags: Tags
    public let notes: Text
    public let name: Text

    /// Reads a merge patch: what is left out stays, null removes.
    /// - Throws: `TrainingError` naming the option.
    public init(_ body: JSON) throws(TrainingError) {
        guard let members = body.objectValue else {
            throw TrainingError(
                .invalidOption,
                "the body is \(body.kind); it must be an object with tags, notes and name, or some of these"
            )
        }
        var options = try OptionReader(body)
        tags =
            try RunText.tags(&options).map(Tags.replace) ?? (members["tags"] == .null ? .replace([]) : .keep)
        notes = try RunText.notes(&options).map(Text.replace) ?? (members["notes"] == .null ? .remove : .keep)
        name = try RunText.name(&options).map(Text.replace) ?? (members["name"] == .null ? .remove : .keep)
        try options.finish()
    }

    /// Adds tags that are not there yet and removes those that are; an empty text removes it.
    /// - Throws: `TrainingError` naming the option.
    public init(add: [String], remove: [String], notes: String?, name: String?) throws(TrainingError) {
        var texts: JSON = [:]
        if let notes { texts.set("notes", notes.isEmpty ? .null : .string(notes)) }
        if let name { texts.set("name", name.isEmpty ? .null : .string(name)) }
        let read = try RunEdit(texts)
        try RunText.check(add)
        if let both = add.first(where: remove.contains) {
            throw TrainingError(.invalidOption, "the tag \"\(both)\" is added and removed", field: "tags")
        }
        tags = add.isEmpty && remove.isEmpty ? .keep : .change(add: add, remove: remove)
        (self.notes, self.name) = (read.notes, read.name)
    }

    /// Writes the changes. While a statement trains the run its row is locked, and this waits for the statement's end.
    func apply(to id: Int, on connection: Connection) async throws -> Run {
        try await connection.transaction { connection in
            try await connection.query(
                "SELECT FROM pgradient.runs WHERE id = \(id) FOR NO KEY UPDATE",
                name: "lock run"
            )
            let run = try await RunStore.run(id, on: connection)
            let tags = try tags(of: run)
            let (notes, name) = (notes.applied(to: run.notes), name.applied(to: run.name))
            // The request that is kept with the run says the same.
            var written: JSON = [:]
            if !tags.isEmpty { written.set("tags", .array(tags.map(JSON.string))) }
            if let notes { written.set("notes", .string(notes)) }
            if let name { written.set("name", .string(name)) }
            try await connection.query(
                """
                UPDATE pgradient.runs SET tags = \(SQLValue.textArray(tags)),
                    notes = \(notes.map(SQLValue.text) ?? .null(.text)), name = \(name.map(SQLValue.text) ?? .null(.text)),
                    spec = (spec - '{tags,notes,name}'::text[]) || \(SQLValue.jsonb(written.compact))
                WHERE id = \(id)
                """,
                name: "edit run"
            )
            return try await RunStore.run(id, on: connection)
        }
    }

    private func tags(of run: Run) throws(TrainingError) -> [String] {
        switch tags {
        case .keep: return run.tags
        case .replace(let tags): return tags
        case .change(let add, let remove):
            if let unknown = remove.first(where: { !run.tags.contains($0) }) {
                throw TrainingError(
                    .invalidOption,
                    "run \(run.id) has no tag \"\(unknown)\"",
                    field: "tags",
                    hint: Suggestions.hint(unknown, among: run.tags)
                        ?? (run.tags.isEmpty ? "it has none" : "it has \(run.tags.joined(separator: ", "))")
                )
            }
            let changed = run.tags.filter { !remove.contains($0) } + add.filter { !run.tags.contains($0) }
            try RunText.check(changed)
            return changed
        }
    }
}

extension RunEdit.Text {
    fileprivate func applied(to text: String?) -> String? {
        switch self {
        case .keep: text
        case .replace(let new): new
        case .remove: nil
        }
    }
}
