/// A page of runs, newest first.
public struct RunPage: Sendable {
    public let runs: [Run]
    /// Pass as `before` for the next page; nil at the end.
    public let next: Int?
    /// Of all that the page depends on: one more than it shows where there is a next page.
    public let versions: [RowVersion]

    /// - Parameter found: up to one more than `limit`.
    init(_ found: [Run], limit: Int) {
        runs = Array(found.prefix(limit))
        next = found.count > limit ? runs.last?.id : nil
        versions = found.map(\.version)
    }
}
