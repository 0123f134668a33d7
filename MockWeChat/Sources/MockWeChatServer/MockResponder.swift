import HTTPTypes
import Hummingbird
import HummingbirdCore
import MockWeChatWorld
import NIOCore

/// Sends a request to the control plane or to WeChat, by its path alone.
struct MockResponder: HTTPResponder {
    let gate: WeChatGate
    let control: ControlPlane

    func respond(to request: Request, context: MockContext) async throws -> Response {
        let target = request.head.path ?? "/"
        guard target == "/_mock" || target.hasPrefix("/_mock/") || target.hasPrefix("/_mock?")
        else {
            return try await gate.respond(to: request, from: context.callerIP)
        }
        return try await control.respond(to: request)
    }
}

extension Request {
    /// The whole body, or nil when it is larger than allowed.
    func bytes(upTo countMax: Int) async throws -> [UInt8]? {
        do {
            let buffer = try await body.collect(upTo: countMax)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            return nil
        }
    }
}
