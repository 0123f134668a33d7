import MockWeChatWorld
import NIOHTTP1
import Testing

@Suite struct HostileInputTests {
    @Test func `a body over the limit answers 413`() async throws {
        try await withMock { mock async throws in
            let mega = [UInt8](repeating: 0x20, count: 1 << 20)
            let path = "/cgi-bin/stable_token"
            #expect(try await mock.call(.POST, path, body: mega).json["errcode"] == 47001)
            #expect(try await mock.call(.POST, path, body: mega + [0x20]).status == 413)
            let control = try await mock.call(.POST, "/_mock/faults", body: mega + [0x20])
            #expect(control.status == 413)
            #expect(control.error == "too_large")
            #expect(try await mock.call(.GET, "/_mock/health").status == 200)
        }
    }

    @Test(arguments: [
        "/", "//cgi-bin/token", "/%", "/cgi-bin/token%00", "/?%zz=%", "/_mocking",
        "/cgi-bin/token?appid=%FF%FE", "/sns/../cgi-bin/token",
    ])
    func `no odd target answers 500`(target: String) async throws {
        try await withMock { mock async throws in
            for method in [HTTPMethod.GET, .POST, .PUT, .DELETE, .HEAD, .OPTIONS] {
                #expect(try await mock.call(method, target, body: [0xFF, 0x00]).status == 200)
            }
        }
    }

    @Test(
        arguments: [
            (.GET, "/_mock", 404, "no_such_path"),
            (.GET, "/_mock/", 404, "no_such_path"),
            (.GET, "/_mock/nothing", 404, "no_such_path"),
            (.GET, "/_mock/phones//login", 404, "no_such_path"),
            (.POST, "/_mock/health", 405, "method_not_allowed"),
            (.POST, "/_mock/faults", 400, "not_json"),
            (.POST, "/_mock/clock", 400, "not_json"),
            (.DELETE, "/_mock/faults/f1", 404, "no_such_fault"),
            (.GET, "/_mock/journal?limit=-1", 400, "bad_request"),
            (.POST, "/_mock/phones/alice/scan", 415, "not_png"),
            (.POST, "/_mock/phones/zoe/scan", 404, "no_such_person"),
            (.POST, "/_mock/phones/%E7%88%B1/scan", 404, "no_such_person"),
            (.POST, "/_mock/phones/alice/scan?how=glance", 400, "bad_how"),
            (.POST, "/_mock/phones/alice/scan?why=1", 400, "bad_request"),
        ] as [(HTTPMethod, String, Int, String)]
    )
    func `the control plane names what is wrong`(
        method: HTTPMethod,
        target: String,
        status: Int,
        error: String
    ) async throws {
        try await withMock { mock async throws in
            let answer = try await mock.call(method, target)
            #expect(answer.status == status)
            #expect(answer.error == error)
            #expect(answer.json["detail"]?.string?.isEmpty == false)
            #expect(answer.contentType == "application/json")
        }
    }

    @Test func `a wrong member is named with what was expected`() async throws {
        try await withMock { mock async throws in
            let answer = try await mock.call(
                .POST,
                "/_mock/faults",
                json: ["endpoint": "*", "errcode": -1, "count": "two"]
            )
            #expect(answer.status == 400)
            #expect(
                answer.json["detail"]?.string
                    == "count: expected a whole number from 1 to 1000000000"
            )
        }
    }
}
