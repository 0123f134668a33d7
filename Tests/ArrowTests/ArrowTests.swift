import Testing

/// Imports, and what `Package.swift` declares, go strictly downwards.
struct ArrowTests {
    @Test func `every import goes to a lower rank`() throws {
        let folders = try ProjectTree.roomFolders()
        #expect(folders.count > 10)
        for folder in folders {
            for file in folder.files {
                for module in ArrowRules.imports(in: file.text) {
                    let objection = ArrowRules.objection(to: Arrow(from: folder.name, to: module))
                    #expect(objection == nil, "\(file.path)")
                }
            }
        }
    }

    @Test func `the mock's tests see nothing of the house`() throws {
        for file in try ProjectTree.swiftFiles(under: "MockWeChat/Tests") {
            for module in ArrowRules.imports(in: file.text) {
                #expect(HousePlan.room(module: module)?.building != .house, "\(file.path)")
            }
        }
    }

    @Test func `every declared arrow goes to a lower rank`() throws {
        let manifest = Manifest(text: try ProjectTree.text("Package.swift"))
        #expect(manifest.declarations.count > 10)
        for declaration in manifest.declarations {
            for module in declaration.rooms + declaration.outside {
                let arrow = Arrow(from: declaration.name, to: module)
                #expect(ArrowRules.objection(to: arrow) == nil)
            }
        }
    }

    @Test func `every folder is declared, and every declaration has its folder`() throws {
        let manifest = Manifest(text: try ProjectTree.text("Package.swift"))
        let folders = try ProjectTree.roomFolders().map(\.name)
        #expect(manifest.declarations.map(\.name).sorted() == folders.sorted())
        for declaration in manifest.declarations {
            let room = try #require(HousePlan.room(declaration.name), "\(declaration.name)")
            #expect(declaration.function == Self.function(for: room))
        }
    }

    @Test func `what a room declares is what it imports`() throws {
        let manifest = Manifest(text: try ProjectTree.text("Package.swift"))
        let products = Set(manifest.products.values)
        for folder in try ProjectTree.roomFolders() {
            let declaration = try #require(
                manifest.declarations.first { $0.name == folder.name },
                "\(folder.name)"
            )
            let imported = Set(folder.files.flatMap { ArrowRules.imports(in: $0.text) })
            let known = imported.filter {
                HousePlan.room(module: $0) != nil || products.contains($0)
            }
            #expect(
                known.sorted() == Set(declaration.rooms + declaration.outside).sorted(),
                "\(folder.name)"
            )
        }
    }

    @Test func `the picture in ARCHITECTURE.md shows the rooms that are built`() throws {
        let picture = ArrowRules.picture(in: try ProjectTree.text("ARCHITECTURE.md"))
        let built = try ProjectTree.roomFolders().compactMap { HousePlan.room($0.name) }
            .filter { $0.kind != .systemLibrary }
        let ranks = Dictionary(uniqueKeysWithValues: built.map { ($0.name, $0.rank) })
        #expect(picture == ranks)
    }

    private static func function(for room: HousePlan.Room) -> String {
        switch (room.kind, room.building) {
        case (.room, .house): "room"
        case (.program, .house): "program"
        case (.room, .mock): "mockRoom"
        case (.program, .mock): "mockProgram"
        case (.systemLibrary, _): "systemLibrary"
        }
    }
}

