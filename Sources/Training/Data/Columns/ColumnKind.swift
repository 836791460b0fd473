/// What the values of a column are, as far as its type tells.
enum ColumnKind: String, Sendable, Hashable, Codable, CaseIterable {
    case integer
    /// Floating point and numeric.
    case real
    case boolean
    case text
    case enumeration
    case date
    case timestamp
    case timestampWithZone = "timestamptz"
    case time
    case timeWithZone = "timetz"
    case interval
    /// Of numbers.
    case array
    case other

    /// - Parameters:
    ///   - typeName: as `pg_type` has it, below all domains.
    ///   - element: that of an array's elements.
    init(typeName: String, isEnum: Bool, element: String?) {
        if isEnum {
            self = .enumeration
        } else if let element {
            self = Self.numbers.contains(element) ? .array : .other
        } else {
            self = Self.named[typeName] ?? .other
        }
    }

    private static let numbers: Set = ["int2", "int4", "int8", "float4", "float8", "numeric"]

    private static let named: [String: ColumnKind] = [
        "int2": .integer, "int4": .integer, "int8": .integer, "float4": .real, "float8": .real, "numeric": .real,
        "bool": .boolean, "text": .text, "varchar": .text, "bpchar": .text, "char": .text, "name": .text,
        "citext": .text, "date": .date, "timestamp": .timestamp, "timestamptz": .timestampWithZone, "time": .time,
        "timetz": .timeWithZone, "interval": .interval,
    ]
}
