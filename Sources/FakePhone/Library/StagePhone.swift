/// A phone of a stage: it sees what a mini-program sees, and learns a scene from a picture alone.
public struct StagePhone: Sendable {
    /// How a picture gets under the eyes of WeChat.
    public enum Way: String, Sendable, CaseIterable {
        /// Launch value 1047.
        case camera
        /// Launch value 1048.
        case longpress
        /// Launch value 1049.
        case album
    }

    private var phone: FakePhone

    init(_ phone: FakePhone) { self.phone = phone }

    /// The user that the phone is logged in as; nil before its first login.
    public var userID: String? { phone.session?.user["userid"]?.string }

    /// `wx.login` and `POST /mp/session`; `scan` does it when needed.
    @discardableResult
    public mutating func logIn() async throws(PhoneStageError) -> StageAnswer {
        try await say { phone throws(FakePhoneError) in try await phone.logIn() }
    }

    /// Scans what a browser shows, and tells the login server.
    ///
    /// - Returns: The first refusal on the way, of WeChat or of the server, or the answer of
    ///   `POST /mp/scan`: what the confirm screen shows.
    @discardableResult
    public mutating func scan(
        _ browser: StageBrowser,
        by way: Way = .camera
    ) async throws(PhoneStageError) -> StageAnswer {
        guard let picture = browser.picture else {
            throw PhoneStageError(.noPicture(browser: browser.browser.name))
        }
        return try await scan(png: picture, by: way)
    }

    /// Scans the bytes of a PNG: a code, or a screenshot with one in it.
    @discardableResult
    public mutating func scan(
        png bytes: [UInt8],
        by way: Way = .camera
    ) async throws(PhoneStageError) -> StageAnswer {
        guard let picture = Picture(png: bytes), let how = FakePhone.ScanHow(rawValue: way.rawValue)
        else { throw PhoneStageError(.badPicture("its bytes are no PNG")) }
        return try await say { phone throws(FakePhoneError) in
            try await phone.scan(picture, how: how)
        }
    }

    /// `POST /mp/confirm`.
    ///
    /// - Parameters:
    ///   - after: How long the person reads first, counted from the scan; the server refuses sooner
    ///     than its `LIFETIMES_CONFIRM_DELAY_MS`, 700 ms by default.
    ///   - number: What the person types where the server asks for the number on the screen.
    /// - Returns: The answer.
    /// - Throws: `PhoneStageError.impossible` without an answer, or when nothing was scanned.
    @discardableResult
    public mutating func confirm(
        after: Duration = .milliseconds(800),
        number: String? = nil
    ) async throws(PhoneStageError) -> StageAnswer {
        try await say { phone throws(FakePhoneError) in
            try await phone.confirm(after: after, number: number)
        }
    }

    /// `POST /mp/cancel`.
    @discardableResult
    public mutating func cancel() async throws(PhoneStageError) -> StageAnswer {
        try await say { phone throws(FakePhoneError) in try await phone.cancel() }
    }

    /// `POST /mp/profile`: the nickname that the person typed.
    @discardableResult
    public mutating func setNickName(_ name: String) async throws(PhoneStageError) -> StageAnswer {
        try await say { phone throws(FakePhoneError) in try await phone.setNickName(name) }
    }

    /// WeChat's phone-number button, and `POST /mp/phone` with the code that it gave.
    @discardableResult
    public mutating func sharePhoneNumber() async throws(PhoneStageError) -> StageAnswer {
        try await say { phone throws(FakePhoneError) in try await phone.sharePhoneNumber() }
    }

    private mutating func say(
        _ call: (inout FakePhone) async throws(FakePhoneError) -> Reply
    ) async throws(PhoneStageError) -> StageAnswer {
        do {
            return StageAnswer(try await call(&phone))
        } catch {
            throw PhoneStageError(error)
        }
    }
}
