/// How the body of an answer goes out, where it is not all at once.
package enum BodyFlow: Sendable, Equatable {
    /// A byte now and then: the next one after so much real time.
    case trickle(milliseconds: Int)
    /// So long in all; spaces follow what is there, as fast as the caller takes them.
    ///
    /// They are not kept anywhere, so it may be longer than memory.
    case padded(bytes: Int)
}
