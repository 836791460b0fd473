import HTTPServer
import Training

/// Reads the query of a request, and knows at the end what nobody asked for.
struct QueryReader {
    private let pairs: [(name: String, value: String)]
    private var read: Set<String> = []

    init(_ request: HTTPServerRequest) throws {
        pairs = request.query
        var seen: Set<String> = []
        for pair in pairs where !seen.insert(pair.name).inserted {
            throw Problem(
                status: .unprocessableContent,
                code: "invalid_option",
                detail: "the query has \"\(pair.name)\" twice",
                field: pair.name
            )
        }
    }

    mutating func string(_ name: String) -> String? {
        read.insert(name)
        return pairs.first { $0.name == name }?.value
    }

    mutating func integer(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
        guard let text = string(name) else { return nil }
        guard let value = Int(text), range.contains(value), String(value) == text else {
            throw Problem(
                status: .unprocessableContent,
                code: "invalid_option",
                detail: "\(name) is \"\(text)\"; "
                    + "it must be a whole number from \(range.lowerBound) to \(range.upperBound)",
                field: name
            )
        }
        return value
    }

    mutating func choice<T: RawRepresentable & CaseIterable>(_ name: String, _ type: T.Type) throws -> T?
    where T.RawValue == String {
        guard let text = string(name) else { return nil }
        if let value = T(rawValue: text) { return value }
        throw Problem(
            status: .unprocessableContent,
            code: "invalid_option",
            detail: "\(name) is \"\(text)\"; it must be one of \(T.allCases.map(\.rawValue).joined(separator: ", "))",
            field: name
        )
    }

    /// Refuses what is part of the interface but not built yet.
    mutating func refuse(_ names: String...) throws {
        for name in names {
            guard let value = string(name) else { continue }
            throw Problem(
                status: .unprocessableContent,
                code: "not_available",
                detail: "\(name)=\(value) is not available in this version",
                field: name,
                hint: "leave it out"
            )
        }
    }

    /// Refuses what nobody has read.
    func finish() throws {
        guard let unknown = pairs.first(where: { !read.contains($0.name) }) else { return }
        throw Problem(
            status: .unprocessableContent,
            code: "unknown_option",
            detail: "the query option \"\(unknown.name)\" is not known here",
            field: unknown.name,
            hint: read.isEmpty ? "this resource takes no options" : "known: \(read.sorted().joined(separator: ", "))"
        )
    }
}
