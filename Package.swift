// swift-tools-version: 6.2
// The house plan is docs/architecture.md: arrows between targets run one way only.
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

func product(_ name: String, _ package: String) -> Target.Dependency {
    .product(name: name, package: package)
}

let logging = product("Logging", "swift-log")
let collections = product("Collections", "swift-collections")
let nioCore = product("NIOCore", "swift-nio")
let nioPosix = product("NIOPosix", "swift-nio")
let nioHTTP1 = product("NIOHTTP1", "swift-nio")
let nioHTTP2 = product("NIOHTTP2", "swift-nio-http2")
let nioHPACK = product("NIOHPACK", "swift-nio-http2")
let nioSSL = product("NIOSSL", "swift-nio-ssl")
let serviceLifecycle = product("ServiceLifecycle", "swift-service-lifecycle")
let crypto = product("Crypto", "swift-crypto")
let httpTypes = product("HTTPTypes", "swift-http-types")
let yams = product("Yams", "Yams")

func library(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

let package = Package(
    name: "fairlead",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "fairlead", targets: ["fairlead"]),
        .library(name: "KubernetesClient", targets: ["KubernetesCore", "KubernetesClient"]),
        .library(
            name: "ControllerRuntime", targets: ["ControllerMachines", "ControllerRuntime", "PrometheusMetrics"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // The Kubernetes libraries: no word about machine learning below this line.
        library("KubernetesCore"),
        library("ControllerMachines", ["KubernetesCore", collections]),
        library(
            "KubernetesClient",
            [
                "KubernetesCore", logging, nioCore, nioPosix, nioHTTP1, nioSSL, yams,
                product("AsyncHTTPClient", "async-http-client"),
                product("Subprocess", "swift-subprocess"),
                product("SystemPackage", "swift-system"),
            ]),
        library("PrometheusMetrics"),
        library(
            "ControllerRuntime",
            [
                "KubernetesCore", "ControllerMachines", "KubernetesClient", "PrometheusMetrics", logging,
                serviceLifecycle, nioCore, nioPosix, httpTypes, product("HummingbirdCore", "hummingbird"),
            ]),

        // The Common Expression Language, with no word about Kubernetes.
        library("CEL"),

        // Fairlead: the kinds, the pure planners and their thin shells.
        library("FairleadAPI", ["KubernetesCore", "CEL", yams]),
        library(
            "FairleadPlanning",
            ["KubernetesCore", "CEL", "FairleadAPI", crypto, product("HeapModule", "swift-collections")]),
        library(
            "FairleadControllers",
            [
                "KubernetesCore", "KubernetesClient", "ControllerMachines", "ControllerRuntime", "FairleadAPI",
                "FairleadPlanning", "PrometheusMetrics", logging, serviceLifecycle, crypto, httpTypes, nioCore,
                nioPosix, nioSSL,
                product("HummingbirdCore", "hummingbird"),
                product("HummingbirdTLS", "hummingbird"),
                product("SwiftASN1", "swift-asn1"),
                product("X509", "swift-certificates"),
            ]),

        // The data plane of inference.
        library(
            "FairleadRouter",
            [
                "KubernetesCore", "KubernetesClient", "ControllerMachines", "ControllerRuntime", "FairleadAPI",
                "PrometheusMetrics", logging, serviceLifecycle, collections, crypto, nioCore, nioPosix, nioHTTP1,
                nioHTTP2, nioHPACK,
                product("AsyncHTTPClient", "async-http-client"),
            ]),

        // The local cluster.
        library(
            "LocalControllers",
            [
                "KubernetesCore", "KubernetesClient", "ControllerMachines", "ControllerRuntime", logging,
                serviceLifecycle, crypto,
            ]),
        library(
            "LocalAPIServer",
            [
                "KubernetesCore", "ControllerMachines", "CEL", collections, logging, serviceLifecycle, crypto, yams,
                nioCore, nioPosix, nioHTTP1, nioSSL,
                product("GRDB", "GRDB.swift"),
                httpTypes,
                product("Hummingbird", "hummingbird"),
                product("HummingbirdTLS", "hummingbird"),
                product("SwiftASN1", "swift-asn1"),
                product("X509", "swift-certificates"),
            ]),
        library(
            "LocalNode",
            [
                "KubernetesCore", "KubernetesClient", collections, logging, serviceLifecycle, crypto, yams, nioCore,
                nioPosix, nioHTTP1, nioSSL,
                product("AsyncHTTPClient", "async-http-client"),
                product("Subprocess", "swift-subprocess"),
                product("SystemPackage", "swift-system"),
            ]),

        // What the pod's own containers run: fetch, store, the notifier, and what collects payloads.
        library(
            "FairleadArtifacts",
            [
                "KubernetesCore", "PrometheusMetrics", crypto, logging, serviceLifecycle, httpTypes, nioCore, nioPosix,
                nioHTTP1,
                product("AsyncHTTPClient", "async-http-client"),
                product("HummingbirdCore", "hummingbird"),
                product("Subprocess", "swift-subprocess"),
                product("SystemPackage", "swift-system"),
            ]),

        // The binary.
        library(
            "FairleadCLI",
            [
                "KubernetesCore", "KubernetesClient", "ControllerRuntime", "FairleadAPI", "FairleadPlanning",
                "FairleadControllers", "FairleadArtifacts", "FairleadRouter", "LocalAPIServer", "LocalControllers",
                "LocalNode", "PrometheusMetrics", logging, serviceLifecycle, yams, nioCore,
                product("UnixSignals", "swift-service-lifecycle"),
                product("ArgumentParser", "swift-argument-parser"),
            ]),
        .executableTarget(name: "fairlead", dependencies: ["FairleadCLI"], swiftSettings: settings),

        // What tests and benchmarks share.
        library("PropertyTesting", path: "Tests/PropertyTesting"),
        library(
            "KubernetesTesting",
            [
                "KubernetesCore", "KubernetesClient", "ControllerMachines", "ControllerRuntime", "PropertyTesting",
                logging,
            ], path: "Tests/KubernetesTesting"),
        library(
            "ClusterTesting", ["KubernetesCore", "KubernetesClient", "LocalAPIServer"], path: "Tests/ClusterTesting"),
        .executableTarget(
            name: "fairlead-kubelet-sim",
            dependencies: [
                "KubernetesCore", "KubernetesClient", "ControllerRuntime", "KubernetesTesting", logging,
                serviceLifecycle, product("UnixSignals", "swift-service-lifecycle"),
                product("ArgumentParser", "swift-argument-parser"),
            ],
            path: "Tests/fairlead-kubelet-sim",
            swiftSettings: settings),
        .executableTarget(
            name: "PipelineBenchmark",
            dependencies: [
                "KubernetesCore", "KubernetesClient", "ControllerMachines", "ControllerRuntime", "FairleadAPI",
                "FairleadControllers",
                "FairleadPlanning", "LocalAPIServer", "ClusterTesting", "KubernetesTesting", logging,
            ],
            path: "Benchmarks/PipelineBenchmark",
            swiftSettings: settings),

        .executableTarget(
            name: "RouterBenchmark",
            dependencies: [
                "KubernetesCore", "KubernetesClient", "ControllerRuntime", "FairleadAPI", "FairleadRouter",
                "LocalAPIServer", "ClusterTesting", logging, nioCore, nioPosix, nioHTTP1,
            ],
            path: "Benchmarks/RouterBenchmark",
            swiftSettings: settings),

        // The operator of the guide in ControllerRuntime's documentation: a user of the Kubernetes libraries alone.
        .executableTarget(
            name: "WebsiteOperator",
            dependencies: [
                "KubernetesCore", "KubernetesClient", "ControllerMachines", "ControllerRuntime", logging,
                serviceLifecycle, product("UnixSignals", "swift-service-lifecycle"),
            ],
            path: "docs/examples/WebsiteOperator",
            exclude: ["website.yaml"],
            swiftSettings: settings),
        tests(
            "WebsiteOperatorTests",
            [
                "WebsiteOperator", "KubernetesCore", "KubernetesClient", "ControllerRuntime", "FairleadAPI",
                "LocalAPIServer", "ClusterTesting", logging,
            ]),

        tests("KubernetesCoreTests", ["PropertyTesting", "KubernetesCore"]),
        tests("ControllerMachinesTests", ["PropertyTesting", "KubernetesCore", "ControllerMachines"]),
        tests(
            "KubernetesClientTests",
            [
                "PropertyTesting", "KubernetesCore", "KubernetesClient", nioCore, nioPosix, nioHTTP1, nioSSL, yams,
                product("AsyncHTTPClient", "async-http-client"),
            ],
            resources: [.copy("Fixtures")]),
        tests("PrometheusMetricsTests", ["PropertyTesting", "PrometheusMetrics"]),
        tests(
            "ControllerRuntimeTests",
            [
                "KubernetesCore", "KubernetesClient", "ControllerMachines", "ControllerRuntime", "PrometheusMetrics",
                "KubernetesTesting", "PropertyTesting", logging, serviceLifecycle,
            ]),
        tests("CELTests", ["PropertyTesting", "KubernetesCore", "CEL"]),
        tests("FairleadAPITests", ["PropertyTesting", "KubernetesCore", "CEL", "FairleadAPI", yams]),
        tests(
            "FairleadPlanningTests", ["PropertyTesting", "KubernetesCore", "CEL", "FairleadAPI", "FairleadPlanning"]),
        tests(
            "FairleadRouterTests",
            [
                "PropertyTesting", "KubernetesTesting", "KubernetesCore", "KubernetesClient", "ControllerRuntime",
                "FairleadAPI", "FairleadRouter", "PrometheusMetrics", logging, serviceLifecycle, nioCore, nioPosix,
                nioHTTP1, nioHTTP2, nioHPACK,
            ]),
        tests(
            "LocalControllersTests",
            [
                "PropertyTesting", "KubernetesCore", "KubernetesClient", "ControllerMachines", "ControllerRuntime",
                "LocalControllers", "LocalAPIServer", "ClusterTesting", "KubernetesTesting", logging,
            ]),
        tests("LocalAPIServerTests", ["PropertyTesting", "KubernetesCore", "LocalAPIServer", yams]),
        tests(
            "FairleadArtifactsTests",
            [
                "PropertyTesting", "KubernetesCore", "FairleadArtifacts", nioCore, nioPosix, nioHTTP1,
                product("AsyncHTTPClient", "async-http-client"),
            ]),
        tests(
            "LocalNodeTests",
            ["PropertyTesting", "KubernetesCore", "KubernetesClient", "LocalNode", logging, nioCore, nioPosix]),
        tests(
            "ScenarioTests",
            [
                "KubernetesCore", "KubernetesClient", "ControllerMachines", "ControllerRuntime", "FairleadAPI",
                "FairleadPlanning", "FairleadControllers", "FairleadRouter", "LocalAPIServer", "LocalControllers",
                "PrometheusMetrics", "ClusterTesting", "KubernetesTesting", "PropertyTesting", logging,
            ]),
        tests("EndToEndTests", ["fairlead", "fairlead-kubelet-sim", "KubernetesCore", crypto]),
        tests(
            "FairleadCLITests",
            [
                "FairleadCLI", "KubernetesCore", "KubernetesClient", "ControllerRuntime", "FairleadAPI",
                "FairleadPlanning", "LocalAPIServer", "ClusterTesting", "KubernetesTesting", logging,
            ]),
    ],
    swiftLanguageModes: [.v6]
)
