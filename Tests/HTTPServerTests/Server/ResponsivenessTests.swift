import Foundation
import Synchronization
import Testing

@testable import HTTPServer

@Suite("Over a socket: whether the loop goes round", .timeLimit(.minutes(5)))
struct ResponsivenessTests {
    @Test("while it serves it does, and not while its thread is stuck")
    func stuck() async throws {
        let entered = Signal()
        let release = DispatchSemaphore(value: 0)
        let isFirst = Atomic<Bool>(true)
        let accept: AcceptCall = { listener in
            // Runs on the loop's thread.
            if isFirst.exchange(false, ordering: .relaxed) {
                entered.fire()
                release.wait()
            }
            return SystemAccept.call(listener)
        }
        try await withServer(accept: accept) { address, server in
            #expect(await server.isResponsive(within: .seconds(60)))
            let client = try await offPool { try RawClient(address) }
            await entered.wait()
            #expect(await !server.isResponsive(within: .milliseconds(50)))
            release.signal()
            #expect(await server.isResponsive(within: .seconds(60)))
            #expect(try await offPool { try client.get().status } == 200)
        }
    }

    @Test("before it has started and after it has stopped it does not")
    func notRunning() async throws {
        try await withServer { _, server in
            await server.shutdown(grace: .zero)
            #expect(await !server.isResponsive(within: .seconds(60)))
        }
    }
}
