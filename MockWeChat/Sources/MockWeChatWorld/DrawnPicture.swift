import Crypto
import FoundationEssentials

/// What a journal says about a picture instead of showing it.
package struct DrawnPicture: Sendable, Equatable {
    let bytes: Int
    let sha256: String

    package init(_ picture: [UInt8]) {
        bytes = picture.count
        sha256 = Hex.text(SHA256.hash(data: picture))
    }
}
