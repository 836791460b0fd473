import Foundation
import JSONTree

/// What the reader and the writer of JSON promise about any bytes. The libFuzzer target and the test of the corpus ask
/// the same questions.
enum JSONProperties {
    /// The first promise that is broken on these bytes, or nil.
    static func violation(by bytes: [UInt8]) -> String? {
        do {
            return violation(by: try JSON(parsing: bytes), readFrom: bytes)
        } catch {
            return place(error, bytes)
        }
    }

    private static func violation(by value: JSON, readFrom bytes: [UInt8]) -> String? {
        if depth(value) > 64 { return "\(depth(value)) levels" }
        let compact = value.compact
        for text in [compact, value.pretty] {
            if text.utf8.contains(where: { $0 < 0x20 && $0 != 0x0A }) { return "a control byte in \(text)" }
            guard let again = try? JSON(parsing: text.utf8) else { return "what was written can't be read: \(text)" }
            if let difference = difference(value, again) { return difference }
            // Written once more it is the same text, to the byte.
            if again.compact != compact || !again.compact.utf8.elementsEqual(compact.utf8) {
                return "written again: \(again.compact), before: \(compact)"
            }
        }
        // A second opinion on whether this was JSON at all.
        let foundation = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        return foundation == nil ? "Foundation refuses it" : nil
    }

    /// The fault is somewhere in the text, or right behind it.
    private static func place(_ error: JSONSyntaxError, _ bytes: [UInt8]) -> String? {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard (1...lines.count).contains(error.line), (1...(lines[error.line - 1].count + 1)).contains(error.column)
        else { return "no such place: \(error)" }
        return nil
    }

    private static func depth(_ value: JSON) -> Int {
        switch value {
        case .array(let elements): 1 + (elements.map(depth).max() ?? 0)
        case .object(let members): 1 + (members.values.map(depth).max() ?? 0)
        default: 0
        }
    }

    /// Where two values differ, `1` and `1.0` being the same number.
    private static func difference(_ left: JSON, _ right: JSON) -> String? {
        switch (left, right) {
        case (.array(let left), .array(let right)) where left.count == right.count:
            return zip(left, right).lazy.compactMap { difference($0, $1) }.first
        case (.object(let left), .object(let right)) where left.count == right.count:
            for (one, other) in zip(left, right) {
                guard one.key.utf8.elementsEqual(other.key.utf8) else {
                    return "the name \(one.key) reads \(other.key)"
                }
                if let difference = difference(one.value, other.value) { return difference }
            }
            return nil
        case (.string(let one), .string(let other)):
            return one.utf8.elementsEqual(other.utf8) ? nil : "\(one.debugDescription) reads \(other.debugDescription)"
        default:
            if left == right { return nil }
            guard let one = left.doubleValue, let other = right.doubleValue, one == other, one.sign == other.sign else {
                return "\(left) reads \(right)"
            }
            return nil
        }
    }
}
