@testable import HTTPServer

/// Everything that is asked about bytes from the network.
enum HTTPProperties {
    /// The first promise that is broken on these bytes, or nil.
    static func violation(by bytes: [UInt8]) -> String? {
        for limits in [Limits.default, .tiny] {
            if let violation = ParserProperties.violation(by: bytes, limits: limits) { return violation }
            if let violation = ConnectionProperties.violation(by: bytes, limits: limits) { return violation }
        }
        return nil
    }
}
