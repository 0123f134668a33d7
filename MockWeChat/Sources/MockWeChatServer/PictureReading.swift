import CodePicture
import MockWeChatWorld

/// Reads the codes of a picture that a phone was held over.
enum PictureReading {
    static func texts(_ bytes: [UInt8]) throws(ControlError) -> [String] {
        let picture: GreyRaster
        do throws(PNGError) {
            picture = try PNG.decodeGrey(bytes, pixelsMax: MockWeChatLimits.picturePixelsMax)
        } catch {
            switch error {
            case .tooManyPixels:
                let limit = MockWeChatLimits.picturePixelsMax
                throw .tooLarge("a picture of at most \(limit) pixels")
            case .notPNG: throw .notPNG("the bytes of a PNG")
            case .damaged, .cannotEncode: throw .notPNG("a PNG that is not damaged")
            }
        }
        return CodeReader.read(picture).map(\.text)
    }
}
