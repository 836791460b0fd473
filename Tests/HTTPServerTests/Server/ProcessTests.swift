import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import HTTPServer

/// What is measured or limited for a whole process gets one of its own.
@Suite("In a process of its own", .timeLimit(.minutes(5)))
struct ProcessTests {
    @Test("a thousand idle streams are cheap, and each is still heard")
    func thousandStreams() async {
        await #expect(processExitsWith: .success) {
            let tick = Signal()
            let handler: Handler = { _ in
                HTTPServerResponse(
                    status: .ok,
                    body: .stream { writer in
                        try await writer.write(Array("hello".utf8))
                        await tick.wait()
                        try await writer.write(Array("tick".utf8))
                    }
                )
            }
            try await withServer(handler: handler) { address, _ in
                try await offPool {
                    let before = residentBytes()
                    let clients = try (0..<1000).map { _ in
                        let client = try RawClient(address)
                        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                        _ = try client.receiveResponse(toHead: true)
                        _ = try client.receiveChunk()
                        return client
                    }
                    let grown = residentBytes() - before
                    #expect(grown < 16 * 1024 * 1024, "\(grown / 1024) KiB, clients included")
                    tick.fire()
                    for client in clients { #expect(try client.receiveChunk() == Array("tick".utf8)) }
                }
            }
        }
    }

    @Test("a unix socket is never open to others, not for a moment, whatever the umask")
    func socketMode() async {
        await #expect(processExitsWith: .success) {
            // Belongs to the process, so no other test may have it.
            umask(0)
            try await withTemporaryDirectory { directory in
                let path = directory + "/s"
                let isOver = Atomic(false)
                let seen = Atomic(0)
                let watcher = Task.detached {
                    var status = stat()
                    var modes: Set<mode_t> = []
                    while !isOver.load(ordering: .relaxed) {
                        guard lstat(path, &status) == 0 else { continue }
                        modes.insert(status.st_mode & 0o777)
                        seen.add(1, ordering: .relaxed)
                    }
                    return modes
                }
                // Until it was seen often enough to have been seen early.
                for _ in 0..<10_000 where seen.load(ordering: .relaxed) < 2000 {
                    let listener = try Listener.open(.unix(path: path))
                    listener.close()
                }
                isOver.store(true, ordering: .relaxed)
                #expect(await watcher.value == [0o600])
            }
        }
    }

    @Test("a server that has stopped leaves no descriptor behind, however its clients went")
    func noLeak() async {
        await #expect(processExitsWith: .success) {
            let handler: Handler = { request in
                if request.path == "/" { return echo(request) }
                return HTTPServerResponse(
                    status: .ok,
                    body: .stream { writer in
                        try await writer.write([UInt8](repeating: 7, count: 10_000))
                        await untilCancelled()
                    }
                )
            }
            // Once before counting: the runtime opens descriptors of its own at first use.
            try await withServer(handler: handler) { address, _ in _ = try await offPool { try fetch(address) } }
            let before = openDescriptors().count
            for _ in 0..<5 {
                try await withServer(limits: .quick, handler: handler) { address, _ in
                    try await offPool {
                        for number in 0..<20 {
                            let client = try RawClient(address)
                            switch number % 4 {
                            case 0: _ = try client.get()
                            case 1: try client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
                            case 2: try client.send("GET / HT")
                            default: client.reset()
                            }
                        }
                    }
                }
            }
            await waitForDescriptors(atMost: before)
            #expect(openDescriptors().count <= before)
        }
    }

    /// The reserve descriptor is free for a moment while a client is turned away with it, and another thread of the
    /// process (the test runner has some) may take it then: clients wait in that case, which is right but not what is
    /// tested. So it gets a second and a third process.
    @Test("running out of descriptors turns clients away, costs no time, and passes")
    func descriptorExhaustion() async {
        for _ in 0..<2 {
            var hasPassed = false
            await withKnownIssue("another thread took the reserve descriptor", isIntermittent: true) {
                hasPassed = await survivesExhaustion()
            }
            if hasPassed { return }
        }
        _ = await survivesExhaustion()
    }

    private func survivesExhaustion() async -> Bool {
        let result = await #expect(processExitsWith: .success) {
            try await withServer { address, _ in
                try await offPool {
                    let kept = try RawClient(address)
                    #expect(try kept.get().status == 200)
                    // Made before the table is full: a client needs a descriptor too.
                    let knocking = try (0..<20).map { _ in try RawClient(unconnected: address) }
                    let fillers = takeAllDescriptors()
                    for client in knocking {
                        try client.connect()
                        #expect(try client.receiveResponse().status == 503)
                        #expect(try kept.get().status == 200, "the others are served on")
                    }
                    let spent = processorTime()
                    let waiting = ContinuousClock.now
                    while waiting.duration(to: .now) < .milliseconds(500) { poll(nil, 0, 50) }
                    #expect(processorTime() - spent < 0.25, "the loop does not spin")
                    for filler in fillers { close(filler) }
                    let answer = try fetch(address)
                    #expect(answer.status == 200)
                }
            }
        }
        return result != nil
    }
}

/// Resident memory of this process in bytes (proc(5), statm).
private func residentBytes() -> Int {
    let statm = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = statm.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * sysconf(Int32(_SC_PAGESIZE))
}

private func openDescriptors() -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.compactMap { Int($0) }
}

/// The wake-up descriptor goes with its last holder, a moment after the stop.
private func waitForDescriptors(atMost most: Int) async {
    for _ in 0..<1000 where openDescriptors().count > most { await Task.yield() }
}

/// Lowers the limit to little more than what is in use, and takes the rest.
private func takeAllDescriptors() -> [Int32] {
    let highest = openDescriptors().max() ?? 0
    var limit = rlimit(rlim_cur: rlim_t(highest + 10), rlim_max: rlim_t(highest + 10))
    #expect(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
    var fillers: [Int32] = []
    while true {
        let filler = open("/dev/null", O_RDONLY | O_CLOEXEC)
        if filler < 0 { return fillers }
        fillers.append(filler)
    }
}

/// Seconds of processor time that this process has used.
private func processorTime() -> Double {
    Double(clock()) / Double(CLOCKS_PER_SEC)
}
