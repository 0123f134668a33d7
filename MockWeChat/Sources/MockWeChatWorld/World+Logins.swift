import Crypto
import FoundationEssentials

extension World {
    /// What wx.login gives: a code in WeChat's shape, good once and for five minutes.
    ///
    /// The shape is observed: 32 letters, the first `0`, letters 4 to 7 again as letters 28 to 31.
    mutating func newLoginCode(for person: String, in appid: String, at now: Moment) -> String {
        var letters = Array(("0" + dice.text(31, of: .alphanumeric)).utf8)
        letters.replaceSubrange(27..<31, with: letters[3..<7])
        let code = String(decoding: letters, as: UTF8.self)
        let expires = now.adding(seconds: WorldLimits.loginCodeLife)
        loginCodes.set(code, to: LoginCode(appid: appid, person: person, expires: expires))
        renewSessionKey(of: UserKey(appid: appid, person: person), at: now)
        return code
    }

    /// Who logged in with a code that is still good.
    func personOfUnspentLoginCode(
        _ text: String,
        appid: String,
        at now: Moment
    ) throws(WeChatError) -> String {
        guard let code = loginCodes[text], code.appid == appid, now < code.expires else {
            throw .invalidCode
        }
        guard !code.spent else { throw .codeUsed }
        return code.person
    }

    mutating func spendLoginCode(_ text: String) {
        loginCodes.update(text) { $0.spent = true }
    }

    /// The key that is valid now; WeChat page api_checksessionkey: one at any moment.
    mutating func sessionKey(of person: String, in appid: String, at now: Moment) -> String {
        let user = UserKey(appid: appid, person: person)
        return sessionKeys[user]?.text ?? replaceSessionKey(of: user, at: now)
    }

    /// A login may replace the key, but not in quick succession.
    private mutating func renewSessionKey(of user: UserKey, at now: Moment) {
        if let key = sessionKeys[user], now < key.issued.adding(seconds: WorldLimits.sessionKeyGap)
        {
            return
        }
        replaceSessionKey(of: user, at: now)
    }

    @discardableResult
    private mutating func replaceSessionKey(of user: UserKey, at now: Moment) -> String {
        let bytes = (0..<16).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        let key = SessionKey(text: Base64.encode(bytes), issued: now)
        sessionKeys[user] = key
        return key.text
    }
}

// MARK: - Identities

extension World {
    /// The name of a person in one app: 28 letters, the first `o`.
    func openid(of person: String, in appid: String) -> String {
        people[person]?.openid ?? identity("openid", appid, person)
    }

    /// The name of a person in all apps of the Open Platform account; the world has one.
    func unionid(of person: String) -> String {
        people[person]?.unionid ?? identity("unionid", person)
    }

    /// The same for the same seed and words in every run, whatever else happened in the world.
    private func identity(_ words: String...) -> String {
        let material = ([String(description.seed)] + words).joined(separator: "\u{0}")
        let letters = Alphabet.base64URL.letters
        let digest = SHA256.hash(data: Array(material.utf8))
        let text = digest.prefix(27).map { letters[Int($0 & 0x3F)] }
        return "o" + String(decoding: text, as: UTF8.self)
    }
}
