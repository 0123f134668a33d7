/// Code pictures: from a text to a PNG, and from a picture or a screenshot back to the texts.
///
/// Owns: drawing a QR code with libqrencode, the PNG codec on libpng, reading codes with libzbar.
/// Does not own: what a text means (that is `MockWeChatWorld`), HTTP, files, time or dice.
/// Called by: `MockWeChatServer`. The same text and style always give the same bytes.

import CQREncode

/// Draws code pictures.
package enum CodePicture {
    /// The light border that ISO/IEC 18004 asks for, in modules.
    private static let quietZone = 4

    /// Draws `text` as a QR code and gives the bytes of a PNG.
    package static func draw(
        _ text: String,
        style: CodePictureStyle = CodePictureStyle()
    ) throws(CodePictureError) -> [UInt8] {
        let modules = try Modules(text)
        // Whole pixels for a module keep its edges crisp; what is left over widens the border.
        let scale = style.width / (modules.width + 2 * quietZone)
        guard scale >= 1 else { throw .widthTooSmall }
        let border = (style.width - scale * modules.width) / 2
        var pixels = [UInt8](repeating: 0, count: style.width * style.width)
        for row in 0..<modules.width {
            var line = [UInt8](repeating: 0, count: style.width)
            for column in 0..<modules.width where modules.isDark(row: row, column: column) {
                let left = border + column * scale
                line.replaceSubrange(left..<left + scale, with: repeatElement(1, count: scale))
            }
            for copy in 0..<scale {
                let top = (border + row * scale + copy) * style.width
                pixels.replaceSubrange(top..<top + style.width, with: line)
            }
        }
        do throws(PNGError) {
            return try PNG.encodeTwoColours(
                pixels,
                width: style.width,
                height: style.width,
                background: style.transparent ? nil : .white,
                line: style.line
            )
        } catch {
            throw .png(error)
        }
    }

    /// The square of dark and light modules, as libqrencode gives it.
    private struct Modules {
        let width: Int
        private let data: [UInt8]

        init(_ text: String) throws(CodePictureError) {
            // Level M survives a worn screenshot and keeps the modules of a short URL large.
            guard let code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1) else {
                throw .textTooLong
            }
            defer { QRcode_free(code) }
            width = Int(code.pointee.width)
            data = Array(UnsafeBufferPointer(start: code.pointee.data, count: width * width))
        }

        /// The lowest bit of a module is its colour.
        func isDark(row: Int, column: Int) -> Bool {
            data[row * width + column] & 1 == 1
        }
    }
}
