import MockWeChatWorld
import NIOCore
import NIOHTTP1

/// The mock's own paths: looking at the world, changing it, and holding a phone in it.
struct ControlPlane: Sendable {
    let keeper: WorldKeeper
    let pictures: PictureCache
    let publicURL: String?
    let miniProgram: MiniProgramSource
    let gate: OriginGate

    func respond(to request: MockRequest) -> ControlAnswer {
        let parts = request.target.split(
            separator: "?",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let segments = parts[0].split(separator: "/").dropFirst().map { PercentCoding.decode($0) }
        do throws(ControlError) {
            try gate.checkOrigin(of: request)
            // A page whose own name was made to point here is a page of another site, too.
            if !request.headers["origin"].isEmpty { try gate.checkHost(of: request) }
            let (route, parameters) = try Self.route(request.method.rawValue, segments)
            if route.visitor != .anybody { try gate.checkHost(of: request) }
            if route.visitor == .phonePage { try gate.checkHeader(of: request) }
            guard request.body.readableBytes <= route.bodyBytesMax else {
                throw .tooLarge("a body of at most \(route.bodyBytesMax) bytes")
            }
            let query = parts.count > 1 ? QueryItem.items(of: parts[1]) : []
            if !route.hasQuery, let item = query.first {
                throw .bad(
                    DescriptionError(member: item.name, problem: "this path has no parameters")
                )
            }
            return try route.answer(
                keeper,
                ControlCall(
                    parameters: parameters,
                    query: query,
                    pictures: pictures,
                    miniProgram: miniProgram,
                    publicURL: publicURL(of: request),
                    body: Array(request.body.readableBytesView)
                )
            )
        } catch {
            return .refusal(error)
        }
    }

    private func publicURL(of request: MockRequest) -> String {
        var headers = HeaderBlock()
        if let host = request.headers.first(name: "host") { headers.add("host", host) }
        return WeChatRequest(
            method: request.method.rawValue,
            target: request.target,
            headers: headers,
            isEncrypted: request.isEncrypted,
            publicURL: publicURL
        ).publicURL
    }

    private static func route(
        _ method: String,
        _ segments: [String]
    ) throws(ControlError) -> (ControlRoute, [String]) {
        let here = ControlRoute.all.filter { $0.matches(segments) }
        guard let first = here.first else {
            throw .noSuchPath("/_mock/" + segments.joined(separator: "/"))
        }
        guard let route = here.first(where: { $0.method.rawValue == method }) else {
            throw .methodNotAllowed(allowed: here.map(\.method.rawValue))
        }
        return (route, first.parameters(segments))
    }
}
