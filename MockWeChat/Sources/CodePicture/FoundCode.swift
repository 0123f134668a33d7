/// A code found in a picture.
package struct FoundCode: Sendable, Hashable {
    package let text: String
    /// The area of the box around it, in pixels of the picture as it was given.
    package let area: Int
}
