/// One answer as WeChat gives it.
package struct WeChatResponse: Sendable, Equatable {
    package enum Body: Sendable, Equatable {
        case bytes([UInt8])
        /// A picture still to be drawn; the server draws it, always to the same bytes.
        case picture(PictureOrder)
    }

    package var status: Int
    package var contentType: String
    package var body: Body

    package init(status: Int = 200, contentType: String, body: Body) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// A code picture to draw.
package struct PictureOrder: Sendable, Equatable {
    /// What the code says: `<public url>/_mock/c/<code id>`.
    package let text: String
    /// Pixels, both ways.
    package let width: Int
    package let red: UInt8
    package let green: UInt8
    package let blue: UInt8
    package let transparent: Bool
}

/// An answer and what is to be done around it.
package struct WeChatReply: Sendable, Equatable {
    package let response: WeChatResponse
    /// The mock's time of the call.
    package let at: Moment
    /// How long to wait in real time before answering.
    package let delayMilliseconds: Int
    /// The journal's number of this exchange.
    package let sequence: Int
}
