// swift-tools-version:6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.target(name: name)] + dependencies, swiftSettings: swiftSettings)
}

let algorithms = Target.Dependency.product(name: "Algorithms", package: "swift-algorithms")
let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "palate",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "palate", targets: ["palate"]),
        .library(name: "Recommenders", targets: ["Datasets", "LinearAlgebra", "Recommenders", "Evaluation"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-algorithms.git", from: "1.2.1"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas",
            providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
        .target(name: "CVectorKernels"),
        room("LinearAlgebra", ["COpenBLAS", "CVectorKernels"]),
        room("Datasets", [collections, algorithms, crypto]),
        room("Recommenders", ["LinearAlgebra", "CVectorKernels", "Datasets", collections, algorithms, logging]),
        room("Evaluation", ["LinearAlgebra", "Datasets", "Recommenders", collections]),
        room("Filters", ["Datasets"]),
        room("ObjectStorage", [grdb, crypto, httpClient, nioCore, nioHTTP1, nioPosix, logging]),
        room("Identity", [grdb, logging]),
        room("Access", ["ObjectStorage", grdb, crypto]),
        room("PersonalizeAPI", [collections]),
        room("TextGeneration", [httpClient, nioCore, nioHTTP1]),
        room("Recipes", ["Datasets", "Recommenders"]),
        room(
            "ControlPlane",
            [
                "PersonalizeAPI", "Recipes", "Datasets", "LinearAlgebra", "Recommenders", "Evaluation", "Filters",
                "ObjectStorage", "Identity", "TextGeneration", nioCore, grdb, logging, lifecycle, collections, crypto,
            ]),
        room(
            "Serving",
            [
                "ControlPlane", "PersonalizeAPI", "Recipes", "Recommenders", "Datasets", "Filters", "LinearAlgebra",
                logging,
                lifecycle, collections,
            ]),
        room(
            "PalateServer",
            [
                "PersonalizeAPI", "ControlPlane", "Recipes", "Serving", "ObjectStorage", "Identity", "Access",
                "TextGeneration",
                hummingbird, hummingbirdCore, lifecycle, logging, metrics, tracing, crypto, httpTypes, nioCore,
                nioHTTPTypes,
            ]),
        .executableTarget(
            name: "palate",
            dependencies: [
                "PalateServer", "Access", "ControlPlane", "PersonalizeAPI", "Recipes", "Recommenders", "Evaluation",
                "CVectorKernels", "Datasets", "LinearAlgebra", "Serving", "Filters",
                argumentParser, configuration, systemPackage, httpClient, nioCore, nioHTTP1, nioPosix, logging,
                lifecycle, crypto,
            ],
            swiftSettings: swiftSettings),
        tests(of: "LinearAlgebra", ["Datasets"]),
        tests(of: "Datasets"),
        tests(of: "Filters", ["Datasets"]),
        tests(of: "Recommenders", ["Datasets", "LinearAlgebra"]),
        tests(of: "Evaluation", ["Datasets", "LinearAlgebra", "Recommenders"]),
        tests(of: "Identity"),
        tests(of: "Access", ["ObjectStorage", "PersonalizeAPI", crypto, nioCore]),
        tests(of: "ObjectStorage", ["PalateServer", crypto, grdb, httpClient, hummingbird, lifecycle, nioCore]),
        tests(of: "PalateServer", ["Datasets", nioCore, nioEmbedded, nioHTTP1]),
        tests(of: "PersonalizeAPI"),
        tests(
            of: "Serving", ["ControlPlane", "Datasets", "LinearAlgebra", "PersonalizeAPI", "Recipes", "Recommenders"]),
        tests(of: "Recipes", ["Datasets", "Recommenders"]),
        tests(
            of: "ControlPlane",
            [
                "Datasets", "Identity", "ObjectStorage", "PersonalizeAPI", "Recipes", "TextGeneration", grdb, logging,
                nioCore,
            ]),
    ]
)
