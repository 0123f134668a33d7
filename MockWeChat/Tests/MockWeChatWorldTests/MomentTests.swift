import MockWeChatWorld
import Testing

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
