/// What the command line asks for.
struct Options {
    var isJSON = false
    var wantsHelp = false
    var rounds = 5

    init(_ arguments: some Sequence<String>) throws(BenchmarkError) {
        var rest = arguments.makeIterator()
        while let argument = rest.next() {
            switch argument {
            case "--json": isJSON = true
            case "--help", "-h": wantsHelp = true
            case "--rounds":
                guard let text = rest.next(), let count = Int(text), (1...100).contains(count) else {
                    throw BenchmarkError("--rounds needs a whole number from 1 to 100")
                }
                rounds = count
            default: throw BenchmarkError("unknown option \(argument)")
            }
        }
    }
}

/// Something that keeps a measurement from being taken.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
