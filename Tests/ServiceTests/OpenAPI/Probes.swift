import JSONTree

/// Values at the edges of a schema, on either side.
struct Probes {
    /// With whether they fit.
    private(set) var values: [(value: JSON, isGood: Bool)] = []

    init(_ schema: JSON) {
        if let choices = schema["enum"]?.arrayValue {
            values = choices.map { ($0, true) } + [("zz", false), ("", false)]
        } else if let branches = schema["anyOf"]?.arrayValue {
            // What fits none is hard to tell; what fits one fits.
            values = branches.flatMap { Probes($0).values.filter(\.isGood) }
        } else {
            numbers(schema)
            texts(schema)
        }
    }

    private mutating func numbers(_ schema: JSON) {
        let types = (schema["type"]?.arrayValue ?? [schema["type"] ?? .null]).compactMap(\.stringValue)
        let isWhole = types.contains("integer")
        guard isWhole || types.contains("number") else { return }
        if let least = schema["minimum"] {
            values.append((least, true))
            if isWhole, let least = least.intValue {
                values.append((.integer(least - 1), false))
            } else {
                let below = least.doubleValue ?? 0
                values.append((.number(below > 0 ? below / 2 : below - 1), false))
            }
        }
        if let most = schema["maximum"] {
            values.append((most, true))
            if isWhole, let most = most.intValue {
                values.append((.integer(most + 1), false))
            } else {
                values.append((.number((most.doubleValue ?? 0).nextUp), false))
            }
        }
        if let most = schema["exclusiveMaximum"]?.doubleValue {
            values += [(.number(most.nextDown), true), (.number(most), false)]
        }
        if isWhole { values.append((.number(1.5), false)) }
        values += [("zz", false), (true, false)]
    }

    private mutating func texts(_ schema: JSON) {
        guard let most = schema["maxLength"]?.intValue else { return }
        // Two code points to a character.
        let letter = "e\u{301}"
        values.append((.string(String(repeating: letter, count: most / 2)), true))
        values.append((.string(String(repeating: letter, count: most / 2 + 1)), false))
        if let least = schema["minLength"]?.intValue, least > 0 { values.append(("", false)) }
    }
}
