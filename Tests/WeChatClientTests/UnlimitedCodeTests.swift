import HTTPTransport
import TestSupport
import Testing

@testable import WeChatClient

/// getwxacodeunlimit: what is a picture and what is none.
@Suite struct UnlimitedCodeTests {
    private let stage = ClientStage()

    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
    private static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16]
    private static let refusal = Array(#"{"errcode":41030,"errmsg":"invalid page"}"#.utf8)
    private static let html = Array("<html><body>502 Bad Gateway</body></html>".utf8)

    private static let types = [
        "image/jpeg", "image/png", "application/json; encoding=utf-8", "text/plain", "text/html",
        "application/octet-stream", "",
    ]

    private func ask(_ script: ScriptedWeChat.Script) async throws(WeChatError) -> CodePicture {
        stage.wechat.next(ClientStage.codePath, script)
        return try await stage.client.unlimitedCode(scene: "a")
    }

    @Test(arguments: types)
    func `a picture is one by its first bytes, whatever it is called`(type: String) async throws {
        let png = try await ask(.answer(200, type: type, Self.png))
        #expect(png.format == .png)
        #expect(png.bytes == Self.png)
        let jpeg = try await ask(.answer(200, type: type, Self.jpeg))
        #expect(jpeg.format == .jpeg)
        #expect(jpeg.bytes == Self.jpeg)
    }

    @Test(arguments: types)
    func `an error is one whatever it is called`(type: String) async {
        await #expect(throws: WeChatError.refused(errcode: 41030)) {
            try await ask(.answer(200, type: type, Self.refusal))
        }
        await #expect(throws: WeChatError.unreadable("json")) {
            try await ask(.answer(200, type: type, Self.html))
        }
    }

    @Test(
        arguments: [
            [], [0x89], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A], [0xFF, 0xD8], [0xFF],
            Array("GIF89a".utf8), Array("RIFF0000WEBPVP8 ".utf8), Array("BM".utf8),
            Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8), Array("%PDF-1.7".utf8),
            [0x20] + png, [0xEF, 0xBB, 0xBF] + png, [0x0A] + jpeg, Array("null".utf8),
            Array("[]".utf8),
            Array(#""ok""#.utf8),
        ] as [[UInt8]]
    )
    func `T44 what begins otherwise is no picture`(body: [UInt8]) async {
        await #expect(throws: WeChatError.unreadable("json")) {
            try await ask(.answer(200, type: "image/png", body))
        }
    }

    @Test(arguments: [#"{}"#, #"{"errcode":0,"errmsg":"ok"}"#, #"{"errcode":null}"#])
    func `JSON without an error is no picture either`(body: String) async {
        await #expect(throws: WeChatError.unreadable("picture")) { try await ask(.json(body)) }
    }

    @Test(arguments: [201, 204, 206, 301, 302, 400, 403, 404, 429, 500, 502, 503])
    func `T44 under another status nothing is a picture`(status: Int) async {
        for body in [Self.png, Self.jpeg, Self.refusal, Self.html, []] {
            await #expect(throws: WeChatError.unreadable("status")) {
                try await ask(.answer(status, type: "image/png", body))
            }
        }
    }

    @Test func `T44 a picture of 256 KiB is taken and one byte more is not`() async throws {
        let most = Self.png + Array(repeating: 0, count: 256 * 1024 - Self.png.count)
        #expect(try await ask(.bytes(most)).bytes.count == 262_144)
        await #expect(throws: WeChatError.transport(.answerTooLarge)) {
            try await ask(.bytes(most + [0]))
        }
    }

    @Test(arguments: [
        HTTPTransportError.timedOut, .unreachable, .cutOff, .answerTooLarge, .cancelled,
    ])
    func `T44 a call that fails is not repeated`(failure: HTTPTransportError) async {
        await #expect(throws: WeChatError.transport(failure)) { try await ask(.fails(failure)) }
        #expect(stage.wechat.calls(to: ClientStage.codePath).count == 1)
    }

    @Test func `without an access token no picture is asked for`() async {
        stage.wechat.next(ClientStage.tokenPath, ClientStage.errcode(40125))
        await #expect(throws: WeChatError.refused(errcode: 40125)) {
            try await stage.client.unlimitedCode(scene: "a")
        }
        #expect(stage.wechat.calls(to: ClientStage.codePath).isEmpty)
    }
}
