extension Picture {
    /// The most pixels of a picture that is put on a screenshot.
    private static let pixelsMax = 16 << 20
    /// What lies around the picture on a screenshot, in pixels.
    private static let margin = (left: 90, top: 80, right: 120, bottom: 60)
    private static let avatarWidth = 64
    private static let white: UInt8 = 255

    /// A screenshot of a page with this picture somewhere in it, in shades of grey.
    ///
    /// - Throws: `FakePhoneError.badPicture` for a PNG that is none inside, or of a rare kind.
    package func onScreenshot() throws(FakePhoneError) -> Picture {
        let drawing = try drawing()
        let margin = Self.margin
        let width = margin.left + drawing.width + margin.right
        let height = margin.top + drawing.height + margin.bottom
        var pixels = [UInt8](repeating: Self.white, count: width * height)
        // A dark bar above, as browsers have one.
        for place in 0..<width * margin.top / 2 { pixels[place] = 60 }
        for y in 0..<drawing.height {
            let start = (margin.top + y) * width + margin.left
            let row = drawing.shades[y * drawing.width..<(y + 1) * drawing.width]
            pixels.replaceSubrange(start..<start + drawing.width, with: row)
        }
        return Self.made(width: width, height: height, shades: pixels)
    }

    /// A small picture for an avatar, of one shade out of the dice.
    package static func avatar(_ dice: Dice) -> Picture {
        let shade = dice.roll { generator in UInt8(truncatingIfNeeded: generator.next()) }
        return made(
            width: avatarWidth,
            height: avatarWidth,
            shades: [UInt8](repeating: shade, count: avatarWidth * avatarWidth)
        )
    }

    // MARK: Reading

    /// Pixels as shades of grey, on white.
    private struct Drawing {
        var width: Int
        var height: Int
        var shades: [UInt8]
    }

