import FakePhone

/// Something that a tab did on the network: an event of the DevTools Protocol's domain `Network`.
struct NetworkEvent {
    /// The tab, as `Browser.tab()` names it.
    var tab: JSONValue
    var method: String
    var parameters: JSONValue

    /// Reads an entry of the performance log; nil for one of another domain.
    init?(_ entry: JSONValue) {
        let text = entry["message"]?.string ?? ""
        guard let event = JSONValue(Array(text.utf8)),
            let method = event["message"]?["method"]?.string, method.hasPrefix("Network.")
        else { return nil }
        tab = event["webview"] ?? .null
        self.method = method
        parameters = event["message"]?["params"] ?? .null
    }

    /// What is asked for, when this is the beginning of a request or of a WebSocket.
    var asksFor: String? {
        switch method {
        case "Network.requestWillBeSent": parameters["request"]?["url"]?.string
        case "Network.webSocketCreated": parameters["url"]?.string
        default: nil
        }
    }
}
