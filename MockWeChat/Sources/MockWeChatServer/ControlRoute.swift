import MockWeChatWorld
import NIOHTTP1

/// One path of the control plane.
struct ControlRoute: Sendable {
    typealias Answer = @Sendable (WorldKeeper, ControlCall) throws(ControlError) -> ControlAnswer

    let method: HTTPMethod
    /// The segments after `/_mock`; `*` stands for any one.
    let path: [String]
    let bodyBytesMax: Int
    /// Whether the query has a meaning; elsewhere a parameter is refused.
    let hasQuery: Bool
    let visitor: Visitor
    let answer: Answer

    /// Whom a path is for, beside programs: `OriginGate` says what is asked of them.
    enum Visitor: Sendable {
        case anybody
        /// A browser, that came by a name that is the mock's own.
        case browser
        /// A script of the virtual phone's page.
        case phonePage
    }

    private init(
        _ method: HTTPMethod,
        _ path: String,
        bodyBytesMax: Int = MockWeChatLimits.bodyBytesMax,
        hasQuery: Bool = false,
        visitor: Visitor = .anybody,
        answer: @escaping Answer
    ) {
        self.method = method
        self.path = path.split(separator: "/").map(String.init)
        self.bodyBytesMax = bodyBytesMax
        self.hasQuery = hasQuery
        self.visitor = visitor
        self.answer = answer
    }

    func matches(_ segments: [String]) -> Bool {
        segments.count == path.count && zip(path, segments).allSatisfy { $0 == "*" || $0 == $1 }
    }

    func parameters(_ segments: [String]) -> [String] {
        zip(path, segments).filter { $0.0 == "*" }.map(\.1)
    }
}

extension ControlRoute {
    static let all: [ControlRoute] = looking + changing + phones + phoneCalls + phonePage + faults

    private static let looking = [
        ControlRoute(.GET, "health") { keeper, _ throws(ControlError) in
            .json(
                keeper.visit { world, real in
                    [
                        "status": "ok",
                        "seed": .integer(Int(world.description.seed)),
                        "now": .string(world.now(real: real).iso8601),
                    ]
                }
            )
        },
        ControlRoute(.GET, "world") { keeper, _ throws(ControlError) in
            .json(keeper.visit { world, _ in world.description }.json)
        },
        ControlRoute(.GET, "journal", hasQuery: true) { keeper, call throws(ControlError) in
            // The copy is cheap and writing it out is not, so that happens outside the lock.
            .json(
                try keeper.visit { world, _ in world }.journalJSON(
                    call.query,
                    drawn: call.pictures.digest
                )
            )
        },
        ControlRoute(.GET, "costs") { keeper, _ throws(ControlError) in
            .json(keeper.visit { world, real in world.costsJSON(at: world.now(real: real)) })
        },
        ControlRoute(.GET, "events") { keeper, _ throws(ControlError) in
            .json(keeper.visit { world, _ in world.eventsJSON })
        },
        ControlRoute(.GET, "ledger", hasQuery: true) { _, call throws(ControlError) in
            switch try call.only("format") {
            case nil, "json": return .json(Ledger.json)
            case "markdown": return .text(Ledger.markdown, type: "text/markdown; charset=utf-8")
            case .some:
                throw .bad(
                    DescriptionError(member: "format", problem: "expected json or markdown")
                )
            }
        },
        ControlRoute(.GET, "clock") { keeper, _ throws(ControlError) in
            .json(keeper.visit { world, real in world.clockJSON(real: real) })
        },
        ControlRoute(.GET, "c/*") { keeper, call throws(ControlError) in
            let id = call.parameters[0]
            let code = try keeper.visit { world, _ throws(ControlError) in try world.code(id) }
            return .html(CodePage.html(id: id, code))
        },
    ]

    private static let changing = [
        ControlRoute(.POST, "reset") { keeper, _ throws(ControlError) in
            keeper.visit { world, _ in world.reset() }
            return .json(["status": "ok"])
        },
        ControlRoute(.POST, "people") { keeper, call throws(ControlError) in
            let json = try call.json()
            return .json(
                try keeper.visit { world, _ throws(ControlError) in try world.addPerson(json) }
            )
        },
        ControlRoute(.POST, "apps") { keeper, call throws(ControlError) in
            let json = try call.json()
            return .json(
                try keeper.visit { world, _ throws(ControlError) in try world.addApp(json) }
            )
        },
        ControlRoute(.POST, "apps/*") { keeper, call throws(ControlError) in
            let json = try call.json()
            return .json(
                try keeper.visit { world, _ throws(ControlError) in
                    try world.changeApp(call.parameters[0], json)
                }
            )
        },
        ControlRoute(.POST, "clock") { keeper, call throws(ControlError) in
            let json = try call.json()
            return .json(
                try keeper.visit { world, real throws(ControlError) in
                    try world.changeClock(json, real: real)
                }
            )
        },
    ]

