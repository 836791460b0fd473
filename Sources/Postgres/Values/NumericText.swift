/// `numeric` in its exact decimal form.
///
/// On the wire (`numeric_send`): count of digits, weight, sign and scale as 16-bit words, then digits to the base of
/// 10,000; the first digit stands for 10000^weight.
enum NumericText {
    static func text(_ cell: Cell) throws(CellProblem) -> String {
        let count = Int(try cell.load(Int16.self))
        let weight = Int(try cell.load(Int16.self, at: 2))
        let sign = try cell.load(UInt16.self, at: 4)
        let scale = Int(try cell.load(Int16.self, at: 6))
        switch sign {
        case 0xC000: return "NaN"
        case 0xD000: return "Infinity"
        case 0xF000: return "-Infinity"
        default: break
        }
        var digits: [Int] = []
        for index in 0..<count { digits.append(Int(try cell.load(Int16.self, at: 8 + 2 * index))) }
        // The digit of 10000^power, 0 where the wire leaves it out.
        func digit(_ power: Int) -> Int {
            let index = weight - power
            return digits.indices.contains(index) ? digits[index] : 0
        }
        var text = sign == 0x4000 ? "-" : ""
        text += String(digit(max(weight, 0)))
        for power in stride(from: max(weight, 0) - 1, through: 0, by: -1) { text += padded(digit(power)) }
        guard scale > 0 else { return text }
        var fraction = ""
        for power in stride(from: -1, through: -(scale + 3) / 4, by: -1) { fraction += padded(digit(power)) }
        return text + "." + fraction.prefix(scale)
    }

    private static func padded(_ digit: Int) -> String {
        let text = String(digit)
        return String(repeating: "0", count: 4 - text.count) + text
    }
}
