import JSONTree
import Postgres
import Testing

@testable import Training

/// What a person is told about a run that came to nothing.
struct Refusal: Sendable {
    let code: String
    let field: String?
    let message: String
    let hint: String?
    /// Nil where no run was stored at all.
    let run: Run?

    init(_ error: TrainingError) {
        self.init(code: error.code.rawValue, field: error.field, message: error.message, hint: error.hint, run: nil)
    }

    init(_ run: Run) {
        let error = run.error
        self.init(
            code: error?["code"]?.stringValue ?? "none",
            field: error?["field"]?.stringValue,
            message: error?["message"]?.stringValue ?? "",
            hint: error?["hint"]?.stringValue,
            run: run
        )
    }

    private init(code: String, field: String?, message: String, hint: String?, run: Run?) {
        self.code = code
        self.field = field
        self.message = message
        self.hint = hint
        self.run = run
    }

    var text: String { message + (hint.map { " (\($0))" } ?? "") }
}

extension Desk {
    /// Trains what can't be trained, and checks that nothing half-made is left: no snapshot, no transaction, and of a
    /// run no more than the record of its failure.
    func refusal(of body: JSON) async throws -> Refusal {
        let before = try await snapshots()
        let refusal: Refusal
        do {
            let run = try await train(body)
            #expect(run.state == .failed)
            #expect(run.stopReason == .error)
            #expect(run.finishedAt != nil)
            #expect(run.rows == nil)
            #expect(try await weights(run.id).isEmpty)
            let lease = try await value(
                Bool.self,
                "SELECT lease_token IS NULL AND lease_expires_at IS NULL FROM pgradient.runs WHERE id = \(run.id)"
            )
            #expect(lease)
            refusal = Refusal(run)
        } catch {
            refusal = Refusal(TrainingError(error))
        }
        #expect(try await snapshots() == before)
        let open = try await value(
            Int.self,
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()
            """
        )
        #expect(open == 0, "a transaction was left open")
        return refusal
    }
}
