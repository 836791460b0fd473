import JSONTree

/// What people write about a run: checked the same when it is asked for and when it is edited.
enum RunText {
    static let maximumTags = 50

    static func name(_ options: inout OptionReader) throws(TrainingError) -> String? {
        guard let name = try options.string("name") else { return nil }
        guard name.unicodeScalars.count <= 200 else {
            throw TrainingError(
                .invalidOption,
                "name has \(name.unicodeScalars.count) characters; at most 200 are kept",
                field: "name"
            )
        }
        return name
    }

    static func notes(_ options: inout OptionReader) throws(TrainingError) -> String? {
        guard let notes = try options.string("notes") else { return nil }
        guard notes.unicodeScalars.count <= 10_000 else {
            throw TrainingError(
                .invalidOption,
                "notes has \(notes.unicodeScalars.count) characters; at most 10,000 are kept",
                field: "notes",
                hint: "keep what is longer where it belongs, and note where that is"
            )
        }
        return notes
    }

    static func tags(_ options: inout OptionReader) throws(TrainingError) -> [String]? {
        guard let tags = try options.strings("tags") else { return nil }
        try check(tags)
        return tags
    }

    static func check(_ tags: [String]) throws(TrainingError) {
        var seen: Set<String> = []
        for tag in tags {
            guard (1...100).contains(tag.unicodeScalars.count) else {
                throw TrainingError(
                    .invalidOption,
                    "tags contains \(tag.isEmpty ? "an empty one" : "one of \(tag.unicodeScalars.count) characters"); "
                        + "a tag has 1 to 100",
                    field: "tags",
                    hint: "notes may be longer"
                )
            }
            guard seen.insert(tag).inserted else {
                throw TrainingError(.invalidOption, "tags has \"\(tag)\" twice", field: "tags")
            }
        }
        guard tags.count <= maximumTags else {
            throw TrainingError(
                .invalidOption,
                "tags has \(tags.count) entries; at most \(maximumTags) are kept",
                field: "tags"
            )
        }
    }
}
