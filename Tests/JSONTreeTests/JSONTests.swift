import JSONTree
import Testing

@Suite("JSON")
struct JSONTests {
    @Test("objects keep their order, and text reads back")
    func roundTrip() throws {
        let value: JSON = ["z": 1, "a": [1.5, .null, true], "text": "quote \" \\ \n \u{1} ü", "empty": [:]]
        #expect(value.compact == #"{"z":1,"a":[1.5,null,true],"text":"quote \" \\ \n \u0001 ü","empty":{}}"#)
        let again = try JSON(parsing: value.compact.utf8)
        #expect(again["a"] == value["a"])
        #expect(again["text"] == value["text"])
        #expect(again["z"]?.intValue == 1)
    }

    @Test("pretty text is indented, with flat arrays on one line")
    func pretty() {
        let value: JSON = ["a": [1, 2], "b": [["c": 1.5]]]
        #expect(value.pretty == "{\n  \"a\": [1,2],\n  \"b\": [\n    {\n      \"c\": 1.5\n    }\n  ]\n}\n")
    }

    @Test("what JSON has no number for is null")
    func nonFinite() {
        #expect(JSON.finite(.nan) == .null)
        #expect(JSON.finite(-.infinity) == .null)
        #expect(JSON.number(.nan).compact == "null")
    }

    @Test(
        "a syntax error says where",
        arguments: [
            ("{\"a\": 1,, }", "line 1, column 9: a name in double quotes is expected"),
            ("{\"a\": tru}", "line 1, column 7: no value begins with this character"),
            ("[1, 2", "line 1, column 6: a comma or ] is expected"),
            ("", "line 1, column 1: the text ends where a value should be"),
            ("{\n 'a': 1}", "line 2, column 2: a name in double quotes is expected"),
            ("[01]", "line 1, column 3: a comma or ] is expected"),
            ("[1.]", "line 1, column 4: a digit is expected"),
            ("{\"a\": 1, \"a\": 2}", "line 1, column 10: the name \"a\" stands twice"),
            ("\"\\ud800x\"", "line 1, column 8: half of a surrogate pair stands alone"),
            ("[1e999]", "line 1, column 2: the number is too large for float8"),
            ("{} {}", "line 1, column 4: there is more text after the value"),
            ("\"a\tb\"", "line 1, column 3: a control character stands in a string; write it as \\u00.."),
        ]
    )
    func syntaxErrors(text: String, message: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text.utf8) }
        #expect(error?.description == message)
    }

    @Test("hostile text is refused, not recursed into")
    func depth() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: deep.utf8) }
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: [UInt8(ascii: "\""), 0xff, UInt8(ascii: "\"")]) }
        #expect(try JSON(parsing: "\"\\ud83d\\ude00\"".utf8) == "😀")
    }

    @Test(
        "numbers keep their kind",
        arguments: [("1", 1, 1.0), ("1.0", 1, 1.0), ("1.5", nil, 1.5), ("1e3", 1000, 1e3), ("-0", 0, -0.0)]
    )
    func numbers(text: String, whole: Int?, number: Double) throws {
        let value = try JSON(parsing: text.utf8)
        #expect(value.intValue == whole)
        #expect(value.doubleValue == number)
        #expect(value.doubleValue?.sign == number.sign)
    }
}
