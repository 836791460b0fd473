import Foundation
import JSONTree
import Training

/// A decision picture as an answer shows it.
public enum BoundaryDocument {
    /// The same members for every task. Numbers are rounded to what can be seen: a hundred thousandth or so of their range,
    /// probabilities to four digits.
    public static func json(_ picture: DecisionPicture) -> JSON {
        let isRegression = picture.classes == nil
        let values = isRegression ? Digits(of: picture.cells.flatMap(\.self)) : Digits(decimals: 0)
        let shares = Digits(decimals: 4)
        var json: JSON = [
            "run": .integer(picture.run),
            "epoch": .integer(picture.epoch),
            "size": .integer(picture.size),
            "x": axis(picture.x),
            "y": axis(picture.y),
            "classes": picture.classes.map(JSON.array) ?? .null,
            "cells": .array(picture.cells.map { .array($0.map(values.json)) }),
            "confidence": picture.confidence.map { .array($0.map { .array($0.map(shares.json)) }) } ?? .null,
        ]
        if let points = picture.points { json.set("points", .array(rows(points, picture))) }
        json.set("notice", .optional(picture.notice))
        return json
    }

    private static func axis(_ axis: DecisionPicture.Axis) -> JSON {
        let digits = Digits(of: [axis.from, axis.to])
        return [
            "column": .string(axis.column), "kind": .string(axis.kind), "from": digits.json(axis.from),
            "to": digits.json(axis.to),
        ]
    }

    private static func rows(_ points: [DecisionPicture.Point], _ picture: DecisionPicture) -> [JSON] {
        let (x, y) = (Digits(of: [picture.x.from, picture.x.to]), Digits(of: [picture.y.from, picture.y.to]))
        let labels = picture.classes == nil ? Digits(of: points.map(\.label)) : Digits(decimals: 0)
        return points.map { point in
            [x.json(point.x), y.json(point.y), labels.json(point.label), .string(point.split.rawValue)]
        }
    }
}

/// Rounds numbers of the same kind alike.
private struct Digits {
    private let decimals: Int

    init(decimals: Int) { self.decimals = decimals }

    /// To at least four digits of the range that the numbers have, or, where they are all the same, of their magnitude.
    init(of values: [Double]) {
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        let spread = high > low ? high - low : abs(high)
        decimals = spread.isNormal ? 4 - Int(log10(spread).rounded(.down)) : 0
    }

    func json(_ value: Double) -> JSON {
        // Multiplied or divided by a whole power of ten, whichever it is: the result prints as so many digits. Beyond that,
        // numbers of such a magnitude stay as they are.
        guard abs(decimals) <= 22 else { return .finite(value) }
        let power = pow(10, Double(abs(decimals)))
        let rounded = decimals >= 0 ? (value * power).rounded() / power : (value / power).rounded() * power
        return rounded.isFinite ? .finite(rounded == 0 ? 0 : rounded) : .finite(value)
    }
}
