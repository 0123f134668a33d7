/// Why bytes are no picture that can be worked with.
package enum PNGError: Error, Sendable, Equatable {
    /// The bytes do not begin as a PNG does.
    case notPNG
    /// More pixels than the caller allows.
    case tooManyPixels
    /// It begins as a PNG and libpng cannot read on.
    case damaged
    case cannotEncode
}
