import MockWeChatWorld
import Testing

@Suite struct JournalTests {
    @Test func `an exchange is written down whole`() throws {
        var stage = Stage()
        _ = stage.call("GET", "/cgi-bin/token?appid=wxnobody&secret=s%20t")
        let entry = try #require(try stage.world.journalJSON([])["entries"]?.array?.first)
        #expect(
            entry.members?.map(\.name) == [
                "seq", "at", "endpoint", "method", "query", "request_headers", "request_body",
                "status", "response_headers", "response_body", "errcode", "fault", "duration_ms",
            ]
        )
        #expect(entry["seq"] == 1)
        #expect(entry["at"] == "2026-01-01T00:00:00.000Z")
        #expect(entry["endpoint"] == "/cgi-bin/token")
        #expect(entry["query"] == ["appid": "wxnobody", "secret": "s t"])
        #expect(entry["errcode"] == 40013)
        #expect(entry["fault"] == JSON.null)
    }

    @Test func `a picture is written down by size, digest and width`() throws {
        var stage = Stage()
        let token = stage.token().token
        let request = WeChatRequest(
            method: "POST",
            target: "/wxa/getwxacodeunlimit?access_token=\(token)",
            body: Array(#"{"scene":"a"}"#.utf8)
        )
        _ = stage.world.answer(request, at: stage.now)
        let journal = try stage.world.journalJSON([]) { _ in DrawnPicture(Array("abc".utf8)) }
        let entry = journal["entries"]?.array?.last
        #expect(
            entry?["response_body"] == [
                "bytes": 3,
                "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "width": 430,
            ]
        )
    }

    @Test func `the latest entries of one endpoint can be asked for`() throws {
        var stage = Stage()
        for _ in 0..<3 {
            _ = stage.token()
            _ = stage.stableToken()
        }
        let query = QueryItem.items(of: "endpoint=/cgi-bin/token&limit=2")
        let entries = try stage.world.journalJSON(query)["entries"]?.array
        #expect(entries?.compactMap { $0["seq"]?.integer } == [3, 5])
        #expect(throws: ControlError.self) {
            try stage.world.journalJSON(QueryItem.items(of: "limit=many"))
        }
        #expect(throws: ControlError.self) {
            try stage.world.journalJSON(QueryItem.items(of: "since=never"))
        }
    }

    @Test func `beyond ten thousand entries the oldest are dropped and counted`() throws {
        var stage = Stage()
        for _ in 0..<10_003 { _ = stage.call("GET", "/x") }
        let journal = try stage.world.journalJSON([])
        #expect(journal["dropped"] == 3)
        #expect(journal["entries"]?.array?.count == 10_000)
        #expect(journal["entries"]?.array?.first?["seq"] == 4)
    }

    @Test func `beyond 64 MiB the oldest are dropped and counted`() throws {
        var stage = Stage()
        let body = String(repeating: "x", count: 1 << 20)
        for _ in 0..<70 { _ = stage.call("POST", "/x", body: body) }
        let journal = try stage.world.journalJSON([])
        #expect(journal["dropped"] == 7)
        #expect(journal["entries"]?.array?.count == 63)
    }
}
