import Foundation
import JSONTree
import TestSupport
import Testing

/// Where the pictures go; nil if none are asked for.
private let folderOfPictures = ProcessInfo.processInfo.environment["PGRADIENT_PICTURES"]

/// The pictures of the documentation, taken of real runs: `scripts/screenshots.sh` asks for them.
@Suite("dashboard: pictures", .serialized, .enabled(if: folderOfPictures != nil), .timeLimit(.minutes(10)))
struct Pictures {
    private static let looks: [(name: String, look: Tab.Look)] = [
        ("light", Tab.Look(height: 1130)), ("dark", Tab.Look(height: 1130, isDark: true)),
        ("narrow-light", .narrow), ("narrow-dark", Tab.Look(width: 390, height: 844, isDark: true)),
    ]

    @Test("of the list, a run and the form, light and dark, wide and narrow")
    func all() async throws {
        let folder = try #require(folderOfPictures)
        let database = try await TestCluster.freshDatabase()
        let bench = try await Bench(database: database)
        try await makeTable(database)
        let spiral = try await bench.daemon.trained(
            #"{"name": "spiral", "source": {"example": "spiral"}, "max_iter": 2500, "tags": ["demo"]}"#
        )
        _ = try await bench.daemon.trained(
            #"{"name": "house prices", "source": {"table": "houses"}, "label": "price", "hidden_layer_sizes": [8], "#
                + #""learning_rate_init": 0.01, "validation_fraction": 0.2, "max_iter": 300}"#
        )
        _ = try await bench.daemon.trained(
            #"{"name": "too fast", "source": {"example": "moons"}, "solver": "sgd", "activation": "identity", "#
                + #""learning_rate_init": 100000}"#
        )
        _ = try await bench.daemon.trained("{}")
        let moons = try await bench.daemon.trained(
            #"{"name": "two moons", "source": {"example": "moons"}, "max_iter": 400, "validation_fraction": 0.2, "tags": ["demo"]}"#
        )
        for (name, look) in Self.looks {
            try await bench.visit("/runs/\(look.width < 500 ? moons : spiral)", look) { tab in
                let last = try await bench.daemon.run(look.width < 500 ? moons : spiral)["epoch"]?.intValue ?? 0
                let shown = last.formatted(.number.locale(Locale(identifier: "en_US")))
                try await tab.wait("document.querySelector('.boundary-panel .quiet').innerText === 'epoch \(shown)'")
                try await save(tab, "\(folder)/run-\(name).png")
                if look.width < 500 {
                    // The pictures of an epoch are further down.
                    try await tab.value("document.querySelector('.scrub').scrollIntoView()")
                    try await tab.value("scrollBy(0, -66)")
                    try await save(tab, "\(folder)/epoch-\(name).png")
                }
            }
        }
        // One that is at work, for the list.
        let running = try await bench.daemon.train(
            #"{"name": "spiral, slowly", "source": {"example": "spiral"}, "max_iter": 3000, "learning_rate_init": 0.3}"#
        )
        for (name, look) in Self.looks {
            var look = look
            if look.width > 500 { look.height = 620 }
            try await bench.visit("/", look) { tab in
                try await tab.wait("/^[1-9]\\d\\d/.test(document.querySelector('.runs .c-progress .quiet')?.innerText)")
                try await save(tab, "\(folder)/list-\(name).png")
            }
        }
        _ = try await bench.daemon.ask("DELETE", "/train/\(running)")
        for (name, look) in Self.looks.prefix(2) {
            try await bench.visit("/new", look, shiftLimit: 0.1) { tab in
                try await tab.click("[value=table]")
                try await tab.click("[data-field='source.table'] input")
                try await tab.type("shoppers")
                try await tab.press("Enter")
                try await tab.click(".column-table tbody tr:nth-child(4) input[type=radio]")
                try await tab.wait("document.querySelector('tr.label .use').innerText.includes('2 classes')")
                try await tab.click("[data-field=hidden_layer_sizes] input")
                try await tab.type("16, 8")
                try await tab.value("scrollTo(0, 0)")
                try await save(tab, "\(folder)/form-\(name).png")
            }
        }
    }

    private func save(_ tab: Tab, _ path: String) async throws {
        // Two pictures more, so that what was just asked for has been drawn.
        try await tab.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        let picture = try await tab.picture()
        #expect(picture.count > 10_000)
        #expect(picture.count < 300_000, "\(path)")
        try picture.write(to: URL(fileURLWithPath: path))
    }
}