/// The rules above, on samples that break them.
struct ArrowRuleTests {
    @Test(
        arguments: [
            ("LoginStore", "LoginDomain", nil),
            ("LoginStore", "Foundation", "LoginStore never sees Foundation"),
            ("LoginStore", "LoginStore", "LoginStore (1) is not above LoginStore (1)"),
            ("LoginStore", "WeChatClient", "LoginStore (1) is not above WeChatClient (1)"),
            ("LoginDomain", "LoginStore", "LoginDomain (0) is not above LoginStore (1)"),
            ("LoginDomain", "FoundationEssentials", "LoginDomain never sees Foundation"),
            ("LoginService", "NIOCore", "LoginService never sees NIO"),
            ("LoginServer", "LoginStoreSQLite", "LoginServer never sees LoginStore"),
            ("LoginServer", "login_server", "LoginServer (3) is not above login_server (4)"),
            ("WebSocketUpgrade", "HummingbirdCore", nil),
            ("WebSocketUpgrade", "Hummingbird", "WebSocketUpgrade never sees Hummingbird."),
            ("login-server", "MockWeChatWorld", "login-server and MockWeChatWorld share no type"),
            (
                "MockWeChatServer", "HTTPTransport",
                "MockWeChatServer and HTTPTransport share no type"
            ),
            ("CodePicture", "CZBar", nil),
            ("Simulator", "MockWeChatWorld", nil),
            ("Simulator", "MockWeChatServer", "Simulator and MockWeChatServer share no type"),
            ("LoginStorePostgres", "LibPQ", nil),
            ("LibPQ", "CLibPQ", nil),
            ("FakePhone", "LoginDomain", "FakePhone never sees Login"),
            ("Attic", "LoginDomain", "Attic has no place in the plan"),
        ] as [(String, String, String?)]
    )
    func `an arrow is judged`(from: String, to: String, objection: String?) {
        #expect(ArrowRules.objection(to: Arrow(from: from, to: to)) == objection)
    }

    @Test func `imports are found in every spelling and nowhere else`() {
        let text = """
            // import Commented
            /* import Blocked
               /* nested */ import Nested */
            import Plain
            package import Wide
              @testable import Tested
            @_spi(Kit) internal import Inner
            import struct Picky.Thing
            let text = "import Quoted"
            let raw = #"\\#(value) " import Raw"#
            let many = \"""
                import Quoted
                \"""
            #if canImport(Guarded)
            import Guarded
            #endif
            """
        #expect(
            ArrowRules.imports(in: text)
                == ["Plain", "Wide", "Tested", "Inner", "Picky", "Guarded"]
        )
    }

    @Test func `a manifest is read with its dependencies`() {
        let manifest = Manifest(
            text: """
                let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
                let nioCore: Target.Dependency = .product(
                    name: "NIOCore",
                    package: "swift-nio"
                )
                @MainActor func room(_ name: String, _ dependencies: [Target.Dependency] = []) {
                }
                // room("Commented", ["LoginDomain"])
                room("LoginDomain")
                room(
                    "LoginServer",
                    [
                        "LoginDomain", crypto,
                        nioCore,
                    ],
                    resources: [.embedInCode("Pages/Templates")]
                )
                room("Bare", resources: [.embedInCode("Pages")])
                mockProgram("mock-wechat", ["MockWeChatServer"])
                systemLibrary("CZBar", at: "somewhere", pkgConfig: "zbar", apt: "libzbar-dev")
                """
        )
        #expect(
            manifest.declarations == [
                .init(function: "room", name: "LoginDomain", rooms: [], outside: []),
                .init(
                    function: "room",
                    name: "LoginServer",
                    rooms: ["LoginDomain"],
                    outside: ["Crypto", "NIOCore"]
                ),
                .init(function: "room", name: "Bare", rooms: [], outside: []),
                .init(
                    function: "mockProgram",
                    name: "mock-wechat",
                    rooms: ["MockWeChatServer"],
                    outside: []
                ),
                .init(function: "systemLibrary", name: "CZBar", rooms: [], outside: []),
            ]
        )
    }

    @Test func `a picture is read by its columns`() {
        let picture = ArrowRules.picture(
            in: """
                Words before, and 3 numbers.
                4  programs   login-server        mock-wechat
                2  use cases  LoginService
                """
        )
        #expect(picture == ["login-server": 4, "mock-wechat": 4, "LoginService": 2])
    }
}
