/// A call whose general checks have passed.
struct Call: Sendable {
    let request: WeChatRequest
    let now: Moment
    /// The app of the access token; nil for calls that carry appid and secret themselves.
    let appid: String?
    /// The members of the JSON body that are present and not null.
    let members: [String: JSON]

    /// A parameter of the query; an empty one counts as absent.
    func parameter(_ name: String) -> String? {
        request.value(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A string member of the body; an empty one counts as absent.
    func text(_ name: String) -> String? {
        members[name]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
}
