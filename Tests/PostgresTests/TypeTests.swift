import Postgres
import SQLText
import Testing

@Suite("values to the server and back")
struct TypeTests {
    @Test("float8 keeps its bits, alone and in arrays")
    func doubles() async throws {
        let hard: [Double] = [
            0, -0.0, 1, -1, 0.1, .pi, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude / 2,
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .infinity, -.infinity, .nan, .ulpOfOne,
        ]
        try await withFreshConnection { connection in
            for number in hard {
                let back = try await value(Double.self, "select \(number) as x", on: connection)
                #expect(back.bitPattern == number.bitPattern)
            }
            let back = try await value([Double].self, "select \(SQLValue.float8Array(hard)) as x", on: connection)
            #expect(back.map(\.bitPattern) == hard.map(\.bitPattern))
        }
    }

    @Test("every bind type comes back as it went, and the server sees it so")
    func everyType() async throws {
        let text = "naïve 日本 🐘 'quoted\" \\ line\nbreak"
        try await withFreshConnection { connection in
            let rows = try await connection.query(
                """
                select \(true) as t, \(false) as f, \(Int32.min) as i4, \(Int64.max) as i8, \(Int.min) as i,
                    \(text) as s, \("") as empty, \(SQLValue.bytea([0, 255, 10, 0])) as b,
                    \(SQLValue.jsonb(#"{"a": [1, 2.5, "x"]}"#)) as j,
                    \(SQLValue.uuid("01234567-89AB-cdef-0123-456789abcdef")) as u,
                    \(SQLValue.int8Array([.min, -1, 0, .max])) as ia,
                    \(SQLValue.textArray(["", text, "NULL", "{,}"])) as sa
                """
            )
            let row = rows[0]
            #expect(try row.decode(Bool.self, "t"))
            #expect(try !row.decode(Bool.self, "f"))
            #expect(try row.decode(Int32.self, "i4") == .min)
            #expect(try row.decode(Int.self, "i4") == Int(Int32.min))
            #expect(try row.decode(Int64.self, "i8") == .max)
            #expect(try row.decode(Int.self, "i") == .min)
            #expect(try row.decode(String.self, "s") == text)
            #expect(try row.decode(String.self, "empty") == "")
            #expect(try row.decode([UInt8].self, "b") == [0, 255, 10, 0])
            #expect(try row.decode(String.self, "j") == #"{"a": [1, 2.5, "x"]}"#)
            #expect(try row.decode(String.self, "u") == "01234567-89ab-cdef-0123-456789abcdef")
            #expect(try row.decode([Int].self, "ia") == [.min, -1, 0, .max])
            #expect(try row.decode([Int64].self, "ia") == [.min, -1, 0, .max])
            #expect(try row.decode([String].self, "sa") == ["", text, "NULL", "{,}"])
            #expect(rows.columns.map(\.name).prefix(3) == ["t", "f", "i4"])
            #expect(rows.columns[0].typeOID == 16)
        }
    }

    @Test("what the server itself spells agrees with what was bound")
    func serverSide() async throws {
        try await withFreshConnection { connection in
            let rows = try await connection.query(
                """
                select \(SQLValue.float8Array([1.5, .nan, -.infinity]))::text as a,
                    \(SQLValue.int8Array([3, -4]))::text as b, \(SQLValue.textArray(["x y", "z"]))::text as c,
                    \(SQLValue.bytea([1, 2]))::text as d, \(-0.0)::text as e
                """
            )
            #expect(try rows[0].decode(String.self, "a") == "{1.5,NaN,-Infinity}")
            #expect(try rows[0].decode(String.self, "b") == "{3,-4}")
            #expect(try rows[0].decode(String.self, "c") == #"{"x y",z}"#)
            #expect(try rows[0].decode(String.self, "d") == #"\x0102"#)
            #expect(try rows[0].decode(String.self, "e") == "-0")
        }
    }

    @Test("NULL of every type, and empty arrays", arguments: SQLType.allCases)
    func nulls(type: SQLType) async throws {
        try await withFreshConnection { connection in
            let sql: SQL = "select \(SQLValue.null(type)) as x, pg_typeof(\(SQLValue.null(type)))::text as t"
            let row = try await connection.query(sql)[0]
            #expect(try row.decode(Double?.self, "x") == nil)
            #expect(try row.decode([String]?.self, "x") == nil)
            let name = try row.decode(String.self, "t")
            let formal = [
                "bool": "boolean", "int4": "integer", "int8": "bigint", "float8": "double precision",
                "timestamptz": "timestamp with time zone", "float8[]": "double precision[]", "int8[]": "bigint[]",
            ]
            #expect(name == formal[type.rawValue] ?? type.rawValue)
        }
    }

    @Test("empty arrays are empty")
    func emptyArrays() async throws {
        try await withFreshConnection { connection in
            let rows = try await connection.query(
                """
                select \(SQLValue.float8Array([])) as a, \(SQLValue.int8Array([])) as b, \(SQLValue.textArray([])) as c,
                    \(SQLValue.bytea([])) as d
                """
            )
            #expect(try rows[0].decode([Double].self, "a") == [])
            #expect(try rows[0].decode([Int].self, "b") == [])
            #expect(try rows[0].decode([String].self, "c") == [])
            #expect(try rows[0].decode([UInt8].self, "d") == [])
        }
    }

