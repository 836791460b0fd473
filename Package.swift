// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is compiled in Swift 6 mode and fails on a warning.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

/// Read at build time and carried in the binary.
let migrationFiles = [
    "V0001__runs.sql", "V0002__params.sql", "V0003__views.sql", "V0004__wide_view.sql", "V0005__shapes.sql",
    "V0006__columns.sql", "V0007__comparing.sql", "V0008__evaluations.sql", "V0009__pictures.sql",
    "V0010__request_fingerprints.sql", "V0011__clients.sql",
]

/// The page at `/`, likewise.
let pageFiles =
    ["page.html"] + ["colours", "base", "controls", "list", "run", "form"].map { "\($0).css" }
    + [
        "dom", "format", "api", "token", "stream", "scales", "series", "curves", "sparkline", "colours", "frames",
        "timeline",
        "heatmap", "boundary", "confusion", "sql", "state", "list", "head", "actions", "facts", "notes", "run",
        "network",
        "curl", "tables", "columns", "options", "form", "router", "main",
    ].map { "\($0).js" }

let package = Package(
    name: "pgradient",
    products: [
        .executable(name: "pgradient", targets: ["pgradient"]),
        // For the package in Benchmarks/.
        .library(
            name: "Training",
            targets: ["Training", "Lowering", "Networks", "SQLText", "Postgres", "EmbeddedPostgres", "JSONTree"]
        ),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.10.0"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.10.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        // Dependencies point up this list, never down.
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "SQLText", swiftSettings: strict),
        .target(
            name: "JSONTree",
            dependencies: [.product(name: "OrderedCollections", package: "swift-collections")],
            swiftSettings: strict
        ),
        .target(
            name: "Autodiff",
            dependencies: [.product(name: "RealModule", package: "swift-numerics")],
            swiftSettings: strict
        ),
        .target(
            name: "Networks",
            dependencies: ["Autodiff", .product(name: "RealModule", package: "swift-numerics")],
            swiftSettings: strict
        ),
        .target(name: "Lowering", dependencies: ["Networks", "Autodiff", "SQLText"], swiftSettings: strict),
        .target(name: "Postgres", dependencies: ["CLibPQ", "SQLText", logging], swiftSettings: strict),
        .target(
            name: "EmbeddedPostgres",
            dependencies: [.product(name: "Subprocess", package: "swift-subprocess"), logging],
            swiftSettings: strict
        ),
        .target(
            name: "Migrations",
            dependencies: ["Postgres"],
            path: "migrations",
            resources: migrationFiles.map { .embedInCode($0) },
            swiftSettings: strict
        ),
        .target(
            name: "Training",
            dependencies: [
                "Lowering", "Networks", "Autodiff", "Postgres", "Migrations", "SQLText", "JSONTree", logging,
                .product(name: "OrderedCollections", package: "swift-collections"),
                .product(name: "RealModule", package: "swift-numerics"),
            ],
            swiftSettings: strict
        ),
        .systemLibrary(name: "CLinux"),
        .target(
            name: "HTTPServer",
            dependencies: ["CLinux", .product(name: "HTTPTypes", package: "swift-http-types"), logging],
            swiftSettings: strict
        ),
        .target(
            name: "Dashboard",
            dependencies: [crypto],
            resources: pageFiles.map { .embedInCode("Page/\($0)") },
            swiftSettings: strict
        ),
        .target(
            name: "Service",
            dependencies: [
                "Dashboard", "HTTPServer", "Training", "Lowering", "Networks", "JSONTree", crypto, logging,
                .product(name: "OrderedCollections", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "pgradient",
            dependencies: [
                "Service", "HTTPServer", "Training", "Lowering", "Postgres", "EmbeddedPostgres", "JSONTree", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "TestSupport",
            dependencies: ["EmbeddedPostgres"],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        .target(
            name: "Samples",
            dependencies: ["Networks", "Autodiff", .product(name: "RealModule", package: "swift-numerics")],
            path: "Tests/Samples",
            swiftSettings: strict
        ),
        // Statements on PostgreSQL against the interpreter: the tests of Lowering and the fuzzer share it.
        .target(
            name: "Conformance",
            dependencies: [
                "Lowering", "Networks", "Autodiff", "SQLText", "Postgres", "Samples", "TestSupport", logging,
                .product(name: "RealModule", package: "swift-numerics"),
            ],
            path: "Tests/Conformance",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "pgradient-fuzz",
            dependencies: [
                "Conformance", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/FuzzCommand",
            swiftSettings: strict
        ),
        .testTarget(name: "SQLTextTests", dependencies: ["SQLText"], swiftSettings: strict),
        .testTarget(name: "JSONTreeTests", dependencies: ["JSONTree"], swiftSettings: strict),
        .testTarget(name: "AutodiffTests", dependencies: ["Autodiff", "Samples"], swiftSettings: strict),
        .testTarget(
            name: "NetworksTests",
            dependencies: ["Networks", "Autodiff", "Samples", .product(name: "RealModule", package: "swift-numerics")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LoweringTests",
            dependencies: [
                "Lowering", "Networks", "Autodiff", "SQLText", "Postgres", "Samples", "Conformance", "TestSupport",
                logging,
            ],
            exclude: ["Goldens"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PostgresTests",
            dependencies: ["Postgres", "CLibPQ", "SQLText", "TestSupport", logging],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "EmbeddedClusterProbe",
            dependencies: ["EmbeddedPostgres", logging],
            path: "Tests/EmbeddedClusterProbe",
            swiftSettings: strict
        ),
        .testTarget(
            name: "EmbeddedPostgresTests",
            dependencies: [
                "EmbeddedPostgres", "EmbeddedClusterProbe", "TestSupport", logging,
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: ["HTTPServer", .product(name: "HTTPTypes", package: "swift-http-types"), logging],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ServiceTests",
            dependencies: [
                "Service", "HTTPServer", "Training", "Postgres", "JSONTree", "TestSupport", logging,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: ["pgradient", "EmbeddedPostgres", "JSONTree", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DashboardTests",
            dependencies: ["pgradient", "Dashboard", "JSONTree", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Training", "Networks", "Autodiff", "Lowering", "Postgres", "Migrations", "SQLText", "JSONTree",
                "TestSupport", logging,
            ],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6]
)

// `make fuzz-parser` builds the libFuzzer targets, and nothing else does: what is instrumented for a fuzzer does not
// link without it. They are the folders of properties that the tests have; those make room for them here.
if Context.environment["PGRADIENT_FUZZER"] != nil {
    package.targets.removeAll { $0.type == .test }
    let fuzzers: [(name: String, tests: String, dependencies: [Target.Dependency])] = [
        ("HTTPFuzzer", "HTTPServerTests", ["HTTPServer", .product(name: "HTTPTypes", package: "swift-http-types")]),
        ("JSONFuzzer", "JSONTreeTests", ["JSONTree"]),
    ]
    for fuzzer in fuzzers {
        package.targets.append(
            .target(
                name: fuzzer.name,
                dependencies: fuzzer.dependencies,
                path: "Tests/\(fuzzer.tests)/Fuzzing",
                swiftSettings: strict + [.define("FUZZER")]
            )
        )
        package.products.append(.library(name: fuzzer.name, type: .static, targets: [fuzzer.name]))
    }
}
