import JSONTree

extension JSON {
    /// The object with the members of another one added or replaced.
    func with(_ members: JSON) -> JSON {
        var merged = self
        for (key, value) in members.objectValue ?? [:] { merged.set(key, value) }
        return merged
    }
}
