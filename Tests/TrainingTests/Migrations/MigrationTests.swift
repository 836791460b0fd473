import Foundation
import Networks
import Postgres
import SQLText
import TestSupport
import Testing

@testable import Migrations
@testable import Training

/// The files of `migrations/` and what they make of a database.
@Suite struct MigrationTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        .standardizedFileURL

    private static func filesOnDisk() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "migrations").path)
            .filter { $0.hasSuffix(".sql") }.sorted()
    }

    @Test func theListIsTheFolder() throws {
        #expect(Migrations.files.map(\.name) == (try Self.filesOnDisk()))
        for (name, bytes) in Migrations.files {
            let file = try Data(contentsOf: Self.root.appending(path: "migrations/\(name)"))
            #expect(Array(file) == bytes, "\(name) is not the file that was built in")
        }
    }

    @Test func thePackageCarriesTheFolder() throws {
        let package = try String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
        let list = try #require(package.firstMatch(of: /let migrationFiles = \[([^\]]*)\]/)?.1)
        #expect(list.matches(of: /"([^"]+)"/).map { String($0.1) } == (try Self.filesOnDisk()))
    }

    @Test func fromEmptyAndAgain() async throws {
        let pool = Pool(ConnectionSettings(conninfo: try await TestCluster.freshDatabase()), size: 2, logger: quiet)
        let service = TrainingService(pool: pool, logger: quiet)
        #expect(try await service.migrate() == Self.filesOnDisk())
        #expect(try await service.migrate() == [])
        await pool.close()
    }

    @Test func everythingHasAComment() async throws {
        try await Desk.open { desk in
            let silent = try await desk.query(
                """
                SELECT c.relname || coalesce('.' || a.attname, '') AS name
                FROM pg_class AS c
                CROSS JOIN LATERAL (SELECT 0 AS number, NULL::name AS attname
                                    UNION ALL
                                    SELECT attnum, attname FROM pg_attribute
                                    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS a
                WHERE c.relnamespace = 'pgradient'::regnamespace AND c.relkind IN ('r', 'v')
                  AND coalesce(col_description(c.oid, a.number), CASE a.number WHEN 0 THEN obj_description(c.oid, 'pg_class') END) IS NULL
                UNION ALL
                SELECT oid::regprocedure::text FROM pg_proc
                WHERE pronamespace = 'pgradient'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL
                UNION ALL
                SELECT nspname FROM pg_namespace
                WHERE nspname ~ '^pgradient' AND obj_description(oid, 'pg_namespace') IS NULL
                """
            ).decode(String.self, "name")
            #expect(silent == [])
        }
    }

    @Test func parameterNamesAreThoseOfTheNetwork() async throws {
        try await Desk.open { desk in
            for sizes in [[2, 2, 2], [1, 1], [3, 1], [4, 11, 12, 3], [12, 1, 10]] {
                let rows = try await desk.query(
                    "SELECT ordinal, name FROM pgradient.param_layout(\(SQLValue.int8Array(sizes.map(Int64.init)))::int4[]) ORDER BY ordinal"
                )
                let names = ParameterLayout(layerSizes: sizes).names
                #expect(try rows.decode(String.self, "name") == names)
                #expect(try rows.decode(Int.self, "ordinal") == Array(1...names.count))
            }
        }
    }

    @Test func aUserWhoMayNotCreateIsToldWhoCanHelp() async throws {
        let conninfo = try await TestCluster.freshDatabase()
        let admin = Pool(ConnectionSettings(conninfo: conninfo), size: 1, logger: quiet)
        let role = "guest_\(UInt32.random(in: 0...UInt32.max))"
        try await admin.withConnection { try await $0.script("CREATE ROLE \(role) LOGIN") }
        let guest = Pool(
            ConnectionSettings(conninfo: conninfo.replacing(/user=\w+/, with: "user=\(role)")),
            size: 1,
            logger: quiet
        )
        let error = await #expect(throws: MigrationError.self) {
            _ = try await TrainingService(pool: guest, logger: quiet).migrate()
        }
        guard case .missingPrivilege(_, let grant) = error else {
            Issue.record("it says: \(error.map { "\($0)" } ?? "nothing")")
            return
        }
        // The remedy is a statement that works.
        try await admin.withConnection { try await $0.script(grant) }
        #expect(try await TrainingService(pool: guest, logger: quiet).migrate() == Self.filesOnDisk())
        await guest.close()
        await admin.close()
    }
}
