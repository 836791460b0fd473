import JSONTree

extension Finding {
    var json: JSON {
        var json: JSON = ["section": .string(section), "title": .string(title), "pgradient": ours.json]
        if let theirs { json.set("other", theirs.json) }
        json.set("measure", .string(measure.rawValue))
        json.set("value", .finite(value))
        json.set("rounds", .array(rounds.map { .finite($0) }))
        switch target {
        case nil: break
        case .atMost(let limit): json.set("at_most", .number(limit))
        case .atLeast(let limit): json.set("at_least", .number(limit))
        }
        if let isMet { json.set("met", .bool(isMet)) }
        json.set("notes", .array(notes.map(JSON.string)))
        return json
    }

    init(_ json: JSON) throws(BenchmarkError) {
        guard let section = json["section"]?.stringValue, let title = json["title"]?.stringValue,
            let ours = json["pgradient"], let measure = json["measure"]?.stringValue.flatMap(Measure.init)
        else {
            throw BenchmarkError("a finding lacks section, title, pgradient or measure")
        }
        var target: Target?
        if let limit = json["at_most"]?.doubleValue { target = .atMost(limit) }
        if let limit = json["at_least"]?.doubleValue { target = .atLeast(limit) }
        var theirs: Series?
        if let other = json["other"] { theirs = try Series(other) }
        let notes = json["notes"]?.arrayValue?.compactMap(\.stringValue) ?? []
        self.init(section: section, title, try Series(ours), theirs, measure, target, notes)
    }
}

extension Series {
    var json: JSON {
        [
            "label": .string(label), "unit": .string(unit.rawValue), "median": .finite(median),
            "values": .array(values.map { .finite($0) }),
        ]
    }

    init(_ json: JSON) throws(BenchmarkError) {
        guard let label = json["label"]?.stringValue, let unit = json["unit"]?.stringValue.flatMap(Unit.init),
            let values = json["values"]?.arrayValue
        else {
            throw BenchmarkError("a series lacks label, unit or values")
        }
        self.init(label, unit, values.map { $0.doubleValue ?? .nan })
    }
}
