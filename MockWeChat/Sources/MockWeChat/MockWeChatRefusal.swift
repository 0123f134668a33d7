/// The mock refused what a test asked of its control plane.
public struct MockWeChatRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// A word such as `no_such_person`.
    public let error: String
    /// What is wrong and what was expected.
    public let detail: String

    public var description: String { detail.isEmpty ? error : "\(error): \(detail)" }
}
