import Logging
package import LoginDomain
import LoginStore
import Synchronization
import WeChatClient

/// A phone, logged in to us.
package struct PhoneLogin: Sendable {
    package var token: PhoneToken
    package var expiresInSeconds: Int
    package var isNew: Bool
    package var user: User
}

/// What the confirm screen shows: who asks, as the server saw them.
package struct ScannedAttempt: Sendable {
    package var nonce: ConfirmNonce
    package var expiresInSeconds: Int
    package var client: ClientCard
    /// What that website will learn beyond name and picture, and whether it may go on asking: a confirm
    /// agrees to it.
    package var shares: [OpenIDScope]
    package var browser: BrowserFacts
    /// Whole seconds since the code appeared.
    package var ageSeconds: Int
    /// Whether the confirm must carry the number that the browser shows.
    package var isNumberRequired: Bool
    /// Whether a confirm can follow; false where the launch policy is strict and the code was not
    /// read by the camera.
    package var isConfirmAllowed: Bool
    /// What the phone's owner should be warned of.
    package var warnings: [Warning]

    package enum Warning: String, Sendable {
        /// The code was read from a picture, as a forwarded one would be.
        case picture
        /// Browser and phone are on different networks.
        case network
        /// It came by a link, and was not begun on this phone and its network: somebody has sent it.
        case link
    }
}

/// What a phone showed with a request, besides its words.
package struct PhoneCaller: Sendable {
    /// The bearer, when there was one of the right shape.
    package var token: PhoneToken?
    package var address: String

    package init(token: PhoneToken?, address: String) {
        self.token = token
        self.address = address
    }
}

extension LoginService {
    /// Logs a phone in by what wx.login gave it.
    ///
    /// The code is remembered before WeChat is asked, and WeChat is asked once: a second try of a
    /// code whose fate is unknown would be a replay (T8).
    package func loginPhone(
        code: String,
        from address: String
    ) async throws(LoginRefusal) -> PhoneLogin {
        let now = time.now()
        if let wait = budgets.withLock({ $0.showCode(address, at: now) }) {
            throw refuse(wait.limit, wait.seconds)
        }
        do {
            return try await loginPhone(code: code, at: now)
        } catch {
            if error == .invalidCode {
                budgets.withLock { $0.codeWasInvalid(address, at: now) }
            }
            throw error
        }
    }

    private func loginPhone(
        code: String,
        at now: Timestamp
    ) async throws(LoginRefusal) -> PhoneLogin {
        let until = now + policy.usedCode
        let isFresh = try await stored { () async throws(LoginStoreError) in
            try await store.claimCode(secretDigest(of: code), until: until, at: now)
        }
        guard isFresh else { throw .invalidCode }
        let answer: CodeSession
        do {
            answer = try await wechat.session(forCode: code)
        } catch {
            throw refusal(error, doing: "jscode2session")
        }
        guard let identity = WeChatIdentity(openID: answer.openID, unionID: answer.unionID) else {
            throw refusal(.unreadable("openid"), doing: "jscode2session")
        }
        let (candidate, token) = dice.draw { (UserID(using: &$0), PhoneToken(using: &$0)) }
        let registration = try await stored { () async throws(LoginStoreError) in
            try await store.registerUser(identity, candidate: candidate, at: now)
        }
        if let wait = budgets.withLock({ $0.loginPhone(registration.user.id, at: now) }) {
            throw refuse("phone_logins", wait)
        }
        measures.count(.phoneLogins)
        let session = PhoneSession(
            token: token.digest,
            user: registration.user.id,
            createdAt: now,
            expiresAt: now + policy.phoneSession
        )
        try await stored { () async throws(LoginStoreError) in
            try await store.openPhoneSession(session)
        }
        return PhoneLogin(
            token: token,
            expiresInSeconds: session.expiresAt.secondsLeft(at: now),
            isNew: registration.isNew,
            user: registration.user
        )
    }

