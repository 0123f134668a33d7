/// Values that always give the same answer, so that a test needs no call to the control plane.
///
/// `mock.errcode.40163` as js_code, appid, scene, openid or phone-number code answers 40163, and
/// `mock.login.alice` as js_code logs alice in, as often as it is sent.
enum MagicValue {
    private static let errorPrefix = "mock.errcode."
    private static let loginPrefix = "mock.login."

    /// The refusal that a value asks for; nil for an ordinary value and for a number without a text.
    static func error(in value: String?) -> WeChatError? {
        guard let value, value.hasPrefix(errorPrefix),
            let code = Int(value.dropFirst(errorPrefix.count)), code != 0
        else { return nil }
        let error = WeChatError(code)
        return error.text(in: .api) == nil ? nil : error
    }

    /// The person that a js_code stands for.
    static func person(in code: String) -> String? {
        guard code.hasPrefix(loginPrefix) else { return nil }
        return String(code.dropFirst(loginPrefix.count))
    }
}
