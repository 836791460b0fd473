/// A numbered step in the life of the database's tables.
public struct Migration: Sendable, Hashable {
    /// 1 for the first one.
    public let version: Int
    /// What it is about: `runs`.
    public let name: String
    /// Its statements. They run in one transaction, so there is no BEGIN or COMMIT among them.
    public let text: String

    public init(version: Int, name: String, text: String) {
        self.version = version
        self.name = name
        self.text = text
    }

    /// Takes a file as it lies in the folder.
    /// - Parameter fileName: `V0001__runs.sql`.
    /// - Throws: `MigrationError.badFile`.
    public init(fileName: String, bytes: [UInt8]) throws(MigrationError) {
        let parts = fileName.split(separator: "__", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].first == "V", parts[1].hasSuffix(".sql"), parts[1].count > 4,
            parts[0].dropFirst().allSatisfy({ ("0"..."9").contains($0) }), let version = Int(parts[0].dropFirst()),
            version > 0
        else { throw .badFile(fileName, reason: "its name is not of the form V0001__what.sql") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .badFile(fileName, reason: "it is not UTF-8")
        }
        guard !bytes.contains(0) else { throw .badFile(fileName, reason: "it contains a NUL byte") }
        self.init(version: version, name: String(parts[1].dropLast(4)), text: text)
    }

    /// `V0001__runs.sql`
    public var fileName: String {
        let digits = String(version)
        return "V" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "__\(name).sql"
    }
}
