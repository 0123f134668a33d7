import MockWeChatWorld
import Testing

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
