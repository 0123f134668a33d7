import CodePicture

/// A page of one colour with the picture somewhere on it, as a browser would show it.
struct Page: Sendable, CustomTestStringConvertible {
    let name: String
    let colour: Colour
    /// Where the picture begins, as a share of the free room.
    let across: Double
    let down: Double

    var testDescription: String { name }

    static let all = [
        Page(name: "white, top left", colour: .white, across: 0, down: 0),
        Page(name: "white, middle", colour: .white, across: 0.5, down: 0.5),
        Page(
            name: "grey, bottom right",
            colour: Colour(red: 127, green: 127, blue: 127),
            across: 1,
            down: 1
        ),
        Page(
            name: "dark, off the middle",
            colour: Colour(red: 18, green: 18, blue: 20),
            across: 0.31,
            down: 0.77
        ),
        Page(name: "black, top right", colour: .black, across: 1, down: 0),
    ]

    /// A screenshot with the picture at a scale, on a white card when the picture is transparent.
    func showing(_ picture: Raster, scale: Double) -> Raster {
        let side = Int((Double(picture.width) * scale).rounded())
        let width = side + 370
        let height = side + 230
        var screenshot = Raster(width: width, height: height, filledWith: colour)
        let x = Int(Double(width - side) * across)
        let y = Int(Double(height - side) * down)
        screenshot.put(picture, x: x, y: y, scale: scale)
        return screenshot
    }
}

extension Raster {
    /// Puts a picture onto this one, flattened onto white, its pixels mixed as a browser mixes them.
    mutating func put(_ picture: Raster, x left: Int, y top: Int, scale: Double) {
        let side = Int((Double(picture.width) * scale).rounded())
        for y in 0..<side {
            let sourceY = (Double(y) + 0.5) / scale - 0.5
            for x in 0..<side {
                let sourceX = (Double(x) + 0.5) / scale - 0.5
                let colour = picture.mixed(sourceX, sourceY)
                self[left + x, top + y] = SIMD4(
                    UInt8(colour.x),
                    UInt8(colour.y),
                    UInt8(colour.z),
                    255
                )
            }
        }
    }

    /// The colour between four pixels, composed onto white.
    private func mixed(_ x: Double, _ y: Double) -> SIMD4<Double> {
        let x = min(max(x, 0), Double(width - 1))
        let y = min(max(y, 0), Double(height - 1))
        let (left, top) = (Int(x), Int(y))
        let (right, bottom) = (min(left + 1, width - 1), min(top + 1, height - 1))
        let (across, down) = (x - Double(left), y - Double(top))
        let upper = flat(left, top) * (1 - across) + flat(right, top) * across
        let lower = flat(left, bottom) * (1 - across) + flat(right, bottom) * across
        return upper * (1 - down) + lower * down
    }

    private func flat(_ x: Int, _ y: Int) -> SIMD4<Double> {
        let pixel = SIMD4<Double>(self[x, y])
        let opacity = pixel.w / 255
        return pixel * opacity + SIMD4(repeating: 255) * (1 - opacity)
    }
}
