// swift-tools-version: 6.2
import PackageDescription

/// What is measured is the library and the program as they are released: `swift run -c release --package-path Benchmarks`.
let package = Package(
    name: "pgradient-benchmarks",
    dependencies: [
        // Named, because the folder above may be called anything.
        .package(name: "pgradient", path: "..")
    ],
    targets: [
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                .product(name: "pgradient", package: "pgradient"),
                .product(name: "Training", package: "pgradient"),
            ],
            swiftSettings: [.treatAllWarnings(as: .error)]
        )
    ],
    swiftLanguageModes: [.v6]
)
