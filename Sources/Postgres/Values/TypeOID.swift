import CLibPQ
import SQLText

/// The types that are read or written in binary, by their numbers in `pg_type`, which never change.
enum TypeOID: UInt32 {
    case bool = 16
    case bytea = 17
    case char = 18
    case name = 19
    case int8 = 20
    case int2 = 21
    case int4 = 23
    case text = 25
    case oid = 26
    case json = 114
    case float4 = 700
    case float8 = 701
    case unknown = 705
    case bpchar = 1042
    case varchar = 1043
    case date = 1082
    case timestamp = 1114
    case timestamptz = 1184
    case numeric = 1700
    case uuid = 2950
    case jsonb = 3802
    case boolArray = 1000
    case nameArray = 1003
    case int2Array = 1005
    case int4Array = 1007
    case textArray = 1009
    case varcharArray = 1015
    case int8Array = 1016
    case float4Array = 1021
    case float8Array = 1022

    /// The name as PostgreSQL writes it.
    var label: String {
        switch self {
        case .char: "\"char\""
        case .boolArray: "bool[]"
        case .nameArray: "name[]"
        case .int2Array: "int2[]"
        case .int4Array: "int4[]"
        case .textArray: "text[]"
        case .varcharArray: "varchar[]"
        case .int8Array: "int8[]"
        case .float4Array: "float4[]"
        case .float8Array: "float8[]"
        default: "\(self)"
        }
    }

    static func label(_ oid: UInt32) -> String { TypeOID(rawValue: oid)?.label ?? "the type with oid \(oid)" }
}

extension SQLType {
    /// The number the server knows the type by.
    var oid: Oid {
        switch self {
        case .bool: TypeOID.bool.rawValue
        case .int4: TypeOID.int4.rawValue
        case .int8: TypeOID.int8.rawValue
        case .float8: TypeOID.float8.rawValue
        case .text: TypeOID.text.rawValue
        case .bytea: TypeOID.bytea.rawValue
        case .jsonb: TypeOID.jsonb.rawValue
        case .uuid: TypeOID.uuid.rawValue
        case .timestamptz: TypeOID.timestamptz.rawValue
        case .float8Array: TypeOID.float8Array.rawValue
        case .int8Array: TypeOID.int8Array.rawValue
        case .textArray: TypeOID.textArray.rawValue
        }
    }
}
