internal import Foundation

/// A picture as a browser shows it: the bytes, and nothing else.
///
/// It is all that passes from a browser to a phone. What the picture says only WeChat knows.
package struct Picture: Sendable, Equatable {
    package let bytes: [UInt8]

    /// A picture of PNG bytes; nil when they do not begin as PNG does.
    package init?(png bytes: [UInt8]) {
        guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else {
            return nil
        }
        self.bytes = bytes
    }

    /// A picture whose bytes were just made.
    init(knownPNG bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Takes the picture out of a data URL: `data:image/png;base64,…`.
    ///
    /// Nil when it is no base64 data URL of an image, or not a PNG by its first bytes. The
    /// declared type is not believed further than `image/`.
    package init?(dataURL: String) {
        guard let comma = dataURL.firstIndex(of: ",") else { return nil }
        let head = dataURL[..<comma].lowercased()
        guard head.hasPrefix("data:image/"), head.hasSuffix(";base64"),
            let data = Data(base64Encoded: String(dataURL[dataURL.index(after: comma)...]))
        else { return nil }
        self.init(png: Array(data))
    }

    /// The picture as a data URL, as a page shows it.
    package var dataURL: String {
        "data:image/png;base64,\(Data(bytes).base64EncodedString())"
    }

    /// Width and height in pixels, out of the PNG's first chunk; nil when it has none.
    package var size: (width: Int, height: Int)? {
        guard bytes.count >= 24, Array(bytes[12..<16]) == Array("IHDR".utf8) else { return nil }
        let number = { (from: Int) in
            self.bytes[from..<from + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        return (number(16), number(20))
    }
}
