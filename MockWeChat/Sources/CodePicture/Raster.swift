/// A picture in memory: four bytes a pixel, red, green, blue, opacity, row by row.
package struct Raster: Sendable, Equatable {
    package let width: Int
    package let height: Int
    package internal(set) var rgba: [UInt8]

    /// Takes over samples; there must be four for each pixel.
    package init(width: Int, height: Int, rgba: [UInt8]) {
        precondition(rgba.count == width * height * 4, "four samples for each pixel")
        self.width = width
        self.height = height
        self.rgba = rgba
    }

    /// A picture of one colour.
    package init(width: Int, height: Int, filledWith colour: Colour) {
        let pixel = [colour.red, colour.green, colour.blue, 255]
        let count = width * height * 4
        let rgba = [UInt8](unsafeUninitializedCapacity: count) { samples, filled in
            for at in 0..<count { samples[at] = pixel[at & 3] }
            filled = count
        }
        self.init(width: width, height: height, rgba: rgba)
    }

    /// The four samples of a pixel.
    package subscript(x: Int, y: Int) -> SIMD4<UInt8> {
        get {
            let at = (y * width + x) * 4
            return SIMD4(rgba[at], rgba[at + 1], rgba[at + 2], rgba[at + 3])
        }
        set {
            let at = (y * width + x) * 4
            for channel in 0..<4 { rgba[at + channel] = newValue[channel] }
        }
    }
}
