import JSONTree

/// Reads the options that are part of the interface but not built yet. Their defaults, which are what happens, pass;
/// anything else is refused, so that nobody believes an option took effect that did not.
func refuseUnbuilt(_ options: inout OptionReader) throws(TrainingError) {
    let accepted: [String: [JSON]] = [
        "group_by": []
    ]
    for (name, values) in accepted.sorted(by: { $0.key < $1.key }) {
        guard let value = options.value(name), !values.contains(value) else { continue }
        let shown = value.compact
        throw OptionReader.notAvailable(
            name,
            shown.count > 40 ? "with this value" : shown,
            instead: Set(values.map(\.compact)).sorted()
        )
    }
}
