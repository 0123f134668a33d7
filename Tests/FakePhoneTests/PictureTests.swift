import FakePhone
import Foundation
import Testing

struct PictureTests {
    private let png = ModelServers.png("x")

    @Test func `the bytes of a data URL are the picture`() throws {
        let url = "data:image/png;base64,\(Data(png).base64EncodedString())"
        let picture = try #require(Picture(dataURL: url))
        #expect(picture.bytes == png)
        let size = try #require(picture.size)
        #expect(size == (430, 430))
    }

    @Test func `the declared type is not believed but the bytes are`() {
        let text = Data(png).base64EncodedString()
        #expect(Picture(dataURL: "data:image/jpeg;base64,\(text)")?.bytes == png)
    }

    @Test(
        arguments: [
            "", "data:image/png;base64", "data:image/png;base64,***", "data:image/png,iVBORw0KGgo=",
            "data:text/plain;base64,iVBORw0KGgo=", "http://example.com/x.png",
            "data:image/png;base64,/9j/4AAQSkZJRg==", "data:image/png;base64,",
        ])
    func `anything but a PNG in base64 is refused`(_ url: String) {
        #expect(Picture(dataURL: url) == nil)
    }

    @Test func `a picture without its first chunk has no size`() throws {
        let picture = try #require(Picture(png: Array(png.prefix(20))))
        #expect(picture.size == nil)
    }

    @Test func `a file that is missing or no PNG is one clear line`() {
        #expect(throws: PictureFileError(description: "no/such.png: no such file")) {
            try PictureErrand.picture(file: "no/such.png")
        }
        #expect(throws: PictureFileError(description: "\(#filePath): not a PNG picture")) {
            try PictureErrand.picture(file: #filePath)
        }
    }
}
