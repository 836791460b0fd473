import TestSupport

/// The text format of Prometheus, read strictly: whatever is not as its specification has it is an error.
struct Exposition {
    struct Sample: Hashable {
        let name: String
        let labels: [String: String]
    }

    struct Family {
        let name: String
        let help: String
        let type: String
        var samples: [(sample: Sample, value: Double)] = []
    }

    private(set) var families: [Family] = []

    init(parsing text: String) throws {
        guard text.hasSuffix("\n") else { throw Self.fault("the last line has no end") }
        var names: Set<String> = []
        var seen: Set<Sample> = []
        var help: (name: String, text: String)?
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("# HELP ") {
                let words = line.dropFirst(7).split(separator: " ", maxSplits: 1)
                guard words.count == 2, help == nil else { throw Self.fault("HELP: \(line)") }
                help = (String(words[0]), try Self.unescaped(words[1], quote: false))
            } else if line.hasPrefix("# TYPE ") {
                let words = line.dropFirst(7).split(separator: " ")
                guard words.count == 2, let given = help, given.name == words[0],
                    ["counter", "gauge", "histogram"].contains(words[1]), Self.isName(words[0], colons: true),
                    names.insert(given.name).inserted
                else { throw Self.fault("TYPE: \(line)") }
                families.append(Family(name: given.name, help: given.text, type: String(words[1])))
                help = nil
            } else {
                guard help == nil, !families.isEmpty else { throw Self.fault("a sample without a type: \(line)") }
                let (sample, value) = try Self.sample(line)
                guard seen.insert(sample).inserted else { throw Self.fault("twice: \(line)") }
                try families[families.count - 1].take(sample, value)
            }
        }
        for family in families where family.type == "histogram" { try family.checkHistograms() }
    }

    /// The value of one sample; nil if it is not there.
    subscript(name: String, labels: [String: String]) -> Double? {
        families.lazy.flatMap(\.samples).first { $0.sample == Sample(name: name, labels: labels) }?.value
    }

    subscript(name: String) -> Double? { self[name, [:]] }

    private static func sample(_ line: Substring) throws -> (Sample, Double) {
        var rest = line
        let name = rest.prefix { $0 != "{" && $0 != " " }
        guard isName(name, colons: true) else { throw fault("name: \(line)") }
        rest = rest.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                let label = rest.prefix { $0 != "=" }
                rest = rest.dropFirst(label.count)
                guard isName(label, colons: false), rest.hasPrefix("=\"") else { throw fault("label: \(line)") }
                rest = rest.dropFirst(2)
                var value = ""
                while let character = rest.popFirst(), character != "\"" {
                    value.append(character)
                    if character == "\\", let next = rest.popFirst() { value.append(next) }
                }
                let plain = try unescaped(Substring(value), quote: true)
                guard labels.updateValue(plain, forKey: String(label)) == nil else { throw fault("label: \(line)") }
                if rest.first == "," { rest = rest.dropFirst() } else if rest.first != "}" { throw fault("\(line)") }
            }
            rest = rest.dropFirst()
        }
        guard rest.first == " " else { throw fault("no space: \(line)") }
        let text = rest.dropFirst()
        let special = ["+Inf": Double.infinity, "-Inf": -.infinity, "NaN": .nan]
        guard let value = special[String(text)] ?? Double(text), special[String(text)] != nil || value.isFinite else {
            throw fault("value: \(line)")
        }
        return (Sample(name: String(name), labels: labels), value)
    }

    private static func isName(_ text: some StringProtocol, colons: Bool) -> Bool {
        guard let first = text.first, !first.isNumber else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || colons && $0 == ":") }
    }

    private static func unescaped(_ text: Substring, quote: Bool) throws -> String {
        var plain = ""
        var rest = text
        while let character = rest.popFirst() {
            guard character == "\\" else {
                plain.append(character)
                continue
            }
            switch rest.popFirst() {
            case "\\": plain.append("\\")
            case "n": plain.append("\n")
            case "\"" where quote: plain.append("\"")
            default: throw fault("escape: \(text)")
            }
        }
        return plain
    }

    fileprivate static func fault(_ what: String) -> TestServerError { TestServerError(what: "exposition: \(what)") }
}

extension Exposition.Family {
    fileprivate mutating func take(_ sample: Exposition.Sample, _ value: Double) throws {
        let suffixes = type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        guard suffixes.contains(where: { name + $0 == sample.name }) else {
            throw Exposition.fault("\(sample.name) among those of \(name)")
        }
        if type == "counter", !name.hasSuffix("_total") || value < 0 { throw Exposition.fault("counter \(name)") }
        if sample.name.hasSuffix("_bucket"), sample.labels["le"] == nil { throw Exposition.fault("\(name) without le") }
        samples.append((sample, value))
    }

    /// Buckets ascend, in bounds and counts, and the last holds all.
    fileprivate func checkHistograms() throws {
        var groups: [[String: String]: [(le: String, count: Double)]] = [:]
        for (sample, value) in samples where sample.name == name + "_bucket" {
            var labels = sample.labels
            let bound = labels.removeValue(forKey: "le") ?? ""
            groups[labels, default: []].append((bound, value))
        }
        for (labels, buckets) in groups {
            let bounds = buckets.map { $0.le == "+Inf" ? Double.infinity : Double($0.le) ?? .nan }
            let counts = buckets.map(\.count)
            let total = samples.first { $0.sample == .init(name: name + "_count", labels: labels) }?.value
            let sum = samples.first { $0.sample == .init(name: name + "_sum", labels: labels) }?.value
            guard zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }), bounds.last == .infinity,
                zip(counts, counts.dropFirst()).allSatisfy({ $0 <= $1 }), total == counts.last, sum != nil
            else { throw Exposition.fault("the histogram \(name) \(labels): \(buckets), \(total ?? -1)") }
        }
    }
}
