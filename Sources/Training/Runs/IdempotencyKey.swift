import JSONTree
import OrderedCollections
import Postgres
import SQLText

/// A client's word that two requests are one: the same key with the same body gives the same run, however often the
/// client asks because an answer got lost (draft-ietf-httpapi-idempotency-key-header).
///
/// A fingerprint of the body is kept with the key, so that a key that is used again for something else is not answered
/// with a run that nobody asked for.
struct IdempotencyKey: Sendable {
    /// As the client sent it.
    let text: String
    /// The body, whatever the order of its members.
    private let body: String

    init(_ text: String, _ body: JSON) {
        self.text = text
        self.body = body.canonical.compact
    }

    /// The fingerprint; the server computes it.
    var hash: SQL { "sha256(convert_to(\(body), 'UTF8'))" }

    /// The run that was started with the key; nil if there is none.
    /// - Throws: `TrainingError` if the body was another one.
    func run(on connection: Connection) async throws -> Run? {
        let found = try await connection.query(
            """
            SELECT \(Run.columns), coalesce(r.idempotency_hash = \(hash), true) AS is_same
            FROM pgradient.runs AS r WHERE r.idempotency_key = \(text)
            """,
            name: "find run by key"
        )
        guard let row = found.first else { return nil }
        let run = try Run(row)
        guard try row.get("is_same") else { throw Self.reused(for: run.id) }
        return run
    }

    /// The run, if it was resumed with the key the last time that it was.
    /// - Throws: `TrainingError` if the body was another one.
    func resumed(_ id: Int, on connection: Connection) async throws -> Run? {
        let found = try await connection.query(
            """
            SELECT \(Run.columns), r.resume_hash = \(hash) AS is_same
            FROM pgradient.runs AS r WHERE r.id = \(id) AND r.resume_key = \(text)
            """,
            name: "find resumed run"
        )
        guard let row = found.first else { return nil }
        guard try row.get("is_same") else { throw Self.reused(for: id) }
        return try Run(row)
    }

    private static func reused(for run: Int) -> TrainingError {
        TrainingError(
            .keyReused,
            "the Idempotency-Key was sent before with another request, which is run \(run)",
            field: "Idempotency-Key",
            hint: "a new request needs a new key; the same request again must have the same body"
        )
    }
}

extension JSON {
    /// The same value in the one way to write it: members by name, whole numbers as such.
    fileprivate var canonical: JSON {
        switch self {
        case .null, .bool, .integer, .string: self
        case .number(let value): Int(exactly: value).map(JSON.integer) ?? self
        case .array(let values): .array(values.map(\.canonical))
        case .object(let members):
            .object(
                OrderedDictionary(
                    uniqueKeysWithValues: members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.canonical) }
                )
            )
        }
    }
}
