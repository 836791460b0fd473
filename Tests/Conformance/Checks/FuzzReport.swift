/// What came of a case.
public struct FuzzReport: Sendable {
    /// The case as it was run: a check may have lowered the learning rate or divided a block.
    public var fuzzCase: FuzzCase
    /// What is wrong, if anything is.
    public var failure: String?
    /// Why nothing could be compared, if so.
    public var unclear: String?
    /// Derivatives that were compared; those among them that had to step around a kink; and those that no step led to.
    public var derivatives = 0
    public var steppedAround = 0
    public var unreached = 0
    /// Statements that the interpreter stays in range of, and those that it does not.
    public var inRange = 0
    public var outOfRange = 0

    init(_ fuzzCase: FuzzCase) { self.fuzzCase = fuzzCase }

    /// Keeps the first failure.
    mutating func fail(_ what: String) { failure = failure ?? what }
}
