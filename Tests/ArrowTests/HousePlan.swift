/// Which rooms there are, on which rank each lies, and what some of them never see: the plan that
/// imports and `Package.swift` are held against.
///
/// Rooms that are not built yet have their places too.
enum HousePlan {
    /// Two buildings that share no type: bytes are their only tie.
    enum Building {
        case house
        case mock
    }

    enum Kind {
        case room
        /// Reads its configuration, builds, runs: here clocks and dice come from.
        case program
        /// A C library of the system: a module map and no code of ours.
        case systemLibrary
    }

    struct Room {
        var name: String
        var rank: Int
        var building: Building
        var kind: Kind
    }

    static let rooms: [Room] =
        house([
            (4, ["login-server", "fake-phone", "simulate"]),
            (3, ["LoginServer", "Simulator"]),
            (2, ["LoginService", "FakePhone", "LoginStoreSQLite", "LoginStorePostgres"]),
            (1, ["OpenIDConnect", "LoginStore", "WeChatClient", "LibPQ", "HTTPTransportAHC"]),
            (0, ["LoginDomain", "HTTPTransport", "WebSocketUpgrade"]),
        ])
        + mock([
            (4, ["mock-wechat"]),
            (3, ["MockWeChat"]),
            (2, ["MockWeChatServer"]),
            (0, ["MockWeChatWorld", "CodePicture"]),
        ])
        + [
            Room(name: "CLibPQ", rank: 0, building: .house, kind: .systemLibrary),
            Room(name: "CQREncode", rank: -1, building: .mock, kind: .systemLibrary),
            Room(name: "CLibPNG", rank: -1, building: .mock, kind: .systemLibrary),
            Room(name: "CZBar", rank: -1, building: .mock, kind: .systemLibrary),
        ]

    /// The arrows between the buildings: the simulator plays WeChat by the mock's pure function, in one
    /// process and without a wire; and libpng is the system's, whichever of the two names it.
    static let bridges: Set<Arrow> = [
        Arrow(from: "FakePhone", to: "CLibPNG"),
        Arrow(from: "Simulator", to: "MockWeChatWorld"),
        Arrow(from: "simulate", to: "MockWeChatWorld"),
    ]

    /// Modules a room never sees, by the beginning of their names.
    ///
    /// What the rank forbids anyway is not said again.
    static let neverSees: [String: [String]] = [
        "LoginDomain": ["Foundation", "Dispatch", "Glibc", "Synchronization", "NIO", "Crypto"],
        "OpenIDConnect": ["NIO", "Hummingbird", "AsyncHTTPClient", "GRDB", "HTTPTransport"],
        "HTTPTransport": ["NIO", "AsyncHTTPClient", "Foundation"],
        "WebSocketUpgrade": ["Hummingbird.", "Foundation"],
        "WeChatClient": ["LoginDomain", "NIO", "AsyncHTTPClient", "Hummingbird"],
        "LoginStore": ["GRDB", "SQLite", "NIO", "Hummingbird", "Foundation"],
        "LoginService": ["Hummingbird", "NIO", "GRDB", "SQLite", "HTTPTypes", "HTTPTransport"],
        "LoginServer": ["LoginStore", "GRDB", "AsyncHTTPClient", "HTTPTransport"],
        "LoginStoreSQLite": ["NIO", "Hummingbird"],
        "LoginStorePostgres": ["NIO", "Hummingbird", "GRDB"],
        "FakePhone": ["Login", "OpenIDConnect", "WeChatClient", "WebSocketUpgrade", "Hummingbird"],
        "fake-phone": [
            "Login", "OpenIDConnect", "WeChatClient", "WebSocketUpgrade", "Hummingbird",
        ],
        "Simulator": ["Hummingbird", "NIO", "HTTPTransportAHC"],
        "MockWeChatWorld": ["NIO", "Hummingbird", "HTTPTypes", "Synchronization"],
        "CodePicture": ["NIO", "Hummingbird", "Foundation"],
    ]

    static func room(_ name: String) -> Room? {
        rooms.first { $0.name == name }
    }

    /// The room a module is; a module's name has `_` where its target has `-`.
    static func room(module: String) -> Room? {
        rooms.first { $0.name == module || $0.name == module.replacing("_", with: "-") }
    }

    private static func house(_ ranks: [(rank: Int, names: [String])]) -> [Room] {
        build(ranks, in: .house)
    }

    private static func mock(_ ranks: [(rank: Int, names: [String])]) -> [Room] {
        build(ranks, in: .mock)
    }

    private static func build(
        _ ranks: [(rank: Int, names: [String])],
        in building: Building
    ) -> [Room] {
        ranks.flatMap { rank, names in
            names.map {
                Room(name: $0, rank: rank, building: building, kind: rank == 4 ? .program : .room)
            }
        }
    }
}

/// One room knows another, or a module of somebody else.
struct Arrow: Hashable {
    var from: String
    var to: String
}
