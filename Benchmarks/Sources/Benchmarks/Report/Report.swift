import JSONTree

/// What was measured, beside what is promised.
struct Report: Sendable {
    struct Failure: Sendable {
        let section: String
        let reason: String

        init(section: Section, reason: String) { self.init(section: section.rawValue, reason: reason) }
        init(section: String, reason: String) {
            self.section = section
            self.reason = reason
        }
    }

    var machine: Machine
    let rounds: Int
    let isQuick: Bool
    var findings: [Finding] = []
    /// Sections that could not be measured.
    var failures: [Failure] = []

    init(machine: Machine, rounds: Int, isQuick: Bool) {
        self.machine = machine
        self.rounds = rounds
        self.isQuick = isQuick
    }

    /// How it was measured, in a line.
    var method: String {
        "\(rounds) rounds in turns" + (isQuick ? ", quick mode" : "") + "; load \(machine.load) before"
    }
}

extension Report {
    var json: JSON {
        var json: JSON = [
            "machine": machine.json, "rounds": .integer(rounds), "quick": .bool(isQuick),
            "findings": .array(findings.map(\.json)),
        ]
        if !failures.isEmpty {
            json.set(
                "failures",
                .array(failures.map { ["section": .string($0.section), "reason": .string($0.reason)] })
            )
        }
        return json
    }

    init(_ json: JSON) throws {
        machine = Machine(json["machine"])
        rounds = json["rounds"]?.intValue ?? 0
        isQuick = json["quick"]?.boolValue ?? false
        findings = try (json["findings"]?.arrayValue ?? []).map(Finding.init)
        failures = (json["failures"]?.arrayValue ?? []).map {
            Failure(section: $0["section"]?.stringValue ?? "", reason: $0["reason"]?.stringValue ?? "")
        }
    }
}
