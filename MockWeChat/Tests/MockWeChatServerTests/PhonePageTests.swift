import Foundation
import MockWeChatServer
import MockWeChatWorld
import NIOHTTP1
import Testing

/// The virtual phone's page, what it loads, and who may reach it.
@Suite struct PhonePageTests {
    private static let files = [
        "icon.svg", "phone.css", "phone-loader.js", "phone-screen.js", "phone-view.js",
        "phone-words.js", "phone-wx.js", "phone.js",
    ]

    /// The folder of the whole project.
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    @Test func `the page and all that it loads forbid what is inline and what is elsewhere`()
        async throws
    {
        try await withMock { mock async throws in
            for path in ["/_mock/phone"] + Self.files.map({ "/_mock/phone/\($0)" })
                + ["/_mock/mini-program/program.js"]
            {
                let answer = try await mock.call(.GET, path)
                #expect(answer.status == 200, "\(path)")
                let policy = answer.headers.first(name: "content-security-policy") ?? ""
                #expect(policy.contains("default-src 'none'"), "\(path)")
                #expect(policy.contains("frame-ancestors 'none'"), "\(path)")
                #expect(!policy.contains("unsafe"), "\(path)")
                #expect(answer.headers.first(name: "x-content-type-options") == "nosniff")
                // The name of the language of drawings is the one address that stands in them.
                let text = answer.text.replacing("http://www.w3.org/2000/svg", with: "")
                    .replacing("http://127.0.0.1:8080", with: "")
                #expect(!text.contains("http://") && !text.contains("https://"), "\(path)")
            }
            let page = try await mock.call(.GET, "/_mock/phone").text
            #expect(!page.contains("style=") && !page.contains("<style"))
            #expect(page.matches(of: /<script(?! type="module" src="\/_mock\/)/).isEmpty)
        }
    }

    @Test(arguments: [
        "/_mock/phone/nothing.js", "/_mock/phone/..%2F..%2Fetc%2Fpasswd",
        "/_mock/mini-program/nothing.js", "/_mock/mini-program/..%2Fconfig.js",
        "/_mock/mini-program/%2Fetc%2Fpasswd",
    ])
    func `nothing else is served`(path: String) async throws {
        try await withMock { mock async throws in
            #expect(try await mock.call(.GET, path).status == 404)
        }
    }

    // MARK: - The mini-program

