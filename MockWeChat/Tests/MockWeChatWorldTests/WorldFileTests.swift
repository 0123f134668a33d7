import Foundation
import MockWeChatWorld
import Testing

@Suite struct WorldFileTests {
    @Test func `the built-in world is the file in Fixtures`() throws {
        let file = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/Worlds/default.yaml")
        let yaml = try String(contentsOf: file, encoding: .utf8)
        #expect(try WorldDescription(yaml: yaml) == .standard)
        #expect(
            WorldDescription.standard.people.map(\.name) == ["alice", "bob", "carol", "mallory"]
        )
        #expect(WorldDescription.standard.apps.map(\.appid) == ["wx0123456789abcdef"])
    }

    @Test func `a scalar without quotes is a text where a text is expected`() throws {
        let world = try WorldDescription(yaml: "apps: [{ appid: wx1, secret: 0123 }]")
        #expect(world.apps[0].secret == "0123")
        #expect(world.seed == 1)
        #expect(world.clock.mode == .real)
    }

    /// One row: the file, the line and column of what is wrong, and its member.
    @Test(
        arguments: [
            ("", nil, nil, ""),
            ("apps: [", 2, 1, ""),
            ("seed: 1", 1, 1, "apps"),
            ("apps: []\nsede: 2", 2, 1, "sede"),
            ("apps: []\nseed: one", 2, 7, "seed"),
            ("apps:\n  - appid: wx1", 2, 5, "apps[0].secret"),
            ("apps:\n  - appid: wx1\n    secret: s\n    released: 1", 4, 15, "apps[0].released"),
            ("apps:\n  - appid: wx1\n    secret: s\n    kind: shop", 4, 11, "apps[0].kind"),
            ("apps:\n  - appid: wx1\n    secret: s\n    pages: []", 4, 12, "apps[0].pages"),
            ("apps: []\nclock: { mode: frozen, start: soon }", 2, 31, "clock.start"),
            (
                "apps: []\npeople:\n  - { name: a }\n  - { name: a }", 4, 5, "people[1]"
            ),
            (
                "apps: []\nswitches: { forced_refresh_overlap_s: true }", 2, 39,
                "switches.forced_refresh_overlap_s"
            ),
        ] as [(String, Int?, Int?, String)]
    )
    func `a wrong file is refused by line, column and member`(
        yaml: String,
        line: Int?,
        column: Int?,
        member: String
    ) {
        do throws(DescriptionError) {
            _ = try WorldDescription(yaml: yaml)
            Issue.record("the file was taken")
        } catch {
            #expect(error.member == member)
            #expect(error.place?.line == line)
            #expect(error.place?.column == column)
        }
    }
}

@Suite struct MomentTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00.000Z", 0),
        ("2026-01-01T00:00:00.000Z", 1_767_225_600_000),
        ("2024-02-29T23:59:59.999Z", 1_709_251_199_999),
        ("2099-12-31T23:59:59.999Z", 4_102_444_799_999),
        ("1969-12-31T23:59:59.001Z", -999),
    ])
    func `a moment reads and writes as ISO 8601`(text: String, milliseconds: Int64) {
        #expect(Moment(milliseconds: milliseconds).iso8601 == text)
        #expect(Moment(iso8601: text) == Moment(milliseconds: milliseconds))
    }

    @Test func `a moment writes as the field Date`() {
        #expect(Moment(seconds: 784_111_777).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(Moment(seconds: 1_767_225_600).httpDate == "Thu, 01 Jan 2026 00:00:00 GMT")
    }

    @Test func `offsets and fractions are understood`() {
        #expect(Moment(iso8601: "2026-01-01T08:00:00+08:00")?.seconds == 1_767_225_600)
        #expect(Moment(iso8601: "2025-12-31T19:00:00-05:00")?.seconds == 1_767_225_600)
        #expect(Moment(iso8601: "1970-01-01T00:00:00.5Z")?.milliseconds == 500)
    }

    @Test(arguments: [
        "", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00.Z",
        "٢026-01-01T00:00:00Z",
    ])
    func `what is no moment is refused`(text: String) {
        #expect(Moment(iso8601: text) == nil)
    }
}

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "[]", "{}", "[1,-2,0]", #"{"a":{"b":["c"]}}"#, #""\"\\\n\t\u0001""#,
        #""爱丽丝""#, "[0.5]",
    ])
    func `what is written is what was read`(text: String) {
        let bytes = JSON(parsing: Array(text.utf8))?.bytes() ?? []
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test func `escapes and surrogate pairs are understood`() {
        let text = #""\u0041\/\ud83d\ude00""#
        #expect(JSON(parsing: Array(text.utf8)) == "A/😀")
    }

    @Test(arguments: [
        "", " ", "nul", "01", "1.", "-", "+1", ".5", "1e", "[1,]", "{,}", #"{"a"}"#, #"{"a":1,}"#,
        #"{a:1}"#, #""a"#, "\"\n\"", #""\x""#, #""\ud800""#, #""\ud800\u0041""#, "1 2", "\u{FEFF}1",
        "NaN", "1e999",
    ])
    func `what is no JSON is refused`(text: String) {
        #expect(JSON(parsing: Array(text.utf8)) == nil)
    }

    @Test func `hostile depth and broken UTF-8 are refused`() {
        #expect(JSON(parsing: [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)) == nil)
        #expect(JSON(parsing: [0x22, 0xFF, 0x22]) == nil)
    }
}
