/// An answer and what is to be done around it.
package struct WeChatReply: Sendable, Equatable {
    package let response: WeChatResponse
    /// The mock's time of the call.
    package let at: Moment
    /// How long to wait in real time before answering.
    package let delayMilliseconds: Int
    /// How the connection breaks instead of carrying the answer; nil: it does not.
    package let cut: ConnectionCut?
    /// How the body goes out; nil: all at once.
    package let flow: BodyFlow?
    /// The journal's number of this exchange.
    package let sequence: Int
}
