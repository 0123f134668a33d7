import MockWeChatWorld
import NIOHTTP1
import Testing

@Suite struct ControlPlaneTests {
    @Test func `health tells seed and time`() async throws {
        try await withMock { mock async throws in
            #expect(
                try await mock.call(.GET, "/_mock/health").json == [
                    "status": "ok", "seed": 1, "now": "2026-01-01T00:00:00.000Z",
                ]
            )
        }
    }

    @Test func `the clock moves tokens to their end`() async throws {
        try await withMock { mock async throws in
            let token = try await mock.token()
            let clock = try await mock.call(.POST, "/_mock/clock", json: ["advance_seconds": 7200])
            #expect(clock.json == ["mode": "frozen", "now": "2026-01-01T02:00:00.000Z"])
            let answer = try await mock.call(
                .POST,
                "/wxa/getwxacodeunlimit?access_token=\(token)",
                json: ["scene": "a"]
            )
            #expect(answer.json["errcode"] == 42001)
            #expect(try await mock.call(.GET, "/_mock/clock").json == clock.json)
        }
    }

    @Test func `people and apps can be added while the mock runs`() async throws {
        try await withMock { mock async throws in
            let person = try await mock.call(.POST, "/_mock/people", json: ["name": "dave"])
            #expect(person.json["name"] == "dave")
            let app = try await mock.call(
                .POST,
                "/_mock/apps",
                json: ["appid": "wxnew", "secret": "s"]
            )
            #expect(app.status == 200)
            let twice = try await mock.call(.POST, "/_mock/people", json: ["name": "dave"])
            #expect(twice.status == 409)
            let world = try await mock.call(.GET, "/_mock/world").json
            #expect(world["people"]?.array?.count == 5)
            #expect(world["apps"]?.array?.count == 2)
        }
    }
}
