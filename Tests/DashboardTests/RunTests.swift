import JSONTree
import TestSupport
import Testing

/// A run's page, in a browser, with a real daemon behind it.
@Suite("dashboard: run", .serialized, .timeLimit(.minutes(5)))
struct RunTests {
    @Test("while it trains, epoch and curve grow by themselves; cancelled it stops, resumed it goes on")
    func live() async throws {
        let bench = try await Bench(database: TestCluster.freshDatabase())
        let run = try await bench.daemon.train(Requests.long)
        // What a click brings may come later than the half second for which the browser lays it to the click.
        try await bench.visit("/runs/\(run)", shiftLimit: 0.03) { tab in
            try await tab.value("window.isSame = true")
            try await tab.wait("document.querySelector('.run-head .state.running')")
            let shown = "Number(document.querySelector('.tile dd').innerText.replace(/,/g, ''))"
            let drawn = "document.querySelector('.line.train')?.getAttribute('d').length"
            let first = try await tab.wait("\(shown) > 5 && \(drawn) > 50 && \(shown)").intValue ?? 0
            let length = try await tab.value(drawn).intValue ?? 0
            try await tab.wait("\(shown) > \(first) && \(drawn) > \(length)")
            #expect(try await tab.value("isSame").boolValue == true, "without a reload")
            // The pictures go along.
            let epoch =
                "Number(/epoch ([\\d,]+)/.exec(document.querySelector('.epoch-shown').innerText)[1].replace(/,/g, ''))"
            let seen = try await tab.value(epoch).intValue ?? 0
            try await tab.wait("\(epoch) > \(seen)")

            try await tab.click(".actions button")
            try await tab.wait("document.querySelector('.run-head .state.cancelled')")
            let stopped = try #require(try await bench.daemon.run(run)["epoch"]?.intValue)
            try await tab.wait("\(shown) === \(stopped) && \(epoch) === \(stopped)")

            try await tab.click(".actions button:nth-child(2)")
            try await tab.wait("document.activeElement?.id === 'resume-epochs'")
            try await tab.type("1")
            try await tab.press("Enter")
            try await tab.wait("document.querySelector('#resume-fault').innerText.includes('at epoch')")
            try await tab.value("document.activeElement.select()")
            try await tab.type("\(stopped + 40)")
            try await tab.press("Enter")
            try await tab.wait("document.querySelector('.run-head .state.succeeded')")
            try await tab.wait("\(shown) === \(stopped + 40)")
            tab.expectAnswer(422)
        }
    }

