import CodePicture
import HTTPTypes
import HummingbirdCore
import MockWeChatWorld

/// The mock's own paths: looking at the world, changing it, and holding a phone in it.
struct ControlPlane: Sendable {
    let keeper: WorldKeeper

    func respond(to request: Request) async throws -> Response {
        let target = request.head.path ?? "/"
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let segments = parts[0].split(separator: "/").dropFirst().map { PercentCoding.decode($0) }
        do throws(ControlError) {
            let (route, parameters) = try Self.route(request.method, segments)
            guard let body = try await Self.body(of: request, upTo: route.bodyBytesMax) else {
                throw .tooLarge("a body of at most \(route.bodyBytesMax) bytes")
            }
            let query = parts.count > 1 ? QueryItem.items(of: parts[1]) : []
            return try route.answer(
                keeper,
                ControlCall(parameters: parameters, query: query, body: body)
            ).response
        } catch {
            return ControlAnswer.refusal(error).response
        }
    }

    /// A body that breaks off is not an answer anybody waits for.
    private static func body(
        of request: Request,
        upTo countMax: Int
    ) async throws(ControlError) -> [UInt8]? {
        do {
            return try await request.bytes(upTo: countMax)
        } catch {
            throw .notJSON
        }
    }

    private static func route(
        _ method: HTTPRequest.Method,
        _ segments: [String]
    ) throws(ControlError) -> (ControlRoute, [String]) {
        let here = ControlRoute.all.filter { $0.matches(segments) }
        guard let first = here.first else {
            throw .noSuchPath("/_mock/" + segments.joined(separator: "/"))
        }
        guard let route = here.first(where: { $0.method == method }) else {
            throw .methodNotAllowed(allowed: here.map(\.method.rawValue))
        }
        return (route, first.parameters(segments))
    }
}

/// A call to the control plane, its path already understood.
struct ControlCall: Sendable {
    /// The variable segments of the path, decoded.
    let parameters: [String]
    let query: [QueryItem]
    let body: [UInt8]

    func json() throws(ControlError) -> JSON {
        guard let json = JSON(parsing: body) else { throw .notJSON }
        return json
    }
}

/// One path of the control plane.
struct ControlRoute: Sendable {
    typealias Answer = @Sendable (WorldKeeper, ControlCall) throws(ControlError) -> ControlAnswer

    let method: HTTPRequest.Method
    /// The segments after `/_mock`; `*` stands for any one.
    let path: [String]
    let bodyBytesMax: Int
    let answer: Answer

    private init(
        _ method: HTTPRequest.Method,
        _ path: String,
        bodyBytesMax: Int = MockWeChatLimits.bodyBytesMax,
        answer: @escaping Answer
    ) {
        self.method = method
        self.path = path.split(separator: "/").map(String.init)
        self.bodyBytesMax = bodyBytesMax
        self.answer = answer
    }

    func matches(_ segments: [String]) -> Bool {
        segments.count == path.count && zip(path, segments).allSatisfy { $0 == "*" || $0 == $1 }
    }

    func parameters(_ segments: [String]) -> [String] {
        zip(path, segments).filter { $0.0 == "*" }.map(\.1)
    }
}

// MARK: - The table

extension ControlRoute {
    static let all: [ControlRoute] = looking + changing + phones + faults

    private static let looking = [
        ControlRoute(.get, "health") { keeper, _ throws(ControlError) in
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
        ControlRoute(.get, "world") { keeper, _ throws(ControlError) in
            .json(keeper.visit { world, _ in world.description }.json)
        },
        ControlRoute(.get, "journal") { keeper, call throws(ControlError) in
            // The copy is cheap and writing it out is not, so that happens outside the lock.
            .json(try keeper.visit { world, _ in world }.journalJSON(call.query))
        },
        ControlRoute(.get, "clock") { keeper, _ throws(ControlError) in
            .json(keeper.visit { world, real in world.clockJSON(real: real) })
        },
        ControlRoute(.get, "c/*") { keeper, call throws(ControlError) in
            let id = call.parameters[0]
            let code = try keeper.visit { world, _ throws(ControlError) in try world.code(id) }
            return .html(CodePage.html(id: id, code))
        },
    ]

    private static let changing = [
        ControlRoute(.post, "reset") { keeper, _ throws(ControlError) in
            keeper.visit { world, _ in world.reset() }
            return .json(["status": "ok"])
        },
        ControlRoute(.post, "people") { keeper, call throws(ControlError) in
            let json = try call.json()
            return .json(
                try keeper.visit { world, _ throws(ControlError) in try world.addPerson(json) }
            )
        },
        ControlRoute(.post, "apps") { keeper, call throws(ControlError) in
            let json = try call.json()
            return .json(
                try keeper.visit { world, _ throws(ControlError) in try world.addApp(json) }
            )
        },
        ControlRoute(.post, "clock") { keeper, call throws(ControlError) in
            let json = try call.json()
            return .json(
                try keeper.visit { world, real throws(ControlError) in
                    try world.changeClock(json, real: real)
                }
            )
        },
    ]

    private static let phones = [
        ControlRoute(.post, "phones/*/login") { keeper, call throws(ControlError) in
            let json = try call.json()
            return .json(
                try keeper.visit { world, real throws(ControlError) in
                    let now = world.now(real: real)
                    return try world.login(person: call.parameters[0], json, at: now)
                }
            )
        },
        ControlRoute(
            .post,
            "phones/*/scan",
            bodyBytesMax: MockWeChatLimits.pictureBytesMax
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

    private static let faults = [
        ControlRoute(.get, "faults") { keeper, _ throws(ControlError) in
            .json(keeper.visit { world, _ in world.faultsJSON })
        },
        ControlRoute(.post, "faults") { keeper, call throws(ControlError) in
            let json = try call.json()
            return .json(
                try keeper.visit { world, _ throws(ControlError) in try world.addFault(json) }
            )
        },
        ControlRoute(.delete, "faults") { keeper, _ throws(ControlError) in
            .json(keeper.visit { world, _ in world.removeFaults() })
        },
        ControlRoute(.delete, "faults/*") { keeper, call throws(ControlError) in
            .json(
                try keeper.visit { world, _ throws(ControlError) in
                    try world.removeFault(call.parameters[0])
                }
            )
        },
    ]
}

extension ControlCall {
    /// The value of the one parameter that the query may have.
    fileprivate func only(_ name: String) throws(ControlError) -> String? {
        for item in query where item.name != name {
            throw .bad(
                DescriptionError(
                    member: item.name,
                    problem: "unknown parameter; known is \(name)"
                )
            )
        }
        return query.last?.value
    }
}

/// Reads the codes of a picture that a phone was held over.
enum PictureReading {
    static func texts(_ bytes: [UInt8]) throws(ControlError) -> [String] {
        let picture: GreyRaster
        do throws(PNGError) {
            picture = try PNG.decodeGrey(bytes, pixelsMax: MockWeChatLimits.picturePixelsMax)
        } catch {
            switch error {
            case .tooManyPixels:
                let limit = MockWeChatLimits.picturePixelsMax
                throw .tooLarge("a picture of at most \(limit) pixels")
            case .notPNG: throw .notPNG("the bytes of a PNG")
            case .damaged, .cannotEncode: throw .notPNG("a PNG that is not damaged")
            }
        }
        return CodeReader.read(picture).map(\.text)
    }
}