    @Test func `the mini-program that is built in is MiniProgram/lib, file for file`() async throws
    {
        let folder = "\(Self.root)/MiniProgram/lib"
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".js") }.sorted()
        #expect(names.contains("program.js"))
        try await withMock { mock async throws in
            let list = try await mock.call(.GET, "/_mock/mini-program").json
            #expect(list["source"] == "built in")
            #expect(list["entry"] == "program.js")
            #expect(list["files"] == .array(names.map { .string($0) }))
            for name in names {
                let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
                let script = try await mock.call(.GET, "/_mock/mini-program/\(name)").text
                #expect(script.hasPrefix("miniProgram.define(\"\(name)\", "))
                // Unchanged, and the numbers of its lines too.
                #expect(
                    script.hasSuffix("function (require, module, exports) { \(text)\n}; })());\n")
                )
                #expect(
                    script.split(separator: "\n")[0].contains("{ \(text.prefix { $0 != "\n" })")
                )
            }
        }
    }

    @Test func `a developer's own mini-program is read anew each time`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let lib = folder.appending(path: "lib/parts")
        try FileManager.default.createDirectory(at: lib, withIntermediateDirectories: true)
        @Sendable func write(_ text: String, _ name: String) throws {
            try Data(text.utf8).write(to: folder.appending(path: "lib/\(name)"))
        }
        try write("one", "program.js")
        try write("part", "parts/a.js")
        try write("no script", "README.md")
        var settings = MockWeChatSettings()
        settings.miniProgram = .folder(folder.path)
        try await withMock(settings: settings) { mock async throws in
            let list = try await mock.call(.GET, "/_mock/mini-program").json
            #expect(list["files"] == ["parts/a.js", "program.js"])
            #expect(list["source"]?.string == folder.path)
            let path = "/_mock/mini-program/program.js"
            #expect(try await mock.call(.GET, path).text.contains("{ one\n"))
            try write("two", "program.js")
            #expect(try await mock.call(.GET, path).text.contains("{ two\n"))
            let part = try await mock.call(.GET, "/_mock/mini-program/parts%2Fa.js")
            #expect(part.text.contains("{ part\n"))

            try write(String(repeating: " ", count: (1 << 20) + 1), "parts/a.js")
            let large = try await mock.call(.GET, "/_mock/mini-program")
            #expect(large.error == "no_mini_program")
            #expect(large.json["detail"]?.string?.contains("parts/a.js") == true)
            try FileManager.default.removeItem(at: lib)
            for number in 0..<200 { try write("", "\(number).js") }
            #expect(try await mock.call(.GET, "/_mock/mini-program").error == "no_mini_program")
            try FileManager.default.removeItem(at: folder)
            #expect(try await mock.call(.GET, "/_mock/mini-program").error == "no_mini_program")
        }
    }

    // MARK: - Codes

    @Test func `the codes made last are listed, the newest first, and their pictures scan`()
        async throws
    {
        try await withMock { mock async throws in
            #expect(try await mock.call(.GET, "/_mock/codes").json["codes"] == [])
            for number in 0..<26 { _ = try await mock.picture(["scene": .string("s\(number)")]) }
            _ = try await mock.picture(["scene": "s10"])
            let codes = try await mock.call(.GET, "/_mock/codes").json["codes"]?.array ?? []
            let scenes = codes.compactMap { $0["scene"]?.string }
            #expect(scenes.prefix(3) == ["s10", "s25", "s24"])
            #expect(scenes.count == 24)
            #expect(scenes.last == "s2")
            #expect(codes.first?["at"] == "2026-01-01T00:00:00.000Z")

            let id = try #require(codes[1]["id"]?.string)
            let picture = try await mock.call(.GET, "/_mock/c/\(id)/picture")
            #expect(picture.contentType == "image/png")
            let scan = "/_mock/phones/alice/scan?how=album"
            let launch = try await mock.call(.POST, scan, body: picture.bytes).json
            #expect(launch["query"] == ["scene": "s25"])
            #expect(launch["scene"] == 1049)
            #expect(try await mock.call(.GET, "/_mock/c/none/picture").error == "code_unknown")
        }
    }

    @Test func `what a picture says leads to the virtual phone, with the code`() async throws {
        try await withMock { mock async throws in
            _ = try await mock.picture()
            let codes = try await mock.call(.GET, "/_mock/codes").json["codes"]?.array
            let id = try #require(codes?.first?["id"]?.string)
            let page = try await mock.call(.GET, "/_mock/c/\(id)").text
            #expect(
                page.contains(
                    "<meta http-equiv=\"refresh\" content=\"0; url=/_mock/phone?code=\(id)\">"
                )
            )
            #expect(try await mock.call(.GET, "/_mock/phone?code=\(id)").status == 200)
        }
    }

    // MARK: - Who may reach it

    private static let call: JSON = [
        "appid": .string(MockCaller.appid), "url": "http://a.example/",
    ]

    @Test func `a call without the page's own header is refused`() async throws {
        try await withMock { mock async throws in
            for path in ["request", "upload?call=%7B%7D"] {
                let target = "/_mock/phones/alice/\(path)"
                let answer = try await mock.call(.POST, target, body: Self.call.bytes())
                #expect(answer.error == "not_from_the_phone")
            }
            let asked = try await mock.call(
                .OPTIONS,
                "/_mock/phones/alice/request",
                headers: ["origin": "http://evil.example", "host": "127.0.0.1"]
            )
            #expect(asked.status == 403)
            #expect(!asked.headers.contains { $0.name.lowercased().hasPrefix("access-control") })
        }
    }

    @Test(arguments: [
        "http://evil.example", "null", "http://127.0.0.1:9091",
        "http://127.0.0.1.evil.example:9090",
        "http://evil.example/127.0.0.1:9090", "127.0.0.1:9090",
    ])
    func `a page of another site calls nothing`(origin: String) async throws {
        try await withMock { mock async throws in
            let head: HTTPHeaders = [
                "origin": origin, "host": "127.0.0.1:9090", "x-mock-phone": "1",
            ]
            for path in ["phones/alice/request", "reset", "apps/\(MockCaller.appid)", "faults"] {
                let answer = try await mock.call(
                    .POST,
                    "/_mock/\(path)",
                    body: Self.call.bytes(),
                    headers: head
                )
                #expect(answer.error == "foreign_origin", "\(path)")
            }
        }
    }

    @Test func `a page whose own name points here calls nothing`() async throws {
        try await withMock { mock async throws in
            let host = "evil.example:9090"
            for path in ["reset", "people", "faults"] {
                let answer = try await mock.call(
                    .POST,
                    "/_mock/\(path)",
                    body: Self.call.bytes(),
                    headers: ["origin": "http://\(host)", "host": host]
                )
                #expect(answer.error == "foreign_host", "\(path)")
            }
        }
    }

    @Test(arguments: [
        "127.0.0.1:9090", "localhost:9090", "192.168.1.5:9090", "[::1]:9090", "mock:9090",
        "mock.local", "wechat.mock.internal", "phone.example:9090", "PHONE.example",
    ])
    func `the phone is at addresses, at names inside, and at its own names`(
        host: String
    )
        async throws
    {
        let settings = MockWeChatSettings(publicURL: "http://phone.example:9090")
        try await withMock(settings: settings) { mock async throws in
            let head: HTTPHeaders = [
                "origin": "http://\(host)", "host": host, "x-mock-phone": "1",
            ]
            #expect(
                try await mock.call(.GET, "/_mock/phone", headers: ["host": host]).status == 200
            )
            let answer = try await mock.call(
                .POST,
                "/_mock/phones/alice/request",
                body: Self.call.bytes(),
                headers: head
            )
            #expect(answer.json["errMsg"] == "request:fail url not in domain list")
        }
    }

    @Test(arguments: [
        "evil.example", "evil.example:9090", "127.0.0.1.evil.example", "127.0.0.1.nip.io:9090",
        "localhost.evil.example", "phone.example.evil.example", ".local.evil.example",
    ])
    func `a name that somebody else made point here does not lead to the phone`(
        host: String
    )
        async throws
    {
        let settings = MockWeChatSettings(publicURL: "http://phone.example:9090")
        try await withMock(settings: settings) { mock async throws in
            let page = try await mock.call(.GET, "/_mock/phone", headers: ["host": host])
            #expect(page.error == "foreign_host")
            let answer = try await mock.call(
                .POST,
                "/_mock/phones/alice/request",
                body: Self.call.bytes(),
                headers: ["origin": "http://\(host)", "host": host, "x-mock-phone": "1"]
            )
            #expect(answer.error == "foreign_host")
        }
    }
}
