// swift-tools-version: 6.3
import PackageDescription

// The rooms of the house, lowest rank first. An import goes to a strictly lower rank;
// ARCHITECTURE.md shows the picture, Tests/ArrowTests keeps anyone from declaring a forbidden arrow.

// MARK: - Outside packages

let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let asyncHTTPClient: Target.Dependency = .product(
    name: "AsyncHTTPClient",
    package: "async-http-client"
)
let configuration: Target.Dependency = .product(
    name: "Configuration",
    package: "swift-configuration"
)
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(
    name: "HummingbirdTesting",
    package: "hummingbird"
)
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1: Target.Dependency = .product(
    name: "NIOHTTPTypesHTTP1",
    package: "swift-nio-extras"
)
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let orderedCollections: Target.Dependency = .product(
    name: "OrderedCollections",
    package: "swift-collections"
)
let serviceLifecycle: Target.Dependency = .product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let swiftASN1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let unixSignals: Target.Dependency = .product(
    name: "UnixSignals",
    package: "swift-service-lifecycle"
)
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

// MARK: - Rooms

var targets: [Target] = []

/// A room under Sources/.
@MainActor func room(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    resources: [Resource]? = nil
) {
    targets.append(.target(name: name, dependencies: dependencies, resources: resources))
}

/// A program under Sources/: reads its configuration, builds, runs.
@MainActor func program(_ name: String, _ dependencies: [Target.Dependency]) {
    targets.append(.executableTarget(name: name, dependencies: dependencies))
}

/// The tests of a room, under Tests/.
@MainActor func tests(_ name: String, _ dependencies: [Target.Dependency]) {
    targets.append(.testTarget(name: name, dependencies: dependencies))
}

/// A C library of the system, found by pkg-config.
@MainActor func systemLibrary(_ name: String, at path: String, pkgConfig: String, apt: String) {
    targets.append(
        .systemLibrary(name: name, path: path, pkgConfig: pkgConfig, providers: [.apt([apt])])
    )
}

/// A room of the mock, under MockWeChat/Sources/.
///
/// None of them sees a room under Sources/.
@MainActor func mockRoom(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    resources: [Resource]? = nil
) {
    targets.append(
        .target(
            name: name,
            dependencies: dependencies,
            path: "MockWeChat/Sources/\(name)",
            resources: resources
        )
    )
}

/// A program of the mock, under MockWeChat/Sources/.
@MainActor func mockProgram(_ name: String, _ dependencies: [Target.Dependency]) {
    targets.append(
        .executableTarget(
            name: name,
            dependencies: dependencies,
            path: "MockWeChat/Sources/\(name)"
        )
    )
}

/// The tests of a room of the mock, under MockWeChat/Tests/.
@MainActor func mockTests(_ name: String, _ dependencies: [Target.Dependency]) {
    targets.append(
        .testTarget(name: name, dependencies: dependencies, path: "MockWeChat/Tests/\(name)")
    )
}

// rank 0: ground
room("LoginDomain")
room("HTTPTransport", [httpTypes])
room(
    "WebSocketUpgrade",
    [
        httpTypes, hummingbirdCore, logging, nioCore, nioHTTP1, nioHTTPTypes, nioHTTPTypesHTTP1,
        nioWebSocket,
    ]
)

// rank 1: protocols
room("HTTPTransportAHC", ["HTTPTransport", httpTypes, asyncHTTPClient, nioCore, nioHTTP1, nioSSL])
room("LoginStore", ["LoginDomain"])
room("OpenIDConnect", ["LoginDomain", crypto, cryptoExtras])
room("WeChatClient", ["HTTPTransport", httpTypes])

// rank 2: use cases
room(
    "FakePhone",
    [
        "CLibPNG", "HTTPTransport", "HTTPTransportAHC", crypto, cryptoExtras, httpTypes, nioCore,
        nioPosix, nioHTTP1, nioWebSocket, nioSSL, yams,
    ]
)
room(
    "LoginService",
    ["LoginDomain", "LoginStore", "OpenIDConnect", "WeChatClient", crypto, logging]
)
room("LoginStoreSQLite", ["LoginDomain", "LoginStore", grdb])

// rank 3: edge
room(
    "LoginServer",
    [
        "LoginDomain", "LoginService", "OpenIDConnect", "WeChatClient", "WebSocketUpgrade",
        configuration, crypto, httpTypes, hummingbird, hummingbirdCore, logging, nioCore,
        nioWebSocket, serviceLifecycle,
        yams,
    ],
    resources: [.embedInCode("Pages/Templates"), .embedInCode("Pages/assets")]
)

room(
    "Simulator",
    [
        "HTTPTransport", "LoginDomain", "LoginService", "LoginStore", "MockWeChatWorld",
        "OpenIDConnect", "WeChatClient", crypto, httpTypes, logging,
    ]
)

// rank 4: programs
program(
    "fake-phone",
    ["FakePhone", "HTTPTransport", "HTTPTransportAHC", argumentParser, unixSignals]
)
program(
    "login-server",
    [
        "HTTPTransport", "HTTPTransportAHC", "LoginDomain", "LoginServer", "LoginService",
        "LoginStore", "LoginStoreSQLite", "OpenIDConnect", "WeChatClient", argumentParser, crypto,
        cryptoExtras, hummingbird, logging, nioCore,
    ]
)
program("simulate", ["Simulator", argumentParser])

