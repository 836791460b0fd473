import JSONTree
import TestSupport
import Testing

/// The form that starts a run, in a browser, with a real daemon behind it.
@Suite("dashboard: form", .serialized, .timeLimit(.minutes(5)))
struct FormTests {
    @Test("the article's example, started as it is")
    func article() async throws {
        let bench = try await Bench(database: TestCluster.freshDatabase())
        try await bench.visit("/new") { tab in
            try await tab.wait("document.querySelector('.form-aside code')?.innerText.endsWith(\"-d '{}'\")")
            try await tab.click(".form-aside .primary")
            try await tab.wait("document.querySelector('.run-head .state.succeeded')")
            #expect(try await bench.daemon.run(1)["spec"]?["source"]?["example"]?.stringValue == "article")
        }
    }

    @Test("what is wrong is said at its field; put right, the run starts as the curl line says")
    func wrongValues() async throws {
        let bench = try await Bench(database: TestCluster.freshDatabase())
        try await bench.visit("/new", shiftLimit: 0.1) { tab in
            try await tab.click("[value=moons]")
            try await tab.click("[data-field=hidden_layer_sizes] input")
            try await tab.type("8, many")
            try await tab.click(".form-aside .primary")
            try await tab.wait(
                "document.querySelector('[data-field=hidden_layer_sizes] .field-fault').innerText.includes('many')"
            )
            #expect(try await tab.value("document.activeElement.getAttribute('aria-invalid')").stringValue == "true")
            try await tab.value("document.activeElement.select()")
            try await tab.type("8, 4")
            try await tab.click("[data-field=max_iter] input")
            try await tab.type("0")
            try await tab.press("Enter")
            try await tab.wait(
                "document.querySelector('[data-field=max_iter] .field-fault').innerText.includes('whole number')"
            )
            #expect(try await tab.text("[data-field=hidden_layer_sizes] .field-fault") == "")
            try await tab.value("document.activeElement.select()")
            try await tab.type("3")
            // One that is folded away, and one that has no field at all.
            try await tab.click(".more summary")
            try await tab.click("[data-field=other] textarea")
            try await tab.type(#"{"solvr": "adam"}"#)
            try await tab.click(".form-aside .primary")
            try await tab.wait("document.querySelector('.form-fault').innerText.includes('solver')")
            try await tab.value("document.querySelector('[data-field=other] textarea').select()")
            try await tab.click("[data-field=other] textarea")
            try await tab.press("End")
            try await tab.value("document.querySelector('[data-field=other] textarea').select()")
            try await tab.type(#"{"clip_norm": 1}"#)
            let line = try await tab.text(".form-aside code")
            try await tab.click(".form-aside .primary")
            try await tab.wait("document.querySelector('.run-head .state.succeeded')")
            tab.expectAnswer(422)
            let spec = try await bench.daemon.run(1)["spec"]
            #expect(spec?["hidden_layer_sizes"] == [8, 4])
            #expect(spec?["clip_norm"]?.intValue == 1)
            for part in [#""hidden_layer_sizes""#, #""max_iter": 3"#, #""clip_norm": 1"#, "curl -X POST"] {
                #expect(line.contains(part), "\(line)")
            }
        }
    }

    @Test("a table is found, its columns described; label, features and kinds are chosen")
    func table() async throws {
        let database = try await TestCluster.freshDatabase()
        let bench = try await Bench(database: database)
        try await makeTable(database)
        try await bench.visit("/new", shiftLimit: 0.1) { tab in
            try await tab.click("[value=table]")
            try await tab.click("[data-field='source.table'] input")
            try await tab.type("shop")
            try await tab.wait("document.querySelectorAll('.options [role=option]').length === 1")
            try await tab.press("ArrowDown")
            try await tab.press("Enter")
            try await tab.wait("document.querySelectorAll('.column-table tbody tr').length === 4")
            #expect(try await tab.text(".column-table tbody tr:nth-child(1) .use").contains("primary key"))
            #expect(try await tab.text(".column-table tbody tr:nth-child(3) td:nth-child(4)").contains("basic"))
            #expect(try await tab.text(".column-table tbody tr:nth-child(4) th").hasPrefix("<b>churned</b>"))
            // Without a label the daemon says so, at the columns.
            try await tab.click(".form-aside .primary")
            try await tab.wait("document.querySelector('[data-field=label] .field-fault').innerText.includes('label')")
            try await tab.click(".column-table tbody tr:nth-child(4) input[type=radio]")
            try await tab.wait("document.querySelector('.column-table tr.label .use').innerText.includes('2 classes')")
            try await tab.click(".column-table tbody tr:nth-child(3) input[type=checkbox]")
            try await tab.click("[data-field=max_iter] input")
            try await tab.type("4")
            try await tab.press("Enter")
            try await tab.wait("document.querySelector('.run-head .state.succeeded')")
            tab.expectAnswer(422)
            let run = try await bench.daemon.run(1)
            #expect(run["features"] == ["age"])
            #expect(run["label"]?.stringValue == "<b>churned</b>")

            // The same again, from the run: as it was.
            try await tab.click(".actions a")
            try await tab.wait("document.querySelector('[data-field=max_iter] input')?.value === '4'")
            try await tab.wait("document.querySelector('.column-table tr.label')")
            let learned = try await tab.value(
                "[...document.querySelectorAll('.column-table [type=checkbox]')].map((box) => box.checked)"
            )
            #expect(learned == [false, true, false, false])
            try await tab.click(".form-aside .primary")
            try await tab.wait("location.hash === '#/runs/2' && document.querySelector('.run-head .state.succeeded')")
            let again = try await bench.daemon.run(2)
            #expect(again["features"] == ["age"])
            #expect(again["loss"] == run["loss"], "with the same seed")
        }
    }

    @Test("by keyboard alone: from the list to a run that trains")
    func keyboard() async throws {
        let bench = try await Bench(database: TestCluster.freshDatabase())
        try await bench.visit("/") { tab in
            try await tab.wait("document.querySelector('.empty.first')")
            // Tab until an element that answers to `selector` has the focus, which is to be seen.
            @Sendable func go(to selector: String) async throws {
                for _ in 0..<60 {
                    try await tab.press("Tab")
                    let isThere = try await tab.value(
                        "document.activeElement.matches(\(JSON.string(selector).compact))"
                    )
                    guard isThere.boolValue == true else { continue }
                    let outline = try await tab.value(
                        "(() => { const e = document.activeElement; return [e, e.closest('label, tr')].filter(Boolean)"
                            + ".some((x) => getComputedStyle(x).outlineStyle === 'solid'); })()"
                    )
                    #expect(outline.boolValue == true, "the focus can't be seen on \(selector)")
                    return
                }
                Issue.record("no way to \(selector) by Tab")
            }
            try await go(to: "nav a:nth-child(2)")
            try await tab.press("Enter")
            try await tab.wait("document.querySelector('.run-form')")
            try await go(to: "[name=source]")
            try await tab.press("ArrowRight")
            try await tab.wait("document.querySelector('[value=moons]').checked")
            try await go(to: "[data-field=solver] select")
            try await tab.press("ArrowDown")
            try await go(to: "[data-field=max_iter] input")
            try await tab.type("3")
            try await go(to: "[data-field=early_stopping] input")
            try await tab.press(" ")
            try await tab.wait("document.querySelector('.form-aside code').innerText.includes('early_stopping')")
            try await go(to: ".form-aside .primary")
            try await tab.press("Enter")
            try await tab.wait("document.querySelector('.run-head .state.succeeded')")
            try await go(to: ".curve")
            try await tab.press("ArrowLeft")
            try await tab.wait("document.querySelector('.reading-epoch').innerText === 'epoch 2'")
            try await go(to: ".timeline input")
            try await tab.press("Home")
            try await tab.wait("document.querySelector('.epoch-shown').innerText === 'epoch 0 of 3'")
        }
    }
}
