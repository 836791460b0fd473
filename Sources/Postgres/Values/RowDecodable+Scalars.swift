extension Bool: RowDecodable {
    public init(cell: Cell?) throws {
        let cell = try cell.unwrapped()
        guard cell.type == .bool else { throw CellProblem.wrongType }
        self = try cell.load(UInt8.self) != 0
    }
}

extension Int64: RowDecodable {
    public init(cell: Cell?) throws {
        let cell = try cell.unwrapped()
        switch cell.type {
        case .int8: self = try cell.load(Int64.self)
        case .int4: self = Int64(try cell.load(Int32.self))
        case .int2: self = Int64(try cell.load(Int16.self))
        case .oid: self = Int64(try cell.load(UInt32.self))
        default: throw CellProblem.wrongType
        }
    }
}

extension Int: RowDecodable {
    public init(cell: Cell?) throws { self = Int(try Int64(cell: cell)) }
}

extension Int32: RowDecodable {
    public init(cell: Cell?) throws {
        let cell = try cell.unwrapped()
        switch cell.type {
        case .int4: self = try cell.load(Int32.self)
        case .int2: self = Int32(try cell.load(Int16.self))
        default: throw CellProblem.wrongType
        }
    }
}

extension Double: RowDecodable {
    public init(cell: Cell?) throws {
        let cell = try cell.unwrapped()
        switch cell.type {
        case .float8: self = Double(bitPattern: try cell.load(UInt64.self))
        case .float4: self = Double(Float(bitPattern: try cell.load(UInt32.self)))
        case .int4: self = Double(try cell.load(Int32.self))
        case .int2: self = Double(try cell.load(Int16.self))
        case .timestamptz, .timestamp: self = Self.unixSeconds(microseconds: try cell.load(Int64.self))
        case .date: self = Self.unixSeconds(days: try cell.load(Int32.self))
        case .numeric:
            let text = try NumericText.text(cell)
            guard let value = Double(text) else { throw CellProblem.outOfRange("a number of \(text.count) digits") }
            self = value
        default: throw CellProblem.wrongType
        }
    }

    /// PostgreSQL counts from 2000-01-01, 10,957 days after 1970-01-01.
    private static let epochDays = 10_957

    private static func unixSeconds(microseconds: Int64) -> Double {
        switch microseconds {
        case .max: .infinity
        case .min: -.infinity
        default:
            // Whole seconds and the rest apart, so that the rest keeps its microseconds.
            Double(microseconds / 1_000_000 + Int64(epochDays) * 86_400) + Double(microseconds % 1_000_000) / 1e6
        }
    }

    private static func unixSeconds(days: Int32) -> Double {
        switch days {
        case .max: .infinity
        case .min: -.infinity
        default: Double(Int(days) + epochDays) * 86_400
        }
    }
}

extension String: RowDecodable {
    public init(cell: Cell?) throws {
        let cell = try cell.unwrapped()
        switch cell.type {
        case .text, .varchar, .bpchar, .name, .json, .unknown, .char: self = try cell.text()
        case .jsonb: self = try cell.text(from: 1)  // after the version of the format
        case .numeric: self = try NumericText.text(cell)
        case .uuid:
            guard cell.bytes.count == 16 else { throw CellProblem.malformed }
            self = UUIDText.text(cell.bytes)
        default: throw CellProblem.wrongType
        }
    }
}
