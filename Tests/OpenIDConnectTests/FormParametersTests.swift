import OpenIDConnect
import Testing

struct FormParametersTests {
    @Test func `names and values are decoded`() throws {
        let form = try FormParameters("a=1&b=x+y%26z&%C3%A9=%E4%BD%A0&empty=&flag&=v".utf8)
        #expect(form["a"] == "1")
        #expect(form["b"] == "x y&z")
        #expect(form["\u{E9}"] == "\u{4F60}")
        #expect(form["empty"] == nil)
        #expect(form["flag"] == nil)
        #expect(form["missing"] == nil)
        #expect(form.repeated.isEmpty)
    }

    @Test func `a name that comes twice is told once, whatever its values`() throws {
        let form = try FormParameters("a=1&b=&a=2&a=3&b=".utf8)
        #expect(form.repeated == ["a", "b"])
        #expect(form["a"] == "1")
    }

    @Test(arguments: [
        "a=%", "a=%4", "a=%zz", "a=%C3%28", "a=%00", "a=%0d%0aSet-Cookie:x", "%0a=1", "a=\u{7F}",
    ])
    func `T28: bytes that are no text of one line are refused`(text: String) {
        #expect(throws: FormParameters.Flaw.malformed) { try FormParameters(text.utf8) }
    }

    @Test func `T30: fifty pairs are enough`() throws {
        let pairs = (0..<FormParameters.pairsMax).map { "a\($0)=1" }.joined(separator: "&")
        #expect(try FormParameters(pairs.utf8)["a49"] == "1")
        #expect(throws: FormParameters.Flaw.tooMany) { try FormParameters("\(pairs)&b".utf8) }
    }
}
