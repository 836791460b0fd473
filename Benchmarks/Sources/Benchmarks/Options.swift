/// What the command line asks for.
struct Options {
    var wantsHelp = false
    var isJSON = false
    var isQuick = false
    var rounds: Int?
    var sections = Section.allCases
    /// The folder that `benchmarks.json` and `benchmarks.svg` are written to; nil is the usual one.
    var folder: String?
    /// A `benchmarks.json` to show again instead of measuring.
    var shown: String?

    static let usage = """
        usage: swift run -c release --package-path Benchmarks Benchmarks [options]

          --rounds n        turns that both sides take, 1 to 100; default 5
          --only a,b        some sections: \(Section.allCases.map(\.rawValue).joined(separator: ", "))
          --quick           2 rounds, shorter runs and no million rows: to see whether it works
          --write folder    where benchmarks.json and benchmarks.svg go; default .build/benchmarks
          --show file.json  measure nothing: print and draw what was measured before
          --json            print JSON instead of tables
        """

    init(_ arguments: some Sequence<String>) throws(BenchmarkError) {
        var rest = arguments.makeIterator()
        while let argument = rest.next() {
            switch argument {
            case "--help", "-h": wantsHelp = true
            case "--json": isJSON = true
            case "--quick": isQuick = true
            case "--write": folder = try Self.value(of: argument, rest.next())
            case "--show": shown = try Self.value(of: argument, rest.next())
            case "--only": sections = try Self.sections(Self.value(of: argument, rest.next()))
            case "--rounds":
                guard let count = Int(try Self.value(of: argument, rest.next())), (1...100).contains(count) else {
                    throw BenchmarkError("--rounds needs a whole number from 1 to 100")
                }
                rounds = count
            default: throw BenchmarkError("unknown option \(argument)")
            }
        }
    }

    private static func value(of option: String, _ value: String?) throws(BenchmarkError) -> String {
        guard let value, !value.isEmpty else { throw BenchmarkError("\(option) needs a value") }
        return value
    }

    /// In the order of the table, whatever order they are named in.
    private static func sections(_ text: String) throws(BenchmarkError) -> [Section] {
        let names = text.split(separator: ",").map(String.init)
        if let unknown = names.first(where: { Section(rawValue: $0) == nil }) {
            let known = Section.allCases.map(\.rawValue).joined(separator: ", ")
            throw BenchmarkError("there is no section \(unknown); there are \(known)")
        }
        return Section.allCases.filter { names.contains($0.rawValue) }
    }
}

/// Something that keeps a measurement from being taken.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
