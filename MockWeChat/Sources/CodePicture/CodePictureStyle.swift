/// How a code picture looks.
package struct CodePictureStyle: Sendable, Hashable {
    /// The picture is exactly `width` x `width` pixels.
    package var width: Int
    /// The colour of the dark modules.
    package var line: Colour
    /// A transparent background instead of a white one.
    package var transparent: Bool

    package init(width: Int = 430, line: Colour = .black, transparent: Bool = false) {
        self.width = width
        self.line = line
        self.transparent = transparent
    }
}
