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
        let user = UserKey(appid: appid, person: person)
        renewSessionKey(of: user, at: now)
        lastActive[user] = now
        return code
    }

    /// Who logged in with a code that is still good.
    func personOfUnspentLoginCode(
        _ text: String,
        appid: String,
        at now: Moment
    ) throws(WeChatError) -> String {
        if let error = MagicValue.error(in: text) { throw error }
        if let name = MagicValue.person(in: text), people[name] != nil { return name }
        guard let code = loginCodes[text], now < code.expires else { throw .invalidCode }
        guard code.appid == appid else {
            throw WeChatError(description.switches.foreignCodeErrcode)
        }
        guard !code.spent else { throw .codeUsed }
        return code.person
    }

    mutating func spendLoginCode(_ text: String) {
        loginCodes.update(text) { $0.spent = true }
    }

}

// MARK: - Session keys

extension World {
    /// The key that is valid now, if there is one; WeChat page api_checksessionkey: one at any moment.
    func liveSessionKey(of user: UserKey, at now: Moment) -> SessionKey? {
        sessionKeys[user].flatMap { now < $0.expires ? $0 : nil }
    }

    /// The key that is valid now, or a new one; use prolongs its life.
    mutating func usedSessionKey(of user: UserKey, at now: Moment) -> String {
        guard var key = liveSessionKey(of: user, at: now) else {
            return replaceSessionKey(of: user, at: now).text
        }
        key.expires = sessionKeyEnd(now)
        sessionKeys[user] = key
        return key.text
    }

    /// A new key that ends when the old one would have; too many resets of one user are refused.
    mutating func resetSessionKey(of user: UserKey, at now: Moment) throws(WeChatError) -> String {
        guard let old = liveSessionKey(of: user, at: now) else { throw .sessionKeyGone }
        var resets = sessionKeyResets[user] ?? CallCounter()
        guard resets.used(inMinuteOf: now) < WorldLimits.sessionKeyResetsPerMinute else {
            throw .minuteQuota
        }
        resets.count(at: now)
        sessionKeyResets[user] = resets
        var key = replaceSessionKey(of: user, at: now)
        key.expires = old.expires
        sessionKeys[user] = key
        return key.text
    }

    /// A login may replace the key, but not in quick succession.
    private mutating func renewSessionKey(of user: UserKey, at now: Moment) {
        let gap = description.switches.sessionKeyRefreshGapSeconds
        if let key = liveSessionKey(of: user, at: now), now < key.issued.adding(seconds: gap) {
            return
        }
        replaceSessionKey(of: user, at: now)
    }

    @discardableResult
    private mutating func replaceSessionKey(of user: UserKey, at now: Moment) -> SessionKey {
        let bytes = (0..<16).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        let key = SessionKey(text: Base64.encode(bytes), issued: now, expires: sessionKeyEnd(now))
        sessionKeys[user] = key
        return key
    }

    private func sessionKeyEnd(_ now: Moment) -> Moment {
        now.adding(seconds: description.switches.sessionKeyLifetimeSeconds)
    }
}

// MARK: - Identities

extension World {
    /// The name of a person in one app: 28 letters, the first `o`.
    mutating func openid(of person: String, in appid: String) -> String {
        let user = UserKey(appid: appid, person: person)
        if let openid = openids[user] { return openid }
        let openid = people[person]?.openid ?? identity("openid", appid, person)
        openids[user] = openid
        return openid
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

    /// Who has an openid in an app.
    mutating func person(ofOpenid openid: String, in appid: String) -> String? {
        guard apps[appid] != nil else { return nil }
        // Openids are computed, not stored; each person's is computed once.
        let known = openidOwners[appid]?.count ?? 0
        if known < description.people.count {
            for person in description.people[known...] {
                openidOwners[appid, default: [:]][self.openid(of: person.name, in: appid)] =
                    person.name
            }
        }
        return openidOwners[appid]?[openid]
    }

    /// The user whom an openid of this app names.
    mutating func userOfOpenid(
        _ openid: String?,
        of appid: String?
    ) throws(WeChatError) -> UserKey {
        if let error = MagicValue.error(in: openid) { throw error }
        guard let openid, let appid, let person = person(ofOpenid: openid, in: appid) else {
            throw .invalidOpenID
        }
        return UserKey(appid: appid, person: person)
    }
}
