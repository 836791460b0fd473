/// A table as training sees it: what is in its columns, and what would become of them.
public struct TableDescription: Sendable {
    public let table: String
    public let rows: Int
    public let columns: [Column]

    /// A column.
    public struct Column: Sendable {
        public let name: String
        /// As the server writes it.
        public let type: String
        public let role: Role
        /// What training would do with it if nothing is said, in words.
        public let use: String
        /// Rows in which it is NULL.
        public let nulls: Int
        /// Distinct values; nil where values can't be compared.
        public let distinct: Int?
        /// As text, of what has an order that tells something.
        public let minimum: String?
        public let maximum: String?
        /// The most frequent values of what has few.
        public let values: [(value: String, rows: Int)]
    }

    /// What a column would be.
    public enum Role: String, Sendable, Hashable, CaseIterable {
        case label
        /// One input.
        case number
        /// An input for every category.
        case category
        /// An input for every element.
        case array
        case leftOut = "left_out"
    }
}
