import MockWeChatWorld

/// An answer, read as JSON when it is no picture.
struct Answer {
    let response: WeChatResponse
    let json: JSON

    init(_ response: WeChatResponse) {
        self.response = response
        switch response.body {
        case .bytes(let bytes): json = JSON(parsing: bytes) ?? .null
        case .picture: json = .null
        }
    }

    /// Nil for a success without one and for a picture.
    var errcode: Int? { json["errcode"]?.integer }
    var errmsg: String { json["errmsg"]?.string ?? "" }
    var token: String { json["access_token"]?.string ?? "" }
    var expiresIn: Int? { json["expires_in"]?.integer }

    /// The text without the request id, or the whole when it has none.
    var text: String {
        let parts = errmsg.split(separator: "rid: ", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : errmsg
    }

    var picture: PictureOrder? {
        switch response.body {
        case .bytes: nil
        case .picture(let order): order
        }
    }
}
