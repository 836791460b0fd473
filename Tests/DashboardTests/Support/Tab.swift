import Foundation
import JSONTree
import Synchronization
import TestSupport

/// A page in the browser, as a person has it before them: looked at, clicked, typed into.
final class Tab: Sendable {
    /// How large the window is and what the person prefers.
    struct Look: Sendable {
        var width = 1280
        var height = 900
        var isDark = false
        var pixelRatio = 1
        static let wide = Look()
        static let narrow = Look(width: 390, height: 844)
    }

    private let browser: Browser
    private let context: String
    private let target: String
    private let session: String
    private let messages = Mutex<[String]>([])

    private init(browser: Browser, context: String, target: String, session: String) {
        (self.browser, self.context, self.target, self.session) = (browser, context, target, session)
    }

    /// Opens an address in a tab with a storage of its own.
    static func open(_ address: String, _ look: Look = .wide) async throws -> Tab {
        let browser = try await Browser.shared()
        let context = try await browser.command("Target.createBrowserContext")["browserContextId"]?.stringValue ?? ""
        let page: JSON = ["url": "about:blank", "browserContextId": .string(context), "newWindow": true]
        let target = try await browser.command("Target.createTarget", page)["targetId"]?.stringValue ?? ""
        let attachment: JSON = ["targetId": .string(target), "flatten": true]
        let session = try await browser.command("Target.attachToTarget", attachment)["sessionId"]?.stringValue ?? ""
        let tab = Tab(browser: browser, context: context, target: target, session: session)
        browser.listen(to: session) { [weak tab] method, parameters in tab?.note(method, parameters) }
        for domain in ["Page", "Runtime", "Log"] { try await tab.command("\(domain).enable") }
        try await tab.command("Emulation.setFocusEmulationEnabled", ["enabled": true])
        try await tab.command("Page.addScriptToEvaluateOnNewDocument", ["source": .string(Self.watcher)])
        try await tab.show(as: look)
        try await tab.command("Page.navigate", ["url": .string(address)])
        return tab
    }

    /// Adds up how far things have jumped without a person's doing.
    private static let watcher = """
        window.layoutShifts = [];
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) {
            if (!entry.hadRecentInput) {
              layoutShifts.push([entry.value, entry.sources.map((s) => s.node?.className ?? "").join(" ")]);
            }
          }
        }).observe({ type: "layout-shift", buffered: true });
        """

