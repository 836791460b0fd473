import Logging
import Postgres
import SQLText
import TestSupport
import Testing

@Suite("notices and notifications")
struct MessageTests {
    @Test("notices go to the log at their level, without their detail")
    func notices() async throws {
        let (logger, lines) = RecordingLog.logger()
        try await withFreshConnection(logger: logger) { connection in
            try await connection.script(
                """
                set client_min_messages = debug1;
                do $$ begin
                    raise debug 'a debug';
                    raise log 'a log';
                    raise info 'an info';
                    raise notice 'a notice' using detail = 'secret';
                    raise warning 'a warning' using errcode = '01234';
                end $$;
                """
            )
            let seen = lines.all.filter { $0.text.hasPrefix("server: a") }
            #expect(seen.map(\.level) == [.debug, .info, .info, .notice, .warning])
            #expect(seen[3].text.contains("a notice"))
            #expect(seen[4].text.contains("01234"))
            #expect(!lines.all.contains { $0.text.contains("secret") })
        }
    }

    @Test("no bind gets into a log, only the name of the statement")
    func noValues() async throws {
        let (logger, lines) = RecordingLog.logger()
        try await withFreshConnection(logger: logger) { connection in
            try await connection.query("select \("geheim")", name: "look")
            await #expect(throws: PostgresError.self) {
                try await connection.query("select \("geheim")::int", name: "fail")
            }
            _ = try? await connection.query("select \("geheim"), pg_sleep(600)", timeout: .milliseconds(20))
        }
        #expect(lines.all.contains { $0.text.contains("look") })
        #expect(!lines.all.contains { $0.text.contains("geheim") })
    }

    @Test("notifications arrive while idle, after a statement, and on their own channel only")
    func notifications() async throws {
        let conninfo = try await freshDatabase()
        try await withConnection(conninfo) { listener in
            try await withConnection(conninfo) { sender in
                let stream = try await listener.notifications(on: Identifier("odd \"name"))
                let other = try await listener.notifications(on: Identifier("other"))
                var iterator = stream.makeAsyncIterator()
                try await sender.query("select pg_notify('odd \"name', 'one')")
                let first = await iterator.next()
                #expect(first?.payload == "one")
                #expect(first?.channel == "odd \"name")
                let pid = try await value(Int.self, "select pg_backend_pid()", on: sender)
                #expect(first?.processID == pid)
                try await listener.query("select pg_notify('odd \"name', 'two')")
                #expect(await iterator.next()?.payload == "two")
                try await sender.query("select pg_notify('other', 'three')")
                var others = other.makeAsyncIterator()
                #expect(await others.next()?.payload == "three")
                await listener.close()
                #expect(await iterator.next() == nil)
            }
        }
    }

    @Test("a stream that is no longer read is no longer listened to")
    func unlisten() async throws {
        try await withFreshConnection { connection in
            let channel = try Identifier("c")
            let listening: SQL = "select exists (select from pg_listening_channels()) as yes"
            let reading = Task {
                let stream = try await connection.notifications(on: channel)
                for await _ in stream {}
            }
            try await waitUntil("never listened") { try await value(Bool.self, listening, on: connection) }
            reading.cancel()
            try await waitUntil("still listening") { try await !value(Bool.self, listening, on: connection) }
        }
    }
}