    /// A phone has read a scene from a picture.
    ///
    /// `scene` is what the phone sent, whatever it is: text that cannot be a scene gets the answer of
    /// a dead one. `launch` is how the phone says it was read; nil when it does not say.
    package func scan(
        _ scene: String,
        launch: Int?,
        by caller: PhoneCaller
    ) async throws(LoginRefusal) -> ScannedAttempt {
        let (nonce, number) = dice.draw {
            (ConfirmNonce(using: &$0), Int.random(in: NumberMatching.numbers, using: &$0))
        }
        let digest = nonce.digest
        return try await withScene(scene, caller) {
            (scene, phone, now) async throws(LoginRefusal) -> ScannedAttempt? in
            let policy = policy
            let actor = AuditActor(user: phone.user, address: caller.address, launch: launch)
            let update = try await update(.scene(scene), by: actor, at: now) { attempt in
                let isRequired = attempt.isNumberRequired(phone: caller.address, policy)
                return attempt.scan(
                    by: phone.user,
                    phone: phone.token,
                    nonce: digest,
                    launch: launch,
                    number: isRequired ? number : nil,
                    at: now,
                    policy: policy
                )
            }
            guard let update else {
                noteRefusal(.scanRefused, of: nil, reason: .unknownScene, by: actor, at: now)
                return nil
            }
            if update.moved { publish(update.attempt, at: now) }
            switch update.outcome {
            case .unavailable:
                noteRefusal(
                    .scanRefused,
                    of: update.attempt,
                    reason: update.attempt.refusalReason(
                        user: phone.user,
                        phone: phone.token,
                        nonce: nil
                    ),
                    by: actor,
                    at: now
                )
                return nil
            case .scanned(let until):
                return scanned(update.attempt, nonce, until, by: caller, launch, at: now)
            }
        }
    }

    private func scanned(
        _ attempt: Attempt,
        _ nonce: ConfirmNonce,
        _ until: Timestamp,
        by caller: PhoneCaller,
        _ launch: Int?,
        at now: Timestamp
    ) -> ScannedAttempt {
        var warnings: [ScannedAttempt.Warning] = []
        let mayConfirm = attempt.mayConfirm(launch: launch, phone: caller.address, policy)
        let isByLink = attempt.way == .link || launch == LaunchPolicy.link
        if isByLink, !mayConfirm { warnings.append(.link) }
        if !isByLink, policy.launch.warns(of: launch) { warnings.append(.picture) }
        if !Network.isSame(attempt.browser.address, caller.address) { warnings.append(.network) }
        return ScannedAttempt(
            nonce: nonce,
            expiresInSeconds: until.secondsLeft(at: now),
            client: attempt.request?.client ?? site,
            shares: attempt.request?.request.told ?? [],
            browser: attempt.browser,
            // A clock that was set back between two starts must not show a negative age.
            ageSeconds: max(0, Int(now.since(attempt.createdAt).components.seconds)),
            isNumberRequired: attempt.view(at: now).number != nil,
            isConfirmAllowed: mayConfirm,
            warnings: warnings
        )
    }

