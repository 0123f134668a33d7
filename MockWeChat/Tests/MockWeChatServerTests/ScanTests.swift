import CodePicture
import MockWeChatWorld
import NIOHTTP1
import Testing

@Suite struct ScanTests {
    @Test(arguments: [0.5, 1.5])
    func `a screenshot of a dark page scans`(scale: Double) async throws {
        try await withMock { mock async throws in
            let picture = try PNG.decode(try await mock.picture().bytes, pixelsMax: 1_000_000)
            let side = Int(Double(picture.width) * scale)
            let dark = Colour(red: 20, green: 20, blue: 24)
            var page = Raster(width: side + 200, height: side + 150, filledWith: dark)
            for y in 0..<side {
                for x in 0..<side {
                    page[x + 70, y + 40] =
                        picture[
                            Int(Double(x) / scale),
                            Int(Double(y) / scale)
                        ]
                }
            }
            let answer = try await mock.call(
                .POST,
                "/_mock/phones/bob/scan?how=longpress",
                body: PNG.encode(page)
            )
            #expect(answer.json["scene"] == 1048)
            #expect(answer.json["query"] == ["scene": "abc"])
        }
    }

    @Test func `a picture without a code and one of another run are told apart`() async throws {
        try await withMock { mock async throws in
            let blank = try PNG.encode(Raster(width: 100, height: 100, filledWith: .white))
            let path = "/_mock/phones/bob/scan"
            let none = try await mock.call(.POST, path, body: blank)
            #expect(none.status == 422)
            #expect(none.error == "no_code_found")
            let foreign = try await mock.call(
                .POST,
                path,
                body: CodePicture.draw("https://example.com/")
            )
            #expect(foreign.status == 422)
            let picture = try await mock.picture().bytes
            #expect(try await mock.call(.POST, "/_mock/reset").status == 200)
            let old = try await mock.call(.POST, path, body: picture)
            #expect(old.status == 410)
            #expect(old.error == "code_unknown")
        }
    }

    @Test func `a trial code opens for members alone`() async throws {
        try await withMock { mock async throws in
            let picture = try await mock.picture(["scene": "a", "env_version": "trial"]).bytes
            let path = "/_mock/phones"
            #expect(try await mock.call(.POST, "\(path)/alice/scan", body: picture).status == 200)
            let bob = try await mock.call(.POST, "\(path)/bob/scan", body: picture)
            #expect(bob.status == 403)
            #expect(bob.error == "not_a_member")
        }
    }
}
