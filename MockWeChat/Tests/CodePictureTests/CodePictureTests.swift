import CodePicture
import Testing

@Suite struct CodePictureTests {
    private let text = "http://127.0.0.1:9090/_mock/c/0123456789abcdef"

    @Test func `the same text and style give the same bytes`() throws {
        #expect(try CodePicture.draw(text) == CodePicture.draw(text))
    }

    @Test(arguments: [280, 281, 430, 999, 1280])
    func `a picture is exactly as wide and high as asked`(width: Int) throws {
        let bytes = try CodePicture.draw(text, style: CodePictureStyle(width: width))
        let raster = try PNG.decode(bytes, pixelsMax: 2_000_000)
        #expect(raster.width == width)
        #expect(raster.height == width)
        #expect(try texts(bytes) == [text])
    }

    @Test func `a transparent picture scans when it is put onto white`() throws {
        let bytes = try CodePicture.draw(text, style: CodePictureStyle(transparent: true))
        let raster = try PNG.decode(bytes, pixelsMax: 2_000_000)
        #expect(raster[0, 0].w == 0)
        #expect(try texts(bytes) == [text])
    }

    @Test func `the line colour is the colour of the modules`() throws {
        let blue = Colour(red: 10, green: 20, blue: 200)
        let bytes = try CodePicture.draw(text, style: CodePictureStyle(width: 280, line: blue))
        let raster = try PNG.decode(bytes, pixelsMax: 2_000_000)
        var colours: Set<SIMD4<UInt8>> = []
        for y in 0..<280 { for x in 0..<280 { colours.insert(raster[x, y]) } }
        #expect(colours == [SIMD4(255, 255, 255, 255), SIMD4(10, 20, 200, 255)])
        #expect(try texts(bytes) == [text])
    }

    @Test func `a text that fits no code is refused`() {
        #expect(throws: CodePictureError.textTooLong) {
            try CodePicture.draw(String(repeating: "x", count: 4000))
        }
    }

    @Test(arguments: [0.5, 0.62, 0.75, 1, 1.37, 2, 3], Page.all)
    func `a picture scans at every scale in a larger screenshot`(scale: Double, page: Page) throws {
        for transparent in [false, true] {
            let bytes = try CodePicture.draw(
                text,
                style: CodePictureStyle(transparent: transparent)
            )
            let screenshot = page.showing(try grey(bytes), scale: scale)
            #expect(CodeReader.read(screenshot).map(\.text) == [text])
        }
    }

    @Test(arguments: [280, 1280], [0.5, 3])
    func `the narrowest and the widest picture scan at the ends of the scale`(
        width: Int,
        scale: Double
    ) throws {
        let bytes = try CodePicture.draw(text, style: CodePictureStyle(width: width))
        let screenshot = Page.all[2].showing(try grey(bytes), scale: scale)
        #expect(CodeReader.read(screenshot).map(\.text) == [text])
    }

    @Test func `of several codes the largest comes first`() throws {
        let small = try grey(CodePicture.draw("small", style: CodePictureStyle(width: 280)))
        let large = try grey(CodePicture.draw("large", style: CodePictureStyle(width: 430)))
        let left = Page.all[0].showing(small, scale: 1.2)
        let right = Page.all[0].showing(large, scale: 1.4)
        let height = max(left.height, right.height)
        var samples: [UInt8] = []
        for y in 0..<height {
            for half in [left, right] {
                let row = y * half.width
                samples +=
                    y < half.height
                    ? Array(half.samples[row..<row + half.width])
                    : [UInt8](repeating: 255, count: half.width)
            }
        }
        let page = GreyRaster(width: left.width + right.width, height: height, samples: samples)
        #expect(CodeReader.read(page).map(\.text) == ["large", "small"])
    }

    @Test func `an empty page has no code`() throws {
        let page = Raster(width: 320, height: 200, filledWith: .white)
        #expect(try texts(PNG.encode(page)).isEmpty)
    }

    @Test func `bytes that are no picture are refused by kind`() throws {
        let picture = try CodePicture.draw(text)
        #expect(throws: PNGError.notPNG) { try PNG.decodeGrey([0xFF, 0xD8, 0xFF], pixelsMax: 10) }
        #expect(throws: PNGError.notPNG) { try PNG.decodeGrey([], pixelsMax: 10) }
        #expect(throws: PNGError.tooManyPixels) { try PNG.decodeGrey(picture, pixelsMax: 1000) }
        #expect(throws: PNGError.damaged) {
            try PNG.decodeGrey(Array(picture.prefix(40)), pixelsMax: 2_000_000)
        }
        #expect(throws: PNGError.damaged) {
            try PNG.decodeGrey(Array(picture.prefix(picture.count / 2)), pixelsMax: 2_000_000)
        }
    }

    private func grey(_ bytes: [UInt8]) throws -> GreyRaster {
        try PNG.decodeGrey(bytes, pixelsMax: 40_000_000)
    }

    private func texts(_ bytes: [UInt8]) throws -> [String] {
        CodeReader.read(try grey(bytes)).map(\.text)
    }
}
