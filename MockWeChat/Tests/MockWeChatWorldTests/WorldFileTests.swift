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

    @Test(
        arguments: [
            ("apps: []", "at least one app"),
            ("apps: [{ appid: a, secret: s, ip_allow_list: [nonsense] }]", "addresses such as"),
            ("apps: [{ appid: a, secret: s, ip_allow_list: [127.0.0.0/8] }]", "no ranges"),
            ("apps: [{ appid: a, secret: s, pages: [/x] }]", "none with a slash"),
            ("apps: [{ appid: a, secret: s, members: [nobody] }]", "nobody is not among them"),
            (
                "apps: [{ appid: a, secret: s }]\npeople: [{ name: a, openid: o }, { name: b, openid: o }]",
                "an openid that no other"
            ),
        ]
    )
    func `a world that cannot mean what it says is refused`(yaml: String, words: String) {
        #expect {
            try WorldDescription(yaml: yaml)
        } throws: { error in
            (error as? DescriptionError)?.detail.contains(words) == true
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `aliases of aliases are counted, and refused before they are all taken apart`() {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let names = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            yaml += "a\(level): &a\(level) [\(names)]\n"
        }
        #expect {
            try WorldDescription(yaml: yaml)
        } throws: { error in
            (error as? DescriptionError)?.detail.contains("at most 1000000 values") == true
        }
    }
}