// The mock: a world of its own, next to the house.
systemLibrary(
    "CQREncode",
    at: "MockWeChat/Sources/CQREncode",
    pkgConfig: "libqrencode",
    apt: "libqrencode-dev"
)
systemLibrary("CLibPNG", at: "MockWeChat/Sources/CLibPNG", pkgConfig: "libpng", apt: "libpng-dev")
systemLibrary("CZBar", at: "MockWeChat/Sources/CZBar", pkgConfig: "zbar", apt: "libzbar-dev")
mockRoom("CodePicture", ["CQREncode", "CLibPNG", "CZBar"])
mockRoom("MockWeChatWorld", [crypto, cryptoExtras, deque, orderedCollections, yams])
mockRoom(
    "MockWeChatServer",
    [
        "CodePicture", "MockWeChatWorld", asyncHTTPClient, crypto, logging, nioCore, nioHTTP1,
        nioPosix, nioSSL, serviceLifecycle, swiftASN1, x509,
    ],
    resources: [.embedInCode("PhonePage"), .embedInCode("MiniProgramLib")]
)
mockRoom("MockWeChat", ["MockWeChatServer", "MockWeChatWorld", logging, nioCore])
mockProgram(
    "mock-wechat",
    [
        "MockWeChat", "MockWeChatServer", "MockWeChatWorld", argumentParser, logging, nioCore,
        serviceLifecycle, unixSignals,
    ]
)

// MARK: - Tests

tests("ArrowTests", [])
targets.append(
    .target(
        name: "TestSupport",
        dependencies: [
            "HTTPTransport", "LoginDomain", "LoginServer", "LoginService", "LoginStore",
            "OpenIDConnect", "WeChatClient", crypto, cryptoExtras, httpTypes, hummingbird,
            hummingbirdTesting, logging, nioCore,
        ],
        path: "Tests/TestSupport"
    )
)
targets.append(
    .target(
        name: "LoginStoreContract",
        dependencies: ["LoginDomain", "LoginStore"],
        path: "Tests/LoginStoreContract"
    )
)
// The insecure design that the conformance kit must see through.
targets.append(
    .executableTarget(
        name: "article-server",
        dependencies: [
            "FakePhone", "HTTPTransport", "HTTPTransportAHC", argumentParser, httpTypes, nioCore,
            nioHTTP1, nioPosix, nioWebSocket,
        ],
        path: "Tests/ArticleServer"
    )
)
tests("LoginDomainTests", ["LoginDomain", "TestSupport"])
tests("OpenIDConnectTests", ["OpenIDConnect", "LoginDomain", "TestSupport", crypto, cryptoExtras])
tests("LoginStoreTests", ["LoginDomain", "LoginStore", "LoginStoreContract", "TestSupport"])
tests(
    "LoginStoreSQLiteTests",
    [
        "LoginStoreSQLite", "LoginDomain", "LoginService", "LoginStore", "LoginStoreContract",
        "TestSupport", grdb,
    ]
)
tests(
    "WeChatClientTests",
    ["WeChatClient", "HTTPTransport", "LoginDomain", "TestSupport", httpTypes]
)
tests(
    "LoginServiceTests",
    ["LoginService", "HTTPTransport", "LoginDomain", "LoginStore", "WeChatClient", "TestSupport"]
)
tests(
    "LoginServerTests",
    [
        "LoginServer", "HTTPTransport", "HTTPTransportAHC", "LoginDomain", "LoginService",
        "LoginStore", "MockWeChat", "OpenIDConnect", "TestSupport", "WeChatClient",
        "WebSocketUpgrade", crypto, cryptoExtras, httpTypes, hummingbird, hummingbirdCore,
        hummingbirdTesting, logging, nioCore, nioEmbedded, nioHTTP1, nioPosix, nioWebSocket,
        serviceLifecycle,
    ]
)
tests(
    "HTTPTransportAHCTests",
    [
        "HTTPTransport", "HTTPTransportAHC", "TestSupport", "WeChatClient", crypto, cryptoExtras,
        httpTypes, nioCore, nioPosix, nioSSL, nioTLS, swiftASN1, x509,
    ]
)
tests("SimulatorTests", ["Simulator", "simulate", subprocess, systemPackage])
tests(
    "FakePhoneTests",
    ["FakePhone", "HTTPTransport", httpTypes, nioCore, nioPosix, nioHTTP1, nioWebSocket]
)
tests(
    "EndToEndTests",
    [
        "FakePhone", "HTTPTransport", "HTTPTransportAHC", "article-server", "fake-phone",
        "login-server",
        "mock-wechat", httpTypes, nioCore, nioPosix, subprocess, systemPackage,
    ]
)
// The page about the library, as another package would compile it.
targets.append(
    .testTarget(
        name: "PhoneLibraryTests",
        dependencies: ["FakePhone", "MockWeChat"],
        path: "Tests/PhoneLibraryTests",
        packageAccess: false
    )
)
mockTests("CodePictureTests", ["CodePicture"])
mockTests("MockWeChatTests", ["MockWeChat", asyncHTTPClient, nioCore])
mockTests("MockWeChatWorldTests", ["MockWeChatWorld"])
mockTests(
    "MockWeChatServerTests",
    [
        "CodePicture", "MockWeChatServer", "MockWeChatWorld", asyncHTTPClient, crypto, logging,
        nioCore,
        nioHTTP1, nioPosix, nioSSL, serviceLifecycle,
    ]
)

// MARK: - Settings, the same for every room

let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
for target in targets where target.type != .system && target.type != .plugin {
    target.swiftSettings = (target.swiftSettings ?? []) + settings
}

let package = Package(
    name: "scan-login",
    products: [
        // What other Swift projects link for their tests.
        .library(name: "FakePhone", targets: ["FakePhone"]),
        .library(name: "MockWeChat", targets: ["MockWeChat"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(
            url: "https://github.com/apple/swift-configuration",
            from: "1.4.0",
            traits: ["JSON", "YAML"]
        ),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: targets
)