    private func drawing() throws(FakePhoneError) -> Drawing {
        guard let size, bytes.count > 29, bytes[28] == 0,
            let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][Int(bytes[25])],
            size.width > 0, size.height > 0, size.width * size.height < Self.pixelsMax
        else { throw .badPicture("its PNG is of a kind that is not known here") }
        let depth = Int(bytes[24])
        guard depth == 8 || (channels == 1 && [1, 2, 4].contains(depth)) else {
            throw .badPicture("its PNG has \(depth) bits a sample")
        }
        let row = (size.width * channels * depth + 7) / 8
        let rows: [UInt8]
        do {
            let raw = try Inflate.zlib(chunks("IDAT"), outputMax: (row + 1) * size.height)
            rows = try Self.unfiltered(
                raw,
                row: row,
                height: size.height,
                step: max(1, channels * depth / 8)
            )
        } catch {
            throw .badPicture("the PNG's pixels cannot be unpacked")
        }
        let palette = bytes[25] == 3 ? self.palette : nil
        var shades: [UInt8] = []
        shades.reserveCapacity(size.width * size.height)
        for y in 0..<size.height {
            for x in 0..<size.width {
                let sample = { (channel: Int) in
                    Self.sample(x * channels + channel, depth, rows, from: y * row)
                }
                let value = sample(0)
                if let palette {
                    shades.append(value < palette.count ? palette[value] : 0)
                    continue
                }
                let grey = channels < 3 ? value * 255 / ((1 << depth) - 1) : sample(1)
                let alpha = channels == 2 ? sample(1) : channels == 4 ? sample(3) : 255
                shades.append(Self.onWhite(grey, alpha))
            }
        }
        return Drawing(width: size.width, height: size.height, shades: shades)
    }

    /// A sample of up to eight bits, out of a row that begins at a byte.
    private static func sample(_ number: Int, _ depth: Int, _ rows: [UInt8], from: Int) -> Int {
        let bit = number * depth
        return Int(rows[from + bit / 8]) >> (8 - depth - bit % 8) & ((1 << depth) - 1)
    }

    private static func onWhite(_ grey: Int, _ alpha: Int) -> UInt8 {
        UInt8((grey * alpha + 255 * (255 - alpha)) / 255)
    }

    /// The shade of each colour of the palette; its green stands for all three.
    private var palette: [UInt8] {
        let colours = chunks("PLTE")
        let alphas = chunks("tRNS")
        return (0..<colours.count / 3).map { place in
            let alpha = place < alphas.count ? Int(alphas[place]) : 255
            return Self.onWhite(Int(colours[place * 3 + 1]), alpha)
        }
    }

    /// The data of every chunk of a kind, joined.
    private func chunks(_ kind: String) -> [UInt8] {
        var data: [UInt8] = []
        var place = 8
        while place + 12 <= bytes.count {
            let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= bytes.count - place - 12 else { break }
            if Array(bytes[place + 4..<place + 8]) == Array(kind.utf8) {
                data += bytes[place + 8..<place + 8 + length]
            }
            place += 12 + length
        }
        return data
    }

    /// Takes the filters of the rows away (PNG, chapter 9).
    private static func unfiltered(
        _ raw: [UInt8],
        row: Int,
        height: Int,
        step: Int
    ) throws -> [UInt8] {
        guard raw.count == (row + 1) * height else { throw Inflate.Failure() }
        var rows = [UInt8](repeating: 0, count: row * height)
        for y in 0..<height {
            let filter = raw[y * (row + 1)]
            for x in 0..<row {
                let place = y * row + x
                let left = x >= step ? Int(rows[place - step]) : 0
                let up = y > 0 ? Int(rows[place - row]) : 0
                let corner = x >= step && y > 0 ? Int(rows[place - row - step]) : 0
                let guess: Int
                switch filter {
                case 0: guess = 0
                case 1: guess = left
                case 2: guess = up
                case 3: guess = (left + up) / 2
                case 4: guess = paeth(left, up, corner)
                default: throw Inflate.Failure()
                }
                rows[place] = raw[y * (row + 1) + 1 + x] &+ UInt8(guess)
            }
        }
        return rows
    }

    private static func paeth(_ left: Int, _ up: Int, _ corner: Int) -> Int {
        let guess = left + up - corner
        let (a, b, c) = (abs(guess - left), abs(guess - up), abs(guess - corner))
        return a <= b && a <= c ? left : b <= c ? up : corner
    }

    // MARK: Writing

    /// A PNG of eight-bit greys, its pixels stored and not packed.
    private static func made(width: Int, height: Int, shades: [UInt8]) -> Picture {
        var raw: [UInt8] = []
        raw.reserveCapacity(shades.count + height)
        for y in 0..<height {
            raw.append(0)
            raw += shades[y * width..<(y + 1) * width]
        }
        var packed: [UInt8] = [0x78, 0x01]
        var place = 0
        repeat {
            let length = min(65_535, raw.count - place)
            let low = UInt8(length & 0xFF)
            let high = UInt8(length >> 8)
            packed += [place + length == raw.count ? 1 : 0, low, high, ~low, ~high]
            packed += raw[place..<place + length]
            place += length
        } while place < raw.count
        packed += number(adler32(raw))
        let header = number(UInt32(width)) + number(UInt32(height)) + [8, 0, 0, 0, 0]
        let bytes: [UInt8] =
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
            + chunk("IDAT", packed) + chunk("IEND", [])
        return Picture(knownPNG: bytes)
    }

    private static func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(kind.utf8) + data
        return number(UInt32(data.count)) + body + number(crc32(body))
    }

    private static func number(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (a, b) = (1 as UInt32, 0 as UInt32)
        for byte in bytes {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return b << 16 | a
    }

    private static let crcTable: [UInt32] = (0..<256).map { number in
        (0..<8).reduce(UInt32(number)) { word, _ in
            word & 1 == 1 ? 0xEDB8_8320 ^ (word >> 1) : word >> 1
        }
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in
            crcTable[Int((crc ^ UInt32(byte)) & 0xFF)] ^ (crc >> 8)
        }
    }
}
