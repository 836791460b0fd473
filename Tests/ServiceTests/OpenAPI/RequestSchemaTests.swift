import JSONTree
import Service
import Testing
import Training

@Suite("The schema of a training request")
struct RequestSchemaTests {
    private static let schema = TrainingRequest.schema.json
    private static let checker = SchemaChecker(document: schema)

    private static func refusal(_ body: JSON) -> TrainingError? {
        do {
            _ = try TrainingRequest(body)
            return nil
        } catch { return error }
    }

    @Test("names just the options that are read, but for those that are not built")
    func names() throws {
        let hint = try #require(Self.refusal(["qqqqqqqqqqqqqqqqqqqqqqqqqqqqq": 1])?.hint)
        let read = Set(hint.replacing("known options: ", with: "").split(separator: ", ").map(String.init))
        let named = Set(try #require(Self.schema["properties"]?.objectValue).keys)
        #expect(named == read.subtracting(["group_by"]))
    }

    @Test("has the bounds and choices of the options, and takes null for what is left out")
    func bounds() throws {
        var probed = 0
        for (name, schema) in try #require(Self.schema["properties"]?.objectValue) {
            for (value, isGood) in Probes(schema).values + [(.null, true)] {
                var body: JSON = [:]
                body.set(name, value)
                // An option may be wrong for another reason than its own value.
                let refusal = Self.refusal(body)
                let isRefused = refusal?.code == .invalidOption && refusal?.field?.hasPrefix(name) == true
                #expect(isRefused != isGood, "\(body.compact): \(refusal?.message ?? "taken")")
                #expect(Self.checker.faults(body, Self.schema).isEmpty == isGood, "\(body.compact)")
                probed += 1
            }
        }
        print("\(probed) values probed")
        #expect(probed > 200)
    }

    @Test(
        "takes what the reader takes, of what is no number and no choice",
        arguments: [
            (#"{"source": {}}"#, true), (#"{"source": {"example": "moons", "rows": 5}}"#, true),
            (#"{"source": {"example": null, "rows": null}}"#, true), (#"{"source": {"rows": 0}}"#, false),
            (#"{"source": {"table": "t", "where": {"a": 1, "b": null, "c": ["x", 2]}}, "label": "y"}"#, true),
            (#"{"source": {"table": "t", "where": {"a": {">=": 1, "<": 9}, "b": {}}}, "label": "y"}"#, true),
            (#"{"source": {"table": "t", "where": {"a": {"is_null": 1}}}, "label": "y"}"#, false),
            (#"{"source": {"table": "t", "where": {"a": {"=": null}}}, "label": "y"}"#, false),
            (#"{"source": {"table": "t", "where": {"a": []}}, "label": "y"}"#, false),
            (#"{"source": {"table": "t", "where": {"a": {"near": 1}}}, "label": "y"}"#, false),
            (#"{"source": {"table": "t", "rows": 3}, "label": "y"}"#, false), (#"{"source": "t"}"#, false),
            (#"{"hidden_layer_sizes": []}"#, true), (#"{"hidden_layer_sizes": [0]}"#, false),
            (#"{"hidden_layer_sizes": 3}"#, false), (#"{"hidden_layer_sizes": [3], "activation": ["tanh"]}"#, true),
            (#"{"activation": ["zz"]}"#, false), (#"{"class_weight": "balanced"}"#, true),
            (#"{"class_weight": {"a": 2}}"#, true), (#"{"class_weight": {}}"#, false),
            (#"{"class_weight": {"a": 0}}"#, false), (#"{"class_weight": "zz"}"#, false),
            (#"{"history": {"every": 3}}"#, true), (#"{"history": {"last": 3}}"#, true),
            (#"{"history": {"every": 3, "last": 3}}"#, false), (#"{"history": {}}"#, false),
            (#"{"history": {"every": 0}}"#, false), (#"{"history": 3}"#, false), (#"{"batch_size": 32}"#, true),
            (#"{"batch_size": 0}"#, false), (#"{"batch_size": "some"}"#, false),
            (#"{"columns": {"a": {"type": "ignore"}, "b": {"max_categories": null}}}"#, true),
            (#"{"columns": {"a": {"type": "zz"}}}"#, false), (#"{"columns": {"a": {"kind": "ignore"}}}"#, false),
            (#"{"columns": []}"#, false), (#"{"features": []}"#, false), (#"{"features": ["a", "a"]}"#, false),
            (#"{"tags": ["a", "a"]}"#, false), (#"{"tags": [""]}"#, false), (#"{"name": "a\u0000b"}"#, false),
            (#"{"weights": [1, "a"]}"#, false), (#"{"weights": [1e101]}"#, false), (#"{"seed": 3.0}"#, true),
        ]
    )
    func structures(text: String, isGood: Bool) throws {
        let body = try JSON(parsing: text.utf8)
        let refusal = Self.refusal(body)
        #expect((refusal == nil) == isGood, "\(refusal?.message ?? "taken")")
        #expect(Self.checker.faults(body, Self.schema).isEmpty == isGood, "\(Self.checker.faults(body, Self.schema))")
    }

    @Test("examples and defaults are taken, by the reader and by the schema")
    func examples() throws {
        let examples = try #require(Self.schema["examples"]?.arrayValue)
        for example in examples {
            #expect(Self.refusal(example) == nil, "\(example.compact)")
            #expect(Self.checker.faults(example, Self.schema) == [])
        }
        for (name, schema) in try #require(Self.schema["properties"]?.objectValue) {
            var body: JSON = [:]
            if let value = schema["default"] { body.set(name, value) }
            #expect(Self.checker.faults(body, Self.schema) == [], "\(name)")
            let refusal = Self.refusal(body)
            #expect(refusal == nil || refusal?.code == .irrelevantOption, "\(name): \(refusal?.message ?? "")")
        }
    }
}
