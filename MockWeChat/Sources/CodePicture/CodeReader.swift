import CZBar

/// Reads the QR codes of a picture or of a screenshot with one in it.
package enum CodeReader {
    /// Enlarging stops where a picture would grow over this.
    private static let enlargedPixelsMax = 40_000_000

    /// The sizes a picture is read at, in this order, until something is found.
    ///
    /// libzbar walks the picture in single lines: it misses modules of one or two pixels, and in very
    /// large modules it can trip over the noise of a scaled edge.
    private static let scales = [(1, 1), (2, 1), (1, 2), (3, 1), (1, 3), (3, 2), (2, 3)]

    /// The codes of a picture, the largest first.
    package static func read(_ picture: GreyRaster) -> [FoundCode] {
        for (numerator, denominator) in scales {
            if numerator > denominator {
                let pixels = picture.samples.count * numerator * numerator
                guard pixels / (denominator * denominator) <= enlargedPixelsMax else { continue }
            }
            let found =
                numerator == denominator
                ? scan(picture)
                : scan(picture.scaled(numerator: numerator, denominator: denominator))
            guard found.isEmpty else {
                let square = denominator * denominator
                let codes = found.map {
                    FoundCode(text: $0.text, area: $0.area * square / (numerator * numerator))
                }
                return codes.sorted { ($1.area, $0.text) < ($0.area, $1.text) }
            }
        }
        return []
    }

    private static func scan(_ picture: GreyRaster) -> [FoundCode] {
        guard let scanner = zbar_image_scanner_create() else { return [] }
        defer { zbar_image_scanner_destroy(scanner) }
        zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0)
        zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1)
        guard let image = zbar_image_create() else { return [] }
        defer { zbar_image_destroy(image) }
        zbar_image_set_format(image, greyFormat)
        zbar_image_set_size(image, UInt32(picture.width), UInt32(picture.height))
        return picture.samples.withUnsafeBytes { samples in
            // No clean-up handler: the samples belong to the array, and libzbar does not write.
            zbar_image_set_data(image, samples.baseAddress, UInt(samples.count), nil)
            guard zbar_scan_image(scanner, image) > 0 else { return [] }
            var codes: [FoundCode] = []
            var symbol = zbar_image_first_symbol(image)
            while let current = symbol {
                codes.append(FoundCode(text: text(of: current), area: area(of: current)))
                symbol = zbar_symbol_next(current)
            }
            return codes
        }
    }

    /// The four letters `Y800`, libzbar's name of one byte of brightness a pixel.
    private static let greyFormat: UInt = 0x3030_3859

    private static func text(of symbol: OpaquePointer) -> String {
        guard let data = zbar_symbol_get_data(symbol) else { return "" }
        let count = Int(zbar_symbol_get_data_length(symbol))
        return data.withMemoryRebound(to: UInt8.self, capacity: count) {
            String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
        }
    }

    private static func area(of symbol: OpaquePointer) -> Int {
        let count = zbar_symbol_get_loc_size(symbol)
        guard count > 0 else { return 0 }
        let xs = (0..<count).map { Int(zbar_symbol_get_loc_x(symbol, $0)) }
        let ys = (0..<count).map { Int(zbar_symbol_get_loc_y(symbol, $0)) }
        guard let left = xs.min(), let right = xs.max(), let top = ys.min(), let bottom = ys.max()
        else { return 0 }
        return (right - left) * (bottom - top)
    }
}
