import Logging
package import LoginDomain
import LoginStore
import Synchronization

/// One of a user's recent logins.
package struct RecentLogin: Sendable {
    package var login: Login
    /// Whether the browser is still logged in by it.
    package var isCurrent: Bool
}

extension LoginService {
    /// Gives the phone's owner another nickname; the empty one takes it away.
    ///
    /// `composed` is the text in Unicode's composed form.
    package func setNickName(
        composed text: String,
        by caller: PhoneCaller
    ) async throws(LoginRefusal) -> User {
        try await checkPhone(caller)
        let name: NickName
        do {
            name = try NickName(composed: text)
        } catch {
            throw .badNickName(error)
        }
        let phone = try await phoneChangingProfile(caller)
        return try await changed { () async throws(LoginStoreError) in
            try await store.setNickName(name, of: phone.user)
        }
    }

    /// Gives the phone's owner another picture.
    package func setAvatar(
        _ bytes: [UInt8],
        by caller: PhoneCaller
    ) async throws(LoginRefusal) -> User {
        let phone = try await phoneChangingProfile(caller)
        let name = dice.draw { AvatarName(using: &$0) }
        guard let avatar = Avatar(name: name, uploaded: bytes) else { throw .unknownPicture }
        return try await changed { () async throws(LoginStoreError) in
            try await store.setAvatar(avatar, of: phone.user)
        }
    }

    /// A picture by its name; nil when there is none.
    package func avatar(_ name: AvatarName) async throws(LoginRefusal) -> Avatar? {
        try await stored { () async throws(LoginStoreError) in try await store.avatar(name) }
    }

    /// The recent logins of the phone's owner, the newest first.
    package func logins(by caller: PhoneCaller) async throws(LoginRefusal) -> [RecentLogin] {
        let now = time.now()
        let phone = try await livePhone(caller.token, at: now)
        let logins = try await stored { () async throws(LoginStoreError) in
            try await store.logins(of: phone.user)
        }
        return logins.map {
            RecentLogin(login: $0, isCurrent: $0.isLive(at: now, policy))
        }
    }

    /// Ends one of the owner's logins.
    ///
    /// From the answer on no request with its session succeeds (I21). Again is the same answer.
    package func revokeLogin(
        _ text: String,
        by caller: PhoneCaller
    ) async throws(LoginRefusal) {
        let phone = try await livePhone(caller.token, at: time.now())
        guard let id = LoginID(text: text) else { throw .unknownLogin }
        let isThere = try await stored { () async throws(LoginStoreError) in
            try await store.revokeLogin(id, of: phone.user)
        }
        guard isThere else { throw .unknownLogin }
        logger.info("login revoked", metadata: ["login": "\(id)", "user": "\(phone.user)"])
    }

    /// Whether a bearer may upload: asked before the body is read.
    package func checkPhone(_ caller: PhoneCaller) async throws(LoginRefusal) {
        _ = try await livePhone(caller.token, at: time.now())
    }

    private func phoneChangingProfile(
        _ caller: PhoneCaller
    ) async throws(LoginRefusal) -> PhoneSession {
        let now = time.now()
        let phone = try await livePhone(caller.token, at: now)
        if let wait = budgets.withLock({ $0.changeProfile(phone.user, at: now) }) {
            throw refuse("profile_changes", wait)
        }
        return phone
    }

    private func changed(
        _ change: () async throws(LoginStoreError) -> User?
    ) async throws(LoginRefusal) -> User {
        guard let user = try await stored(change) else { throw storeFailure("the user is gone") }
        return user
    }
}
