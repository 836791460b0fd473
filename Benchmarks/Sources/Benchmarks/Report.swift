import Foundation
import JSONTree

/// What was measured, beside what is promised.
struct Report: Sendable {
    static let ratioTarget = 0.2
    static let idleTarget = 40.0

    let server: String
    let shapes: ShapeTimes
    let idle: IdleMemory

    private var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    var text: String {
        var lines = [
            "PostgreSQL \(server), \(cores) cores",
            "article's network 2-2-2, \(ShapeTimes.rows) rows, full batch, milliseconds per iteration",
            "",
            row("shape", "median", "least", "most", "samples"),
        ]
        for samples in [shapes.step, shapes.window] {
            lines.append(
                row(
                    samples.shape,
                    Statistics.text(samples.median),
                    Statistics.text(samples.milliseconds.min() ?? .nan),
                    Statistics.text(samples.milliseconds.max() ?? .nan),
                    "\(samples.milliseconds.count)"
                )
            )
        }
        lines += ["", "step: \(shapes.step.reason)", "window: \(shapes.window.reason)", ""]
        lines.append(
            target(
                "step / window",
                Statistics.text(shapes.ratio, digits: 3),
                "at most 0.200",
                shapes.ratio <= Self.ratioTarget
            )
        )
        lines.append(
            target(
                "idle daemon, resident",
                Statistics.text(idle.megabytes) + " MB",
                "under 40.0 MB",
                idle.megabytes < Self.idleTarget
            )
        )
        return lines.joined(separator: "\n")
    }

    var json: JSON {
        [
            "server": .string(server),
            "cores": .integer(cores),
            "rows": .integer(ShapeTimes.rows),
            "network": "2-2-2",
            "ms_per_iteration": ["step": entry(shapes.step), "window": entry(shapes.window)],
            "step_to_window": [
                "value": .finite(shapes.ratio), "target": .number(Self.ratioTarget),
                "met": .bool(shapes.ratio <= Self.ratioTarget),
            ],
            "idle_resident_mb": [
                "value": .finite(idle.megabytes), "target": .number(Self.idleTarget),
                "met": .bool(idle.megabytes < Self.idleTarget),
            ],
        ]
    }

    private func entry(_ samples: ShapeTimes.Samples) -> JSON {
        [
            "median": .finite(samples.median),
            "samples": .array(samples.milliseconds.map { .finite($0) }),
            "reason": .string(samples.reason),
        ]
    }

    private func row(_ name: String, _ cells: String...) -> String {
        name.padding(toLength: 8, withPad: " ", startingAt: 0)
            + cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
    }

    private func target(_ name: String, _ value: String, _ target: String, _ isMet: Bool) -> String {
        name.padding(toLength: 23, withPad: " ", startingAt: 0)
            + value.padding(toLength: 10, withPad: " ", startingAt: 0)
            + "target \(target): \(isMet ? "met" : "missed")"
    }
}
