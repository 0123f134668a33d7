import Foundation
import LoginDomain
import TestSupport
import Testing

@testable import LoginServer

/// What a person may call themselves, and what they may upload.
@Suite(.timeLimit(.minutes(10))) struct T26HostileNamesTests {
    // MARK: - Names

    /// Names that look like code: they are names, and are shown as the letters they are.
    static let markup = [
        "<img src=x onerror=alert(1)>", #"\"><svg/onload=alert(1)>"#, "</script><script>",
        "{{7*7}}", "{{site}}", "&lt;b&gt;", "${jndi:ldap://x}", "javascript:alert(1)", "' OR 1=1",
    ]

    @Test(arguments: markup)
    func `T26 a name that looks like code is shown letter by letter`(json: String) async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("mallory")
            let answer = try await phone.setNickName(#""\#(json)""#)
            #expect(answer.status == 200)
            let name = try #require(answer.text("data.user.nickName"))
            let browser = try await stage.confirmedBrowser(by: phone)
            let login = try await browser.complete()
            #expect(login.text("data.user.nickName") == name)
            for bytes in [answer.text, login.text, try await browser.get("/session").text] {
                #expect(!bytes.contains("<") && !bytes.contains(">") && !bytes.contains("&"))
            }
            let page = try await browser.get("/").text
            let escaped = name.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
                .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
            // The apostrophe may be escaped in more than one way.
            if !name.contains("'") { #expect(page.contains(escaped)) }
            for tag in ["<img src=x", "<svg", "<script>", ">49<", "</script><script>"] {
                #expect(!page.contains(tag), "\(tag)")
            }
        }
    }

    @Test(arguments: [
        #""\u202eevil""#, #""a\u2066b""#, #""a\u200bb""#, #""a\u200d""#, #""1\ufe0f""#,
        #""\ufeffa""#,
        #""a\u0000b""#, #""a\nb""#, #""\u001b[31m""#, #""a\u2028b""#, #""\u00ad""#, #""\u3164""#,
        #""\u2800\u2800""#, #""\u0301""#,
        #""a\ue000""#, #"" a""#, #""a ""#, #""\u3000a""#, #""a\u00a0b""#,
        #""\#(String(repeating: "x", count: 65))""#,
        #""e\#(String(repeating: "\\u0301", count: 11))""#,
    ])
    func `T26 a name with something unseen in it, or too long, is refused with the reason`(
        json: String
    ) async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("mallory")
            #expect(try await phone.setNickName(#""Mallory""#).status == 200)
            let rows = stage.everything
            let answer = try await phone.setNickName(json)
            #expect(answer.status == 400)
            #expect(answer.error == "malformed")
            #expect(answer.text("msg")?.hasPrefix("The nickname ") == true)
            #expect(stage.everything == rows)
        }
    }

    @Test func `T26 a name of a megabyte, and half a letter, are refused`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("mallory")
            let large = String(repeating: "x", count: 1_000_000)
            #expect(try await phone.setNickName(#""\#(large)""#).status == 413)
            #expect(try await phone.setNickName(#""\ud800""#).status == 400)
        }
    }

    @Test(arguments: [
        "李雷", "Zoë", "O'Brien", "a b", "👨‍👩‍👧", "👍🏽", "☺️", "1️⃣", "🇨🇳", "한글", "नमस्ते",
        String(repeating: "字", count: 64), "",
    ])
    func `T26 a name that people have is kept as it is`(name: String) async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let answer = try await phone.setNickName(#""\#(name)""#)
            #expect(answer.status == 200)
            #expect(answer.text("data.user.nickName") == name)
        }
    }

    @Test func `T26 a name comes in one form, however it was typed`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let answer = try await phone.setNickName(#""Zoe\u0308""#)
            let kept = try #require(answer.text("data.user.nickName"))
            #expect(Array(kept.unicodeScalars).count == 3)
        }
    }

    // MARK: - Pictures

    private static let pictures: [(String, [UInt8])] = [
        ("image/png", Phone.png), ("image/jpeg", [0xFF, 0xD8, 0xFF, 0xE0, 1, 2]),
        ("image/webp", Array("RIFF".utf8) + [1, 0, 0, 0] + Array("WEBPVP8 ".utf8)),
    ]

    @Test(arguments: pictures)
    func `a picture is served from our own origin, as what it is`(
        type: String,
        bytes: [UInt8]
    ) async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let address = try #require(
                try await phone.upload(bytes).text("data.user.avatarUrl")
            )
            let prefix = "\(stage.origin)/avatars/"
            #expect(address.hasPrefix(prefix))
            #expect(address.count == prefix.count + 24)
            let path = String(address.dropFirst(stage.origin.count))
            let picture = try await stage.send(Call("GET", path))
            #expect(picture.status == 200)
            #expect(picture.body == bytes)
            #expect(picture["Content-Type"] == type)
            #expect(picture["X-Content-Type-Options"] == "nosniff")
            #expect(picture["Cross-Origin-Resource-Policy"] == "cross-origin")
            #expect(picture["Cache-Control"] == "public, max-age=31536000, immutable")
            #expect(
                picture["Content-Security-Policy"]
                    == "default-src 'none'; frame-ancestors 'none'; sandbox"
            )
            // A new one has another address, and the old one is gone.
            #expect(try await phone.upload(bytes).text("data.user.avatarUrl") != address)
            #expect(try await stage.send(Call("GET", path)).status == 404)
            // The website and the page learn the same address.
            let browser = try await stage.confirmedBrowser(by: phone)
            let told = try #require(
                try await browser.complete().text("data.user.avatarUrl")
            )
            let place = String(told.dropFirst(stage.origin.count))
            #expect(try await browser.get("/").text.contains(place))
        }
    }

    @Test(arguments: [
        "<html><script>alert(1)</script>", "<svg xmlns='http://www.w3.org/2000/svg'/>", "GIF89a",
        "%PDF-1.7", "", "RIFF0000WAVE", "\u{89}PNG",
    ])
    func `T26 what is no PNG, JPEG or WebP by its first bytes is 415, whatever it is called`(
        content: String
    ) async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("mallory")
            let rows = stage.everything
            let answer = try await phone.upload(Array(content.utf8))
            #expect(answer.status == 415)
            #expect(answer.error == "unsupported_media")
            #expect(stage.everything == rows)
        }
    }

    @Test func `a picture of 512 KiB is taken and one byte more is 413`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let most = Phone.png + [UInt8](repeating: 7, count: 512 * 1024 - Phone.png.count)
            #expect(try await phone.upload(most).status == 200)
            let rows = stage.everything
            for extra in [1, 4096, 100_000] {
                let answer = try await phone.upload(most + [UInt8](repeating: 7, count: extra))
                #expect(answer.status == 413, "\(extra)")
                #expect(answer.error == "too_large", "\(extra)")
                #expect(answer.text("msg")?.contains("524288") == true)
            }
            #expect(stage.everything == rows)
        }
    }

    @Test func `a body that is no form with one file is refused by name`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let (type, body) = Phone.multipart(Phone.png)
            let two = body.dropLast(4) + Array("\r\n".utf8) + body
            let cases: [(Call.Field, [UInt8], Int, String)] = [
                (Call.Field("Content-Type", "image/png"), Phone.png, 415, "unsupported_media"),
                (
                    Call.Field("Content-Type", "multipart/form-data"), body, 415,
                    "unsupported_media"
                ),
                (type, [], 400, "malformed"), (type, Array(body.dropLast(30)), 400, "malformed"),
                (type, Array(two), 400, "malformed"),
                (
                    Call.Field("Content-Type", "multipart/form-data; boundary=other"), body, 400,
                    "malformed"
                ),
                (type, Phone.multipart(Phone.png, named: "avatar").1, 422, "unknown_member"),
                (
                    type, Phone.multipart(Phone.png, named: #"file"; name="evil"#).1, 400,
                    "malformed"
                ),
                (type, Phone.multipart(Phone.png, named: "openid").1, 422, "unknown_member"),
            ]
            let rows = stage.everything
            for (index, (type, body, status, error)) in cases.enumerated() {
                let call = Call("POST", "/mp/avatar", phone.fields + [type], body: body)
                let answer = try await stage.send(call)
                #expect(answer.status == status, "\(index)")
                #expect(answer.error == error, "\(index)")
            }
            #expect(stage.everything == rows)
            // A boundary in quotes and a content with dashes in it are as good.
            let (quoted, dashed) = (
                Call.Field("Content-Type", #"Multipart/Form-Data; charset=utf-8; boundary="a b""#),
                Phone.multipart(Phone.png + Array("\r\n--".utf8), boundary: "a b").1
            )
            let call = Call("POST", "/mp/avatar", phone.fields + [quoted], body: dashed)
            #expect(try await stage.send(call).status == 200)
        }
    }

    @Test func `a picture that is not there, or no name of one, is 404`() async throws {
        try await EdgeStage.with { stage in
            for name in [
                "AAAAAAAAAAAAAAAAAAAAAAAA", "x", "..%2f..%2fetc%2fpasswd",
                "AAAAAAAAAAAAAAAAAAAAAAAA/x",
                "%00", "",
            ] {
                let answer = try await stage.send(Call("GET", "/avatars/\(name)"))
                #expect(answer.status == 404, "\(name)")
            }
        }
    }

    @Test func `T34 names and pictures may be changed ten times a minute`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            for number in 1...5 {
                #expect(try await phone.setNickName(#""n\#(number)""#).status == 200)
                #expect(try await phone.upload(Phone.png).status == 200)
            }
            let rows = stage.everything
            for answer in [
                try await phone.setNickName(#""n""#), try await phone.upload(Phone.png),
            ] {
                #expect(answer.status == 429)
                #expect(answer["Retry-After"] == "60")
            }
            #expect(stage.everything == rows)
            // Somebody else is not troubled, and a minute later nobody is.
            #expect(try await stage.phone("bob").setNickName(#""Bob""#).status == 200)
            stage.time.advance(by: .seconds(60))
            #expect(try await phone.setNickName(#""n""#).status == 200)
        }
    }
}
