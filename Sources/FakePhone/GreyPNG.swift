internal import CLibPNG

/// A picture in shades of grey, read and written by libpng's simplified interface, which reports
/// errors without long jumps.
struct GreyPNG: Equatable {
    /// The most pixels that are read.
    static let pixelsMax = 16 << 20

    var width: Int
    var height: Int
    /// Row by row, one byte a pixel: 0 is black.
    var shades: [UInt8]

    // libpng writes these as macros of macros, which do not reach Swift.
    private static let version: UInt32 = 1
    private static let grey: UInt32 = 0x00
    private static let white = png_color(red: 255, green: 255, blue: 255)

    init(width: Int, height: Int, shades: [UInt8]) {
        self.width = width
        self.height = height
        self.shades = shades
    }

    /// Reads the bytes of a PNG; what is transparent in it becomes white.
    ///
    /// Nil when they are none, damaged, or more than `pixelsMax`.
    init?(_ bytes: [UInt8]) {
        // libpng keeps a pointer to the input until the picture is finished.
        let read: GreyPNG? = bytes.withUnsafeBytes { input in
            var image = png_image()
            image.version = Self.version
            defer { png_image_free(&image) }
            guard png_image_begin_read_from_memory(&image, input.baseAddress, input.count) != 0
            else { return nil }
            let (width, height) = (Int(image.width), Int(image.height))
            guard width * height <= Self.pixelsMax else { return nil }
            image.format = Self.grey
            var background = Self.white
            var shades = [UInt8](repeating: 0, count: width * height)
            let finished = shades.withUnsafeMutableBytes {
                png_image_finish_read(&image, &background, $0.baseAddress, 0, nil)
            }
            return finished == 0 ? nil : GreyPNG(width: width, height: height, shades: shades)
        }
        guard let read else { return nil }
        self = read
    }

    /// The bytes of the PNG.
    var bytes: [UInt8] {
        var image = png_image()
        image.version = Self.version
        image.width = UInt32(width)
        image.height = UInt32(height)
        image.format = Self.grey
        defer { png_image_free(&image) }
        // Deflate never grows its input by more than this (RFC 1951); the rest is for chunks.
        var count = png_alloc_size_t(shades.count + shades.count / 8 + 4096)
        var bytes = [UInt8](repeating: 0, count: Int(count))
        let written = shades.withUnsafeBytes { input in
            bytes.withUnsafeMutableBytes {
                png_image_write_to_memory(
                    &image,
                    $0.baseAddress,
                    &count,
                    0,
                    input.baseAddress,
                    0,
                    nil
                )
            }
        }
        precondition(written != 0, "there is room for every picture")
        bytes.removeSubrange(Int(count)...)
        return bytes
    }
}
