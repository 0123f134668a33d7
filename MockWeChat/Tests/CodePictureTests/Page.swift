import CodePicture
import Testing

/// A page of one brightness with the picture somewhere on it, as a screenshot shows it.
struct Page: Sendable, CustomTestStringConvertible {
    let name: String
    let brightness: UInt8
    /// Where the picture begins, as a share of the free room.
    let across: Double
    let down: Double

    var testDescription: String { name }

    static let all = [
        Page(name: "white, top left", brightness: 255, across: 0, down: 0),
        Page(name: "grey, bottom right", brightness: 127, across: 1, down: 1),
        Page(name: "dark, off the middle", brightness: 18, across: 0.31, down: 0.77),
    ]

    /// A screenshot with the picture at a scale, its pixels mixed as a browser mixes them.
    func showing(_ picture: GreyRaster, scale: Double) -> GreyRaster {
        let side = Int((Double(picture.width) * scale).rounded())
        let (width, height) = (side + 370, side + 230)
        let left = Int(Double(width - side) * across)
        let top = Int(Double(height - side) * down)
        let corners = (0..<side).map { Corner($0, scale: scale, length: picture.width) }
        let samples = [UInt8](unsafeUninitializedCapacity: width * height) { output, count in
            output.initialize(repeating: brightness)
            picture.samples.withUnsafeBufferPointer { input in
                for y in 0..<side {
                    let row = corners[y]
                    for x in 0..<side {
                        let column = corners[x]
                        let upper = row.first * picture.width
                        let lower = row.second * picture.width
                        let mixed =
                            Int(input[upper + column.first]) * (256 - column.share)
                            * (256 - row.share)
                            + Int(input[upper + column.second]) * column.share * (256 - row.share)
                            + Int(input[lower + column.first]) * (256 - column.share) * row.share
                            + Int(input[lower + column.second]) * column.share * row.share
                        output[(top + y) * width + left + x] = UInt8(mixed >> 16)
                    }
                }
            }
            count = width * height
        }
        return GreyRaster(width: width, height: height, samples: samples)
    }

    /// The two old pixels that a new one lies between, and how far along, in 256ths.
    private struct Corner {
        let first: Int
        let second: Int
        let share: Int

        init(_ index: Int, scale: Double, length: Int) {
            let place = min(max((Double(index) + 0.5) / scale - 0.5, 0), Double(length - 1))
            first = Int(place)
            second = min(first + 1, length - 1)
            share = Int((place - Double(first)) * 256)
        }
    }
}
