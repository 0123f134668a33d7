extension Picture {
    /// What lies around the picture on a screenshot, in pixels.
    private static let margin = (left: 90, top: 80, right: 120, bottom: 60)
    private static let avatarWidth = 64
    private static let white: UInt8 = 255
    private static let dark: UInt8 = 60

    /// A screenshot of a page with this picture somewhere in it, in shades of grey.
    ///
    /// - Throws: `FakePhoneError.badPicture` for a PNG that is none inside, or a huge one.
    package func onScreenshot() throws(FakePhoneError) -> Picture {
        guard let drawing = GreyPNG(bytes) else {
            throw .badPicture("its PNG is damaged, or too large")
        }
        let margin = Self.margin
        let width = margin.left + drawing.width + margin.right
        let height = margin.top + drawing.height + margin.bottom
        var shades = [UInt8](repeating: Self.white, count: width * height)
        // A dark bar above, as browsers have one.
        for place in 0..<width * margin.top / 2 { shades[place] = Self.dark }
        for y in 0..<drawing.height {
            let start = (margin.top + y) * width + margin.left
            let row = drawing.shades[y * drawing.width..<(y + 1) * drawing.width]
            shades.replaceSubrange(start..<start + drawing.width, with: row)
        }
        return Picture(knownPNG: GreyPNG(width: width, height: height, shades: shades).bytes)
    }

    /// A small picture for an avatar, of one shade out of the dice.
    package static func avatar(_ dice: Dice) -> Picture {
        let shade = dice.roll { generator in UInt8(truncatingIfNeeded: generator.next()) }
        let shades = [UInt8](repeating: shade, count: avatarWidth * avatarWidth)
        return Picture(
            knownPNG: GreyPNG(width: avatarWidth, height: avatarWidth, shades: shades).bytes
        )
    }
}
