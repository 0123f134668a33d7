/// A picture in memory as brightness: one byte a pixel, row by row.
package struct GreyRaster: Sendable, Equatable {
    package let width: Int
    package let height: Int
    package let samples: [UInt8]

    package init(width: Int, height: Int, samples: [UInt8]) {
        precondition(samples.count == width * height, "one sample for each pixel")
        self.width = width
        self.height = height
        self.samples = samples
    }

    /// The picture at `numerator / denominator` of its size.
    ///
    /// Each new pixel is the mean of the pixels that it covers; enlarging repeats pixels.
    func scaled(numerator: Int, denominator: Int) -> GreyRaster {
        let newWidth = max(1, width * numerator / denominator)
        let newHeight = max(1, height * numerator / denominator)
        let spans = (0..<newWidth).map { span($0, of: newWidth, in: width) }
        let scaled = [UInt8](unsafeUninitializedCapacity: newWidth * newHeight) { output, count in
            samples.withUnsafeBufferPointer { input in
                for y in 0..<newHeight {
                    let rows = span(y, of: newHeight, in: height)
                    for x in 0..<newWidth {
                        let columns = spans[x]
                        var sum = 0
                        for row in rows {
                            for column in columns { sum += Int(input[row * width + column]) }
                        }
                        output[y * newWidth + x] = UInt8(sum / (rows.count * columns.count))
                    }
                }
            }
            count = newWidth * newHeight
        }
        return GreyRaster(width: newWidth, height: newHeight, samples: scaled)
    }

    private func span(_ index: Int, of count: Int, in length: Int) -> Range<Int> {
        let start = index * length / count
        return start..<max(start + 1, (index + 1) * length / count)
    }
}