    @Test("curves show values under the pointer and by the arrow keys, and turn logarithmic")
    func curves() async throws {
        let bench = try await Bench(database: TestCluster.freshDatabase())
        let run = try await bench.daemon.trained(Requests.moons)
        let metrics = try JSON(parsing: try await bench.daemon.ask("GET", "/train/\(run)/metrics").body.utf8)
        let losses = (metrics["metrics"]?.arrayValue ?? []).filter { $0["split"]?.stringValue == "train" }
        try await bench.visit("/runs/\(run)") { tab in
            try await tab.wait("document.querySelectorAll('.curve-panel .line').length === 4")
            try await tab.hover(".curve", at: (0.5, 0.5))
            try await tab.wait("document.querySelector('.cross')")
            let epoch = try #require(
                try await tab.value("Number(/\\d+/.exec(document.querySelector('.reading-epoch').innerText)[0])")
                    .intValue
            )
            #expect((25...35).contains(epoch))
            let loss = try #require(losses[epoch]["loss"]?.doubleValue)
            let read = try await tab.text(".curve-panel .reading b")
            #expect(abs((Double(read) ?? 0) - loss) < 1e-4, "\(read) at epoch \(epoch), \(loss) measured")

            try await tab.value("document.querySelector('.curve').focus()")
            try await tab.press("Home")
            try await tab.press("ArrowRight", times: 3)
            try await tab.wait("document.querySelector('.reading-epoch').innerText === 'epoch 3'")
            let words = try await tab.value("document.querySelector('.curve').getAttribute('aria-valuetext')")
            #expect(words.stringValue?.hasPrefix("epoch 3: training 0.") == true)
            try await tab.press("Enter")
            try await tab.wait("document.querySelector('.epoch-shown').innerText.startsWith('epoch 3 ')")

            let linear = try await tab.value("document.querySelector('.line.train').getAttribute('d')")
            try await tab.click(".curve-panel .toggle")
            try await tab.wait("document.querySelector('.line.train').getAttribute('d') !== \(linear.compact)")
        }
    }

    /// A hash of what a canvas shows.
    private func pixels(_ selector: String) -> String {
        """
        (() => { const c = document.querySelector('\(selector)'); if (!c?.width) return 0;
          return [...c.toDataURL()].reduce((sum, sign) => (sum * 31 + sign.charCodeAt(0)) % 1000000007, 7); })()
        """
    }

    @Test("the slider changes parameters and decision, and playing runs through the epochs")
    func slider() async throws {
        let bench = try await Bench(database: TestCluster.freshDatabase())
        let run = try await bench.daemon.trained(Requests.moons)
        let first = try JSON(parsing: try await bench.daemon.ask("GET", "/params?run=\(run)&epoch=0").body.utf8)
        let weight = try #require(first["params"]?["w1_0_0"]?.doubleValue)
        try await bench.visit("/runs/\(run)") { tab in
            try await tab.wait("document.querySelector('.boundary-panel .quiet').innerText === 'epoch 60'")
            let (heat, plane) = (pixels(".heat canvas"), pixels(".plane"))
            try await tab.wait("\(heat) && \(plane)")
            let (oldHeat, oldPlane) = (try await tab.value(heat).intValue, try await tab.value(plane).intValue)
            try await tab.value("document.querySelector('.timeline input').focus()")
            try await tab.press("Home")
            try await tab.wait("document.querySelector('.boundary-panel .quiet').innerText === 'epoch 0'")
            try await tab.wait("\(heat) !== \(oldHeat ?? 0) && \(plane) !== \(oldPlane ?? 0)")

            try await tab.value("document.querySelector('.heat canvas').focus()")
            try await tab.press("ArrowRight")
            let read = try await tab.text(".heat-panel .readings")
            #expect(read.hasPrefix("w1_0_0 = "))
            let value = Double(read.dropFirst(9).replacing("\u{2212}", with: "-")) ?? 0
            #expect(abs(value - weight) < 1e-4, "\(read), \(weight) is stored")

            try await tab.click(".play")
            try await tab.wait("document.querySelector('.play').dataset.playing === 'true'")
            try await tab.wait("document.querySelector('.boundary-panel .quiet').innerText === 'epoch 60'")
            try await tab.wait("document.querySelector('.play').dataset.playing === 'false'")
            try await tab.value("document.querySelector('.timeline input').focus()")
            try await tab.press("Home")
            try await tab.click(".jumps button")
            let best = try await bench.daemon.run(run)["validation"]?["best_epoch"]?.intValue ?? -1
            try await tab.wait("document.querySelector('.epoch-shown').innerText === 'epoch \(best) of 60'")
        }
    }

    @Test("confusion matrix and measures; the statement in colours")
    func evaluation() async throws {
        let bench = try await Bench(database: TestCluster.freshDatabase())
        let run = try await bench.daemon.trained(Requests.moons)
        try await bench.visit("/runs/\(run)") { tab in
            try await tab.wait("document.querySelector('.line.train')")
            #expect(try await tab.text(".statement-panel code") == "", "what is not seen is not fetched")
            try await tab.value("document.querySelector('.evaluation-panel').scrollIntoView()")
            try await tab.wait("/^\\d/.test(document.querySelector('.confusion tbody td').innerText)")
            let sum = try await tab.value(
                "[...document.querySelectorAll('.confusion tbody td')].reduce((sum, cell) => sum + Number(cell.innerText), 0)"
            )
            let held = try await bench.daemon.run(run)["validation"]?["rows"]?.intValue
            #expect(sum.intValue == held)
            try await tab.value("document.querySelector('.statement-panel').scrollIntoView()")
            try await tab.wait("document.querySelectorAll('.sql-word').length > 50")
            let statement = try await bench.daemon.ask("GET", "/train/\(run)/sql").body
            let shown = try await tab.value("document.querySelector('.statement-panel code').textContent.length")
                .intValue
            #expect(shown == statement.utf16.count)
            try await tab.click(".statement-panel .toggle:nth-child(2)")
            try await tab.wait("document.querySelector('.statement-panel code').textContent.includes('prediction')")
        }
    }

    @Test("a regression has its errors, and no decision unless there are two inputs")
    func regression() async throws {
        let database = try await TestCluster.freshDatabase()
        let bench = try await Bench(database: database)
        try await makeTable(database)
        let run = try await bench.daemon.trained(
            #"{"source": {"table": "houses"}, "label": "price", "hidden_layer_sizes": [4], "learning_rate_init": 0.01, "max_iter": 20}"#
        )
        try await bench.visit("/runs/\(run)") { tab in
            try await tab.wait("document.querySelector('.evaluation-panel')")
            try await tab.value("document.querySelector('.evaluation-panel').scrollIntoView()")
            try await tab.wait("document.querySelector('.measures dt')?.innerText === 'RMSE'")
            #expect(try await tab.text(".curve-panel:nth-child(2) h2") == "R²")
            #expect(try await tab.value("document.querySelector('.boundary-panel').hidden").boolValue == true)
            try await tab.wait(pixels(".heat canvas"))
        }
    }

    @Test("a run that failed says why, one that is not there too")
    func failures() async throws {
        let database = try await TestCluster.freshDatabase()
        let bench = try await Bench(database: database)
        try await makeTable(database)
        let server = try await TestCluster.server()
        let name = try #require(database.split(separator: "=").last.map(String.init))
        try await server.psql("INSERT INTO houses VALUES (NULL, 1, 1, 1)", database: name)
        let run = try await bench.daemon.trained(#"{"source": {"table": "houses"}, "label": "price"}"#)
        try await bench.visit("/runs/\(run)") { tab in
            try await tab.wait("document.querySelector('.run-head .state.failed')")
            try await tab.wait("document.querySelector('.run-error .problem')?.innerText.includes('NULL')")
            try await tab.value("location.hash = '#/runs/4711'")
            try await tab.wait("document.querySelector('.problem')?.innerText.includes('4711')")
            tab.expectAnswer(404)
            tab.expectAnswer(409)
        }
    }

    @Test("name, tags and notes are changed, and the run deleted after a question")
    func editing() async throws {
        let bench = try await Bench(database: TestCluster.freshDatabase())
        let run = try await bench.daemon.trained(Requests.moons)
        try await bench.visit("/runs/\(run)") { tab in
            try await tab.wait("document.querySelector('.notes input')?.value === 'two moons'")
            try await tab.click(".notes .field:nth-child(2) input", at: (0.9, 0.5))
            try await tab.press("End")
            try await tab.type(", second tag")
            try await tab.click(".notes textarea")
            try await tab.type("as it was on Monday")
            try await tab.click(".notes .primary")
            try await tab.wait("document.querySelector('.notes [role=status]').innerText === 'Saved'")
            let stored = try await bench.daemon.run(run)
            #expect(stored["tags"] == ["demo", "second tag"])
            #expect(stored["notes"]?.stringValue == "as it was on Monday")

            try await tab.click(".actions .danger")
            try await tab.press("Escape")
            try await tab.wait("!document.querySelector('dialog')")
            #expect(try await bench.daemon.ask("GET", "/train/\(run)").status == 200)
            try await tab.click(".actions .danger")
            try await tab.click("dialog .danger")
            try await tab.wait("document.querySelector('.empty.first')")
            #expect(try await bench.daemon.ask("GET", "/train/\(run)").status == 404)
        }
    }

    @Test("nothing is too wide on a telephone, and dark is dark", arguments: [Tab.Look.narrow, Tab.Look(isDark: true)])
    func looks(look: Tab.Look) async throws {
        let bench = try await Bench(database: TestCluster.freshDatabase())
        let run = try await bench.daemon.trained(Requests.moons)
        try await bench.visit("/runs/\(run)", look) { tab in
            try await tab.wait("document.querySelector('.evaluation-panel')")
            try await tab.value("document.querySelector('.evaluation-panel').scrollIntoView()")
            try await tab.wait("document.querySelectorAll('.confusion tbody td').length === 4")
            try await tab.wait(pixels(".plane"))
            let ground = try await tab.value("getComputedStyle(document.body).backgroundColor").stringValue
            #expect(ground == (look.isDark ? "rgb(16, 19, 22)" : "rgb(246, 246, 243)"))
            let plane = pixels(".plane")
            let old = try await tab.value(plane).intValue ?? 0
            var other = look
            other.isDark.toggle()
            try await tab.show(as: other)
            try await tab.wait("\(plane) !== \(old)")
        }
    }
}

/// A table of houses, two of whose columns are no features by themselves.
func makeTable(_ database: String) async throws {
    let name = try #require(database.split(separator: "=").last.map(String.init))
    try await TestCluster.server().psql(
        """
        CREATE TABLE houses AS SELECT (50 + i % 97)::float8 AS area, 1 + i % 5 AS rooms, i % 3 AS floor,
            (50 + i % 97) * 2.0::float8 + i % 5 AS price FROM generate_series(1, 300) AS i;
        CREATE TABLE shoppers AS SELECT i AS id, 18 + i % 60 AS age, (ARRAY['free', 'basic', 'pro'])[1 + i % 3] AS plan,
            CASE WHEN i % 60 > 25 THEN 'yes' ELSE 'no' END AS "<b>churned</b>" FROM generate_series(1, 400) AS i;
        ALTER TABLE shoppers ADD PRIMARY KEY (id);
        """,
        database: name
    )
}
