import HTTPTransport

/// A node's line to WeChat, with at most one bug.
struct PlantedLine: HTTPTransport {
    let stage: Stage
    let line: WeChatLine

    func send(_ call: HTTPCall) async throws(HTTPTransportError) -> HTTPAnswer {
        var call = call
        if stage.plant == .forcesTokens {
            let text = String(decoding: call.body, as: UTF8.self)
            call.body = Array(
                text.replacing(#""force_refresh":false"#, with: #""force_refresh":true"#).utf8
            )
        }
        do {
            return try await line.send(call)
        } catch {
            guard stage.plant == .retriesWeChat, error == .cutOff else { throw error }
            return try await line.send(call)
        }
    }
}