    @Test("types that are only read")
    func readOnly() async throws {
        try await withFreshConnection { connection in
            let row = try await connection.query(
                """
                select 7::int2 as i2, 1.25::float4 as f4, '12345678901234567890.000120'::numeric as n,
                    '-0.00001234'::numeric as small, 'NaN'::numeric as nan, 10000::numeric as round, 0::numeric as zero,
                    timestamptz '2024-02-29 12:00:00.123456+00' as ts, 'infinity'::timestamptz as never,
                    date '1969-12-31' as d, 'abc'::name as name, 'x'::char(3) as c, '{"a":1}'::json as j,
                    '{1,2}'::int4[] as i4a, '{0.5,-1}'::float4[] as f4a, 4294967295::oid as o, 1.5::numeric as half,
                    '{1,2}'::int2[] as i2a
                """
            )[0]
            #expect(try row.decode(Int.self, "i2") == 7)
            #expect(try row.decode(Double.self, "f4") == 1.25)
            #expect(try row.decode(String.self, "n") == "12345678901234567890.000120")
            #expect(try row.decode(String.self, "small") == "-0.00001234")
            #expect(try row.decode(Double.self, "small") == -0.00001234)
            #expect(try row.decode(Double.self, "nan").isNaN)
            #expect(try row.decode(String.self, "round") == "10000")
            #expect(try row.decode(String.self, "zero") == "0")
            #expect(try row.decode(Double.self, "half") == 1.5)
            #expect(try row.decode(Double.self, "ts") == 1_709_208_000.123456)
            #expect(try row.decode(Double.self, "never") == .infinity)
            #expect(try row.decode(Double.self, "d") == -86_400)
            #expect(try row.decode(String.self, "name") == "abc")
            #expect(try row.decode(String.self, "c") == "x  ")
            #expect(try row.decode(String.self, "j") == #"{"a":1}"#)
            #expect(try row.decode([Int].self, "i4a") == [1, 2])
            #expect(try row.decode([Int].self, "i2a") == [1, 2])
            #expect(try row.decode([Double].self, "f4a") == [0.5, -1])
            #expect(try row.decode(Int.self, "o") == 4_294_967_295)
        }
    }

    @Test("random numerics are spelled as the server spells them")
    func numerics() async throws {
        try await withFreshConnection { connection in
            let rows = try await connection.query(
                """
                select n, n::text as t from (
                    select ((hashint4(i)::numeric * hashint4(i + 7)) / (10::numeric ^ (i % 30)))::numeric as n
                    from generate_series(1, 500) i
                ) x
                """
            )
            let numbers = try rows.decode(String.self, "n")
            let spelled = try rows.decode(String.self, "t")
            #expect(numbers.count == 500)
            #expect(numbers == spelled)
        }
    }

    @Test("2,500 binds, and an array of 100,000 numbers")
    func many() async throws {
        try await withFreshConnection { connection in
            let terms = (0..<2500).reduce(into: SQL(unsafeRaw: "0")) { $0 += " + \(Double($1))" }
            let sum = try await value(Double.self, "select \(terms)", on: connection)
            #expect(sum == 2500 * 2499 / 2)

            let numbers = (0..<100_000).map { Double($0) * 0.37 }
            let back = try await value([Double].self, "select \(SQLValue.float8Array(numbers))", on: connection)
            #expect(back == numbers)
        }
    }

    @Test("what can't be sent is refused with a reason, and the connection goes on")
    func refused() async throws {
        try await withFreshConnection { connection in
            let many = (0..<65_536).map { _ in SQL.bind(.bool(true)) }
            await #expect(throws: StatementError.tooManyBinds(65_536)) {
                try await connection.query("select \(many.commaSeparated)")
            }
            await #expect(throws: StatementError.malformedUUID(position: 2)) {
                try await connection.query("select \(1), \(SQLValue.uuid("01234567-89ab-cdef-0123-456789abcde"))")
            }
            await #expect(throws: StatementError.containsNUL) { try await connection.query("select 1 \0 + 1") }
            await #expect(throws: UnfilledHole.self) { try await connection.query("select \(hole: "x", .int8)") }
            let one = try await value(Int.self, "select 1", on: connection)
            #expect(one == 1)
        }
    }

    @Test("a column that is not what the program thinks is named with both types")
    func mismatches() async throws {
        try await withFreshConnection { connection in
            let row = try await connection.query(
                """
                select 1.5::float8 as x, null::int4 as n, array[1, null]::int8[] as holed, array[[1]]::int8[] as deep,
                    interval '1 day' as span, 1 as twice, 2 as twice
                """
            )[0]
            func message<T: RowDecodable>(_ type: T.Type, _ column: String) -> String {
                do {
                    return "no error: \(try row.decode(type, column))"
                } catch {
                    return "\(error)"
                }
            }
            #expect(message(Int.self, "x") == #"the column "x" is float8, which is not read as Int: cast it"#)
            #expect(message(Int.self, "n") == #"the column "n" is NULL where Int is wanted: read it as Int?"#)
            #expect(message([Int].self, "holed") == #"the column "holed" has NULL as its element 2"#)
            #expect(message([Int].self, "deep").contains("2 dimensions"))
            #expect(message(String.self, "span").contains("type with oid 1186"))
            #expect(message(Int.self, "twice").contains("more than once"))
            #expect(message(Int.self, "y").hasPrefix(#"the column "y" is not in the result, which has x, n,"#))
            #expect(throws: RowDecodingError.self) { try row.decode(Int.self, at: 7) }
        }
    }
}
