import TestSupport
import Testing

/// The list of runs, in a browser, with a real daemon behind it.
@Suite("dashboard: list", .serialized, .timeLimit(.minutes(5)))
struct ListTests {
    @Test("without runs it offers the example, and one click trains it")
    func empty() async throws {
        let bench = try await Bench(database: TestCluster.freshDatabase())
        try await bench.visit { tab in
            try await tab.wait("document.querySelector('.empty.first h2')?.innerText === 'No runs yet'")
            try await tab.click(".empty.first .primary")
            try await tab.wait("location.hash === '#/runs/1'")
            try await tab.wait("document.querySelector('.run-head .state.succeeded')")
            #expect(try await tab.text(".run-head h1") == "Run 1")
            #expect(try await bench.daemon.run(1)["accuracy"]?.doubleValue ?? 0 > 0.98)
        }
    }

    @Test(
        "a run's line has its state, progress, score and a drawn loss; filters narrow the list and stay in the address"
    )
    func lines() async throws {
        let bench = try await Bench(database: TestCluster.freshDatabase())
        _ = try await bench.daemon.trained(Requests.moons)
        _ = try await bench.daemon.trained(#"{"name": "other", "source": {"example": "moons"}, "max_iter": 5}"#)
        try await bench.visit { tab in
            try await tab.wait("document.querySelectorAll('.runs tbody tr:not(.skeleton)').length === 2")
            #expect(try await tab.text(".runs tbody tr:last-child .run-link") == "two moons")
            #expect(try await tab.text(".runs tbody tr:last-child .state") == "finished")
            #expect(try await tab.text(".runs tbody tr:last-child .c-progress") == "60 / 60")
            #expect(try await tab.text(".runs tbody tr:last-child .c-score").hasSuffix(" %"))
            let points = try await tab.value(
                "document.querySelector('.runs tbody tr:last-child .spark path').getAttribute('d').split('L').length"
            )
            #expect(points.intValue ?? 0 >= 10)

            try await tab.click("#filter-name")
            try await tab.type("moon")
            // Its source is called so, too.
            try await tab.wait("document.querySelectorAll('.runs tbody tr').length === 2")
            try await tab.type("s")
            try await tab.type("!")
            try await tab.wait("document.querySelector('.message .empty')")
            try await tab.click(".message button")
            try await tab.click(".runs .tag")
            try await tab.wait("document.querySelectorAll('.runs tbody tr').length === 1")
            #expect(try await tab.value("location.hash").stringValue == "#/?tag=demo")
            try await tab.click(".run-link")
            try await tab.wait("document.querySelector('.run-head h1')?.innerText === 'two moons'")
        }
    }

    @Test("older runs come when they are asked for")
    func paging() async throws {
        let bench = try await Bench(database: TestCluster.freshDatabase())
        for number in 1...27 {
            _ = try await bench.daemon.train(
                #"{"name": "r\#(number)", "source": {"example": "moons", "rows": 50}, "max_iter": 1}"#
            )
        }
        try await bench.visit { tab in
            try await tab.wait("document.querySelectorAll('.runs tbody tr:not(.skeleton)').length === 25")
            try await tab.click(".older")
            try await tab.wait("document.querySelectorAll('.runs tbody tr').length === 27")
            #expect(try await tab.text(".runs tbody tr:last-child .run-link") == "r1")
            #expect(try await tab.value("document.querySelector('.older').hidden").boolValue == true)
        }
    }

    @Test("names and tags of strangers are text", arguments: [Tab.Look.wide, .narrow])
    func hostileNames(look: Tab.Look) async throws {
        let bench = try await Bench(database: TestCluster.freshDatabase())
        let name = "<img src=x onerror=document.title='broken'>"
        let long = String(repeating: "W", count: 100)
        let run = try await bench.daemon.trained(
            #"{"name": "\#(name)", "tags": ["<b>tag</b>", "\#(long.prefix(60))"], "notes": "</script><script>1</script>", "#
                + #""source": {"example": "moons"}, "max_iter": 2}"#
        )
        _ = try await bench.daemon.train(
            #"{"name": "\#(long)", "source": {"example": "moons", "rows": 50}, "max_iter": 1}"#
        )
        try await bench.visit("/", look) { tab in
            try await tab.wait("document.querySelector('.runs tbody tr:last-child .run-link')?.innerText")
            #expect(try await tab.text(".runs tbody tr:last-child .run-link") == name)
            #expect(try await tab.text(".runs tbody tr:last-child .tag") == "<b>tag</b>")
            try await tab.value("location.hash = '#/runs/\(run)'")
            try await tab.wait("document.querySelector('.run-head .state.succeeded')")
            #expect(try await tab.text(".run-head h1") == name)
            #expect(try await tab.value("document.querySelectorAll('img').length").intValue == 0)
            #expect(try await tab.value("document.title").stringValue == "\(name) · pgradient")
            try await tab.click(".danger")
            try await tab.wait("document.querySelector('dialog h2')")
            #expect(try await tab.text("dialog h2") == "Delete \(name)?")
        }
    }

    @Test("a daemon that goes away is missed, and found again when it is back")
    func lostDaemon() async throws {
        let database = try await TestCluster.freshDatabase()
        let daemon = try await Daemon(database)
        _ = try await daemon.trained(Requests.moons)
        let tab = try await Tab.open(daemon.address)
        try await tab.wait("document.querySelector('.runs .state.succeeded')")
        daemon.stop()
        try await tab.wait("document.querySelector('#link:not([hidden])')?.innerText.includes('trying again')")
        #expect(try await tab.text(".run-link") == "two moons")
        let second = try await Daemon(database, port: daemon.port)
        try await tab.wait("document.querySelector('#link').hidden")
        tab.expectSilence()
        #expect(tab.faults == [])
        try await tab.close()
        _ = second
    }

    @Test("a token is asked for, a wrong one again, and the right one is kept for the tab")
    func token() async throws {
        let bench = try await Bench(database: TestCluster.freshDatabase(), token: "open-sesame-open-sesame")
        try await bench.visit { tab in
            try await tab.wait("document.activeElement?.id === 'token'")
            try await tab.type("wrong")
            try await tab.press("Enter")
            try await tab.wait("document.querySelector('dialog .wrong') && document.activeElement?.id === 'token'")
            try await tab.type("open-sesame-open-sesame")
            try await tab.press("Enter")
            try await tab.wait("document.querySelector('.empty.first')")
            try await tab.value("window.isOld = true; void location.reload()")
            try await tab.wait("!window.isOld && document.querySelector('.empty.first')")
            #expect(try await tab.value("document.querySelector('dialog') === null").boolValue == true)
            // Also where a stream is read.
            try await tab.click(".empty.first .primary")
            try await tab.wait("document.querySelector('.run-head .state.succeeded')")
            tab.expectAnswer(401)
        }
    }
}
