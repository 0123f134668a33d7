import CLibPNG

/// The PNG codec: libpng's simplified interface, which reports errors without long jumps.
package enum PNG {
    /// The first eight bytes of every PNG (RFC 2083, section 3.1).
    package static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    // libpng writes these as macros of macros, which do not reach Swift.
    private static let version: UInt32 = 1
    private static let grey: UInt32 = 0x00
    private static let rgba: UInt32 = 0x03
    private static let rgbaColourMap: UInt32 = 0x0B
    private static let fast: UInt32 = 0x02

    /// Reads a picture with all its colours.
    package static func decode(_ bytes: [UInt8], pixelsMax: Int) throws(PNGError) -> Raster {
        let read = try read(bytes, format: rgba, channels: 4, pixelsMax: pixelsMax)
        return Raster(width: read.width, height: read.height, rgba: read.samples)
    }

    /// Reads a picture as brightness; transparent pixels are composed onto white.
    package static func decodeGrey(_ bytes: [UInt8], pixelsMax: Int) throws(PNGError) -> GreyRaster
    {
        let read = try read(bytes, format: grey, channels: 1, pixelsMax: pixelsMax)
        return GreyRaster(width: read.width, height: read.height, samples: read.samples)
    }

    /// Writes a picture with all its colours.
    package static func encode(_ raster: Raster) throws(PNGError) -> [UInt8] {
        try write(
            raster.rgba,
            width: raster.width,
            height: raster.height,
            format: rgba,
            colourMap: []
        )
    }

    /// Writes a picture of two colours: pixel 0 is the background, pixel 1 the line.
    ///
    /// No background means a transparent one.
    package static func encodeTwoColours(
        _ pixels: [UInt8],
        width: Int,
        height: Int,
        background: Colour?,
        line: Colour
    ) throws(PNGError) -> [UInt8] {
        let back = background ?? .white
        return try write(
            pixels,
            width: width,
            height: height,
            format: rgbaColourMap,
            colourMap: [
                back.red, back.green, back.blue, background == nil ? 0 : 255,
                line.red, line.green, line.blue, 255,
            ]
        )
    }

    private static func read(
        _ bytes: [UInt8],
        format: UInt32,
        channels: Int,
        pixelsMax: Int
    ) throws(PNGError) -> (width: Int, height: Int, samples: [UInt8]) {
        guard bytes.starts(with: signature) else { throw .notPNG }
        // libpng keeps a pointer to the input until the picture is finished.
        return try bytes.withUnsafeBytes { input in
            read(input, format: format, channels: channels, pixelsMax: pixelsMax)
        }.get()
    }

    private static func read(
        _ input: UnsafeRawBufferPointer,
        format: UInt32,
        channels: Int,
        pixelsMax: Int
    ) -> Result<(width: Int, height: Int, samples: [UInt8]), PNGError> {
        var image = png_image()
        image.version = version
        defer { png_image_free(&image) }
        guard png_image_begin_read_from_memory(&image, input.baseAddress, input.count) != 0
        else { return .failure(.damaged) }
        let (width, height) = (Int(image.width), Int(image.height))
        guard width * height <= pixelsMax else { return .failure(.tooManyPixels) }
        image.format = format
        var white = png_color(red: 255, green: 255, blue: 255)
        var samples = [UInt8](repeating: 0, count: width * height * channels)
        let finished = samples.withUnsafeMutableBytes {
            png_image_finish_read(&image, &white, $0.baseAddress, 0, nil)
        }
        guard finished != 0 else { return .failure(.damaged) }
        return .success((width, height, samples))
    }

    private static func write(
        _ samples: [UInt8],
        width: Int,
        height: Int,
        format: UInt32,
        colourMap: [UInt8]
    ) throws(PNGError) -> [UInt8] {
        var image = png_image()
        image.version = version
        image.width = UInt32(width)
        image.height = UInt32(height)
        image.format = format
        image.colormap_entries = UInt32(colourMap.count / 4)
        defer { png_image_free(&image) }
        // The pictures have two colours in few large blocks: the fast setting makes them hardly larger.
        image.flags = fast
        let written: [UInt8]? = samples.withUnsafeBytes { input in
            colourMap.withUnsafeBytes { map -> [UInt8]? in
                // Deflate never grows its input by more than this (RFC 1951); the rest is for chunks.
                var count = png_alloc_size_t(samples.count + samples.count / 8 + 4096)
                var bytes = [UInt8](repeating: 0, count: Int(count))
                let wrote = bytes.withUnsafeMutableBytes {
                    png_image_write_to_memory(
                        &image,
                        $0.baseAddress,
                        &count,
                        0,
                        input.baseAddress,
                        0,
                        map.baseAddress
                    )
                }
                guard wrote != 0 else { return nil }
                bytes.removeSubrange(Int(count)...)
                return bytes
            }
        }
        guard let written else { throw .cannotEncode }
        return written
    }
}
