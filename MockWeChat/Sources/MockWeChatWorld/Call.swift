/// A call whose general checks have passed.
struct Call: Sendable {
    let request: WeChatRequest
    let now: Moment
    let endpoint: Endpoint
    /// The app of the access token; nil for calls that carry appid and secret themselves.
    let appid: String?
    /// The members of the JSON body that are present and not null.
    var members: [String: JSON] = [:]
    /// The file of a multipart body.
    var file: MultipartForm.Part?

    /// A parameter of the query; an empty one counts as absent.
    func parameter(_ name: String) -> String? {
        request.value(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A string member of the body; an empty one counts as absent.
    func text(_ name: String) -> String? {
        members[name]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    func integer(_ name: String) -> Int? { members[name]?.integer }

    func flag(_ name: String) -> Bool? { members[name]?.bool }
}
