import FakePhone
import Testing

struct EventStreamParserTests {
    private func parse(_ pieces: String...) -> [String] {
        var parser = EventStreamParser()
        return pieces.flatMap { parser.feed(Array($0.utf8)) }
    }

    @Test func `an event ends with an empty line`() {
        #expect(parse("id: 1\ndata: {\"a\":1}\n\n") == ["{\"a\":1}"])
        #expect(parse("data: a\n") == [])
    }

    @Test func `line ends of every kind are understood`() {
        #expect(parse("data: a\r\n\r\ndata: b\r\rdata: c\n\n") == ["a", "b", "c"])
    }

    @Test func `an event may come in pieces`() {
        #expect(parse("da", "ta: a\r", "\n\r\n", "data: b\n", "\n") == ["a", "b"])
    }

    @Test func `comments and unknown fields are read over`() {
        #expect(parse(": ping\n\nevent: x\nretry: 5\ndata:a\ndata\ndata:  b\n\n") == ["a\n\n b"])
    }
}