    func show(as look: Look) async throws {
        try await command(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": .integer(look.width), "height": .integer(look.height),
                "deviceScaleFactor": .integer(look.pixelRatio), "mobile": false,
            ]
        )
        let scheme: JSON = ["name": "prefers-color-scheme", "value": look.isDark ? "dark" : "light"]
        try await command("Emulation.setEmulatedMedia", ["features": [scheme]])
    }

    func close() async throws {
        browser.stopListening(to: session)
        try await browser.command("Target.disposeBrowserContext", ["browserContextId": .string(context)])
    }

    /// Errors and warnings of the console, exceptions, and what the page's policy has refused.
    var faults: [String] { messages.withLock { $0 } }

    /// Takes back an error that the test has brought about: an answer with this status.
    func expectAnswer(_ status: Int) {
        messages.withLock { messages in
            messages.removeAll { $0.contains("the server responded with a status of \(status)") }
        }
    }

    /// Forgets the errors of a daemon that was away.
    func expectSilence() { messages.withLock { $0.removeAll { $0.contains("net::ERR_") } } }

    private func note(_ method: String, _ parameters: JSON) {
        let words: String?
        switch method {
        case "Runtime.consoleAPICalled":
            let isFault = ["error", "warning", "assert"].contains(parameters["type"]?.stringValue)
            words = isFault ? parameters["args"]?.compact : nil
        case "Runtime.exceptionThrown": words = parameters["exceptionDetails"]?.compact
        case "Log.entryAdded":
            let entry = parameters["entry"]
            let isFault = ["error", "warning"].contains(entry?["level"]?.stringValue)
            words = isFault ? "\(entry?["text"]?.stringValue ?? "") \(entry?["url"]?.stringValue ?? "")" : nil
        default: words = nil
        }
        if let words { messages.withLock { $0.append(words) } }
    }

    @discardableResult
    func command(_ method: String, _ parameters: JSON = [:]) async throws -> JSON {
        try await browser.command(method, parameters, session: session)
    }

    /// The value of an expression in the page; promises are awaited.
    @discardableResult
    func value(_ expression: String) async throws -> JSON {
        let result = try await command(
            "Runtime.evaluate",
            ["expression": .string(expression), "awaitPromise": true, "returnByValue": true, "userGesture": true]
        )
        if let fault = result["exceptionDetails"] {
            let words = fault["exception"]?["description"]?.stringValue ?? fault["text"]?.stringValue ?? fault.compact
            throw Browser.Refusal(method: expression, message: words)
        }
        return result["result"]?["value"] ?? .null
    }

    /// Waits until an expression is true in the page.
    /// - Returns: its value.
    @discardableResult
    func wait(_ expression: String, within limit: Duration = .seconds(60)) async throws -> JSON {
        let milliseconds = limit.components.seconds * 1000
        let script = """
            new Promise((resolve, reject) => {
              const end = performance.now() + \(milliseconds);
              const look = () => {
                let value = null;
                try { value = (\(expression)); } catch (error) { value = null; }
                if (value) resolve(value);
                else if (performance.now() > end) reject(new Error("never true; the page says:\\n" + document.body.innerText));
                else setTimeout(look, 15);
              };
              look();
            })
            """
        do {
            return try await value(script)
        } catch let refusal as Browser.Refusal {
            throw Late(description: "\(expression): \(refusal.message)\n\(faults)")
        }
    }

    /// The text that is shown in an element.
    func text(_ selector: String) async throws -> String {
        try await value("document.querySelector(\(quoted(selector)))?.innerText ?? null").stringValue ?? ""
    }

    /// Waits for an element that can be clicked, and clicks in its middle, or at a share of its width and height.
    func click(_ selector: String, at share: (Double, Double) = (0.5, 0.5)) async throws {
        let element = "document.querySelector(\(quoted(selector)))"
        try await wait("\(element) && !\(element).disabled && \(element).getClientRects().length > 0")
        let box = try await value(
            "(() => { const e = \(element); e.scrollIntoView({ block: 'center' }); const b = e.getBoundingClientRect(); "
                + "return [b.left, b.top, b.width, b.height]; })()"
        )
        let sides = (box.arrayValue ?? []).compactMap(\.doubleValue)
        guard sides.count == 4 else { throw TestServerError(what: "\(selector) has no place") }
        try await point(sides[0] + sides[2] * share.0, sides[1] + sides[3] * share.1, isClick: true)
    }

    /// Moves the pointer over an element.
    func hover(_ selector: String, at share: (Double, Double) = (0.5, 0.5)) async throws {
        let box = try await value(
            "(() => { const e = document.querySelector(\(quoted(selector))); e.scrollIntoView({ block: 'center' }); "
                + "const b = e.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()"
        )
        let sides = (box.arrayValue ?? []).compactMap(\.doubleValue)
        guard sides.count == 4 else { throw TestServerError(what: "\(selector) has no place") }
        try await point(sides[0] + sides[2] * share.0, sides[1] + sides[3] * share.1, isClick: false)
    }

    private func point(_ x: Double, _ y: Double, isClick: Bool) async throws {
        let kinds = isClick ? ["mouseMoved", "mousePressed", "mouseReleased"] : ["mouseMoved"]
        for kind in kinds {
            var event: JSON = ["type": .string(kind), "x": .number(x), "y": .number(y)]
            if kind != "mouseMoved" {
                event.set("button", "left")
                event.set("clickCount", 1)
            }
            try await command("Input.dispatchMouseEvent", event)
        }
    }

    /// Types into what has the focus.
    func type(_ text: String) async throws { try await command("Input.insertText", ["text": .string(text)]) }

    /// Presses and releases a key, as `Tab`, `Enter`, ` ` or `ArrowDown`.
    func press(_ key: String, times: Int = 1) async throws {
        let codes = [
            "Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "PageUp": 33, "PageDown": 34, "End": 35, "Home": 36,
            "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
        ]
        for _ in 0..<times {
            for kind in ["keyDown", "keyUp"] {
                var event: JSON = [
                    "type": .string(kind), "key": .string(key), "code": .string(key == " " ? "Space" : key),
                    "windowsVirtualKeyCode": .integer(codes[key] ?? 0),
                ]
                // Without a text there is no press, only a going down.
                if kind == "keyDown", key == "Enter" { event.set("text", "\r") }
                if kind == "keyDown", key == " " { event.set("text", " ") }
                try await command("Input.dispatchKeyEvent", event)
            }
        }
    }

    /// How far things have jumped without a person's doing, and what jumped.
    func layoutShift() async throws -> (sum: Double, what: String) {
        let shifts = try await value("layoutShifts").arrayValue ?? []
        let sum = shifts.reduce(0) { $0 + ($1.arrayValue?.first?.doubleValue ?? 0) }
        return (sum, JSON.array(shifts).compact)
    }

    /// A picture of what is to be seen, or of the whole page, as PNG.
    func picture(ofAll isWhole: Bool = false) async throws -> Data {
        let options: JSON = ["format": "png", "captureBeyondViewport": .bool(isWhole)]
        let text = try await command("Page.captureScreenshot", options)["data"]?.stringValue ?? ""
        return Data(base64Encoded: text) ?? Data()
    }

    private func quoted(_ text: String) -> String { JSON.string(text).compact }
}
