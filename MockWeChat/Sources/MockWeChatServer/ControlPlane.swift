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

// MARK: - The table
