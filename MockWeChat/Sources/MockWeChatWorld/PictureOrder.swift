/// A code picture to draw.
package struct PictureOrder: Sendable, Hashable {
    /// What the code says: `<public url>/_mock/c/<code id>`.
    package let text: String
    /// Pixels, both ways.
    package let width: Int
    package let red: UInt8
    package let green: UInt8
    package let blue: UInt8
    package let transparent: Bool
}
