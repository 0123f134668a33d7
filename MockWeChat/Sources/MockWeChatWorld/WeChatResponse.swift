/// One answer as WeChat gives it.
package struct WeChatResponse: Sendable, Equatable {
    package enum Body: Sendable, Equatable {
        case bytes([UInt8])
        /// A picture still to be drawn; the server draws it, always to the same bytes.
        case picture(PictureOrder)
    }

    package var status: Int
    package var contentType: String
    /// Beside content type and length.
    package var fields: [HeaderField]
    package var body: Body

    package init(
        status: Int = 200,
        contentType: String,
        fields: [HeaderField] = [],
        body: Body
    ) {
        self.status = status
        self.contentType = contentType
        self.fields = fields
        self.body = body
    }
}
