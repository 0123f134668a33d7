/// Why no code picture was made.
package enum CodePictureError: Error, Sendable, Equatable {
    /// The text does not fit into a QR code.
    case textTooLong
    /// The width has no room for the modules and their quiet zone.
    case widthTooSmall
    case png(PNGError)
}
