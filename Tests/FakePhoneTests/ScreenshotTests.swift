import Foundation
import Testing

@testable import FakePhone

struct ScreenshotTests {
    /// A PNG of two colours in a palette, one bit a pixel, with three filters: 24 x 24 pixels,
    /// black where x and y are both under 12, else see-through.
    private static let two =
        "iVBORw0KGgoAAAANSUhEUgAAABgAAAAYAQMAAADaua+7AAAABlBMVEX///8AAABVwtN+AAAAAnRSTlMA/1uRIrUA"
        + "AAAcSURBVHjaY/j/gYHx/0cBJgYgIIYNBIxATCwbAJiUD9WZMXzXAAAAAElFTkSuQmCC"

    @Test func `the pixels of a packed picture lie where they should on a screenshot`() throws {
        let data = try #require(Data(base64Encoded: Self.two))
        let shot = try #require(Picture(png: Array(data))).onScreenshot()
        let size = try #require(shot.size)
        let raw = try #require(GreyPNG(shot.bytes)).shades
        let dark = (0..<size.height).flatMap { y in
            (0..<size.width).compactMap { x in
                raw[y * size.width + x] == 0 ? [x, y] : nil
            }
        }
        #expect(dark.count == 144)
        let first = try #require(dark.first)
        let last = try #require(dark.last)
        #expect(last[0] - first[0] == 11)
        #expect(last[1] - first[1] == 11)
    }

    @Test func `what is no PNG inside cannot be put on a screenshot`() throws {
        let head: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let picture = try #require(Picture(png: head + [1, 2, 3]))
        #expect(throws: FakePhoneError.self) { try picture.onScreenshot() }
        let cut = try #require(Picture(png: ModelServers.png("scene")))
        #expect(throws: FakePhoneError.self) { try cut.onScreenshot() }
    }

    @Test func `a screenshot is larger than the picture, and the same twice`() throws {
        let avatar = Picture.avatar(Dice(seed: 3))
        let shot = try avatar.onScreenshot()
        let size = try #require(shot.size)
        #expect(size.width > 64 && size.height > 64)
        #expect(try avatar.onScreenshot() == shot)
        // A screenshot is itself a picture that can be read.
        let twice = try #require(try shot.onScreenshot().size)
        #expect(twice.width - size.width == size.width - 64)
    }

    @Test func `an avatar comes out of the dice`() {
        #expect(Picture.avatar(Dice(seed: 3)) == Picture.avatar(Dice(seed: 3)))
        #expect(Picture.avatar(Dice(seed: 3)) != Picture.avatar(Dice(seed: 4)))
    }
}