    /// The phone's owner says yes; `number` is what they typed, where one was asked for.
    package func confirm(
        _ scene: String,
        nonce: String,
        number: Int? = nil,
        by caller: PhoneCaller
    ) async throws(LoginRefusal) {
        let presented = secretDigest(of: nonce)
        try await withScene(scene, caller) {
            (scene, phone, now) async throws(LoginRefusal) -> Void? in
            let policy = policy
            let actor = AuditActor(user: phone.user, address: caller.address)
            let update = try await update(.scene(scene), by: actor, at: now) { attempt in
                attempt.confirm(
                    phone: phone.token,
                    nonce: presented,
                    number: number,
                    isNumberRequired: attempt.isNumberRequired(phone: caller.address, policy),
                    from: caller.address,
                    at: now,
                    policy: policy
                )
            }
            guard let update else {
                noteRefusal(.confirmRefused, of: nil, reason: .unknownScene, by: actor, at: now)
                return nil
            }
            if update.moved { publish(update.attempt, at: now) }
            switch update.outcome {
            case .confirmed, .repeated: return ()
            case .tooFast:
                noteConfirmRefusal(update.attempt, .tooFast, by: actor, at: now)
                throw .tooFast
            case .blocked:
                noteConfirmRefusal(update.attempt, .blocked, by: actor, at: now)
                throw .confirmBlocked
            case .numberRequired:
                noteConfirmRefusal(update.attempt, .numberRequired, by: actor, at: now)
                throw .numberRequired
            case .wrongNumber:
                noteConfirmRefusal(update.attempt, .wrongNumber, by: actor, at: now)
                logger.notice(
                    "wrong number, attempt cancelled",
                    metadata: ["attempt": "\(update.attempt.id)", "user": "\(phone.user)"]
                )
                return nil
            case .unavailable:
                noteRefusal(
                    .confirmRefused,
                    of: update.attempt,
                    reason: update.attempt.refusalReason(
                        user: phone.user,
                        phone: phone.token,
                        nonce: presented
                    ),
                    by: actor,
                    at: now
                )
                logger.notice(
                    "confirm refused",
                    metadata: ["attempt": "\(update.attempt.id)", "user": "\(phone.user)"]
                )
                return nil
            }
        }
    }

    /// The phone's owner says no.
    package func cancel(
        _ scene: String,
        nonce: String,
        by caller: PhoneCaller
    ) async throws(LoginRefusal) {
        let presented = secretDigest(of: nonce)
        try await withScene(scene, caller) {
            (scene, phone, now) async throws(LoginRefusal) -> Void? in
            let actor = AuditActor(user: phone.user, address: caller.address)
            let update = try await update(.scene(scene), by: actor, at: now) {
                $0.cancel(phone: phone.token, nonce: presented, at: now)
            }
            guard let update else {
                noteRefusal(.cancelRefused, of: nil, reason: .unknownScene, by: actor, at: now)
                return nil
            }
            if update.moved { publish(update.attempt, at: now) }
            guard !update.outcome else { return () }
            noteRefusal(
                .cancelRefused,
                of: update.attempt,
                reason: update.attempt.refusalReason(
                    user: phone.user,
                    phone: phone.token,
                    nonce: presented
                ),
                by: actor,
                at: now
            )
            return nil
        }
    }

    /// The frame of everything a phone does with a scene: who it is, whether it may still guess,
    /// and one and the same refusal for every scene that is not there (T1).
    ///
    /// `act` returns nil for a scene that is not there, or not there for this phone.
    private func withScene<Value: Sendable>(
        _ scene: String,
        _ caller: PhoneCaller,
        _ act: (SecretDigest, PhoneSession, Timestamp) async throws(LoginRefusal) -> Value?
    ) async throws(LoginRefusal) -> Value {
        let now = time.now()
        let phone = try await livePhone(caller.token, at: now)
        let wait = budgets.withLock { $0.showScene(phone.user, caller.address, at: now) }
        if let wait { throw refuse("dead_scenes", wait) }
        let value: Value?
        do {
            value = try await act(secretDigest(of: scene), phone, now)
        } catch {
            budgets.withLock { $0.hit(phone.user, at: now) }
            throw error
        }
        guard let value else {
            budgets.withLock { $0.miss(caller.address, at: now) }
            throw .sceneUnavailable
        }
        budgets.withLock { $0.hit(phone.user, at: now) }
        return value
    }

    func livePhone(
        _ token: PhoneToken?,
        at now: Timestamp
    ) async throws(LoginRefusal) -> PhoneSession {
        guard let token else { throw .noPhoneSession }
        let found = try await stored { () async throws(LoginStoreError) in
            try await store.phoneSession(token.digest)
        }
        guard let phone = found, phone.isLive(at: now) else { throw .noPhoneSession }
        return phone
    }
}