    private static let phones = [
        ControlRoute(.POST, "phones/*/login") { keeper, call throws(ControlError) in
            let json = try call.json()
            return .json(
                try keeper.visit { world, real throws(ControlError) in
                    let now = world.now(real: real)
                    return try world.login(person: call.parameters[0], json, at: now)
                }
            )
        },
        ControlRoute(.POST, "phones/*/phone-number") { keeper, call throws(ControlError) in
            let json = try call.json()
            return .json(
                try keeper.visit { world, real throws(ControlError) in
                    let now = world.now(real: real)
                    return try world.phoneNumber(person: call.parameters[0], json, at: now)
                }
            )
        },
        ControlRoute(.POST, "phones/*/profile") { keeper, call throws(ControlError) in
            let json = try call.json()
            return .json(
                try keeper.visit { world, real throws(ControlError) in
                    let now = world.now(real: real)
                    return try world.profile(person: call.parameters[0], json, at: now)
                }
            )
        },
        ControlRoute(.POST, "phones/*/subscribe") { keeper, call throws(ControlError) in
            let json = try call.json()
            return .json(
                try keeper.visit { world, _ throws(ControlError) in
                    try world.subscribe(person: call.parameters[0], json)
                }
            )
        },
        ControlRoute(
            .POST,
            "phones/*/scan",
            bodyBytesMax: MockWeChatLimits.pictureBytesMax,
            hasQuery: true
        ) { keeper, call throws(ControlError) in
            let person = call.parameters[0]
            let how = try call.only("how")
            let way = try keeper.visit { world, _ throws(ControlError) in
                try world.checkScan(person: person, how: how)
            }
            // Reading the picture takes long; the world is not held up by it.
            let texts = try PictureReading.texts(call.body)
            return .json(
                try keeper.visit { world, _ throws(ControlError) in
                    try world.scan(person: person, way: way, texts: texts)
                }
            )
        },
    ]

    private static let phoneCalls = [
        ControlRoute(
            .POST,
            "phones/*/request",
            bodyBytesMax: MockWeChatLimits.phoneRequestBytesMax,
            visitor: .phonePage
        ) { keeper, call throws(ControlError) in
            let json = try call.json()
            return try keeper.visit { world, _ throws(ControlError) in
                try world.phoneRequest(person: call.parameters[0], json)
            }.answer
        },
        // The body is the file; what goes with it is JSON in the query.
        ControlRoute(
            .POST,
            "phones/*/upload",
            bodyBytesMax: MockWeChatLimits.phoneUploadBytesMax,
            hasQuery: true,
            visitor: .phonePage
        ) { keeper, call throws(ControlError) in
            guard let text = try call.only("call"), let json = JSON(parsing: Array(text.utf8))
            else {
                throw .notJSON
            }
            return try keeper.visit { world, _ throws(ControlError) in
                try world.phoneUpload(person: call.parameters[0], json, file: call.body)
            }.answer
        },
    ]

    private static let phonePage = [
        ControlRoute(.GET, "phone", hasQuery: true, visitor: .browser) {
            _,
            _ throws(ControlError) in .asset(.page)
        },
        ControlRoute(.GET, "phone/*", visitor: .browser) { _, call throws(ControlError) in
            guard let asset = PhoneAsset.all[call.parameters[0]] else {
                throw .noSuchPath("/_mock/phone/\(call.parameters[0])")
            }
            return .asset(asset)
        },
        ControlRoute(.GET, "mini-program", visitor: .browser) { _, call throws(ControlError) in
            .json(try call.miniProgram.list())
        },
        ControlRoute(.GET, "mini-program/*", visitor: .browser) { _, call throws(ControlError) in
            .asset(try call.miniProgram.script(call.parameters[0]))
        },
        ControlRoute(.GET, "codes") { keeper, _ throws(ControlError) in
            .json(keeper.visit { world, real in world.codesJSON(at: world.now(real: real)) })
        },
        ControlRoute(.GET, "c/*/picture") { keeper, call throws(ControlError) in
            let order = try keeper.visit { world, _ throws(ControlError) in
                try world.picture(ofCode: call.parameters[0], publicURL: call.publicURL)
            }
            return .picture(order, call.pictures)
        },
    ]

    private static let faults = [
        ControlRoute(.GET, "faults") { keeper, _ throws(ControlError) in
            .json(keeper.visit { world, _ in world.faultsJSON })
        },
        ControlRoute(.POST, "faults") { keeper, call throws(ControlError) in
            let json = try call.json()
            return .json(
                try keeper.visit { world, _ throws(ControlError) in try world.addFault(json) }
            )
        },
        ControlRoute(.DELETE, "faults") { keeper, _ throws(ControlError) in
            .json(keeper.visit { world, _ in world.removeFaults() })
        },
        ControlRoute(.DELETE, "faults/*") { keeper, call throws(ControlError) in
            .json(
                try keeper.visit { world, _ throws(ControlError) in
                    try world.removeFault(call.parameters[0])
                }
            )
        },
    ]
}

extension PhoneErrand {
    fileprivate var answer: ControlAnswer {
        switch self {
        case .send(let request): .errand(request)
        case .fail(let errMsg): .json(["errMsg": .string(errMsg)])
        }
    }
}
