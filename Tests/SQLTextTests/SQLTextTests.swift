import SQLText
import Testing

@Suite("SQL text")
struct SQLTextTests {
    @Test("interpolation binds, and placeholders are numbered when the whole is rendered")
    func bindsByDefault() throws {
        let inner: SQL = "b = \("x'; drop table runs; --")"
        let table = try Identifier("odd\"name")
        let sql: SQL = "select * from \(table) where a = \(7) and \(inner)"
        let rendered = sql.render()
        #expect(rendered.text == #"select * from "odd""name" where a = $1 and b = $2"#)
        #expect(rendered.slots == [.value(.int8(7)), .value(.text("x'; drop table runs; --"))])
    }

    @Test("a hole keeps its number and is filled by name")
    func holes() throws {
        let sql: SQL = "select \(hole: "w", .float8) * \(hole: "w", .float8) + \(hole: "b", .float8)"
        let rendered = sql.render()
        #expect(rendered.text == "select $1 * $1 + $2")
        #expect(try rendered.binds { $0 == "w" ? .float8(2) : .float8(3) } == [.float8(2), .float8(3)])
        #expect(throws: UnfilledHole.self) { try rendered.binds { _ in nil } }
        #expect(throws: UnfilledHole.self) { try rendered.binds { _ in .int8(1) } }
    }

    @Test("identifiers that PostgreSQL could not hold are refused")
    func identifiers() throws {
        #expect(throws: IdentifierError.empty) { try Identifier("") }
        #expect(throws: IdentifierError.containsNUL("a\0b")) { try Identifier("a\0b") }
        let long = String(repeating: "ü", count: 32)
        #expect(throws: IdentifierError.tooLong(long)) { try Identifier(long) }
        #expect(try Identifier(String(repeating: "ü", count: 31)).quoted.utf8.count == 64)
    }

    @Test(
        "float8 constants keep their bits",
        arguments: [0.1, -0.0, .leastNonzeroMagnitude, 1.7976931348623157e308, -2.5, .infinity, .nan] as [Double]
    )
    func floatLiterals(value: Double) throws {
        let text = SQL.literal(value)
        #expect(text.hasSuffix("::float8"))
        if value.isFinite {
            let digits = text.dropFirst().prefix { $0 != "'" }
            #expect(Double(digits)?.bitPattern == value.bitPattern)
        }
    }

    @Test("string constants can't be left")
    func stringLiterals() {
        #expect(SQL.literal("it's") == "'it''s'")
        #expect(SQL.literal(#"\'"#) == #" E'\\'''"#)
    }

    @Test("a statement with its values written in")
    func inlined() {
        let sql: SQL = "select \(hole: "w", .float8), \("a")"
        #expect(sql.inlined { _ in .float8(0.5) } == "select '0.5'::float8, 'a'")
        #expect(sql.inlined() == "select :w, 'a'")
        #expect(SQL.constant(.float8Array([1, -0.5])) == "'{1.0,-0.5}'::float8[]")
        #expect(SQL.constant(.bytea([0, 255])) == #"'\x00ff'::bytea"#)
    }
}
