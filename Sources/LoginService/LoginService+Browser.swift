import Logging
package import LoginDomain
import LoginStore
import Synchronization
package import WeChatClient

/// A code to show, and the cookie of the browser that may use it.
package struct OpenedAttempt: Sendable {
    package var cookie: AttemptCookie
    package var show: Shown
    package var view: AttemptView
    /// What a person tells the operator when something went wrong.
    package var supportCode: SupportCode

    /// What the page shows.
    package enum Shown: Sendable {
        case picture(CodePicture)
        /// A link that opens the mini-program on this very phone.
        case link(String)
    }
}

/// A login, collected.
package struct CompletedLogin: Sendable {
    package var user: User
    package var session: SessionCookie
    /// Where the browser goes next: always a path of our own.
    package var redirect: String
}

/// A browser's login, as it stands.
package struct LiveSession: Sendable {
    package var user: User
    package var expiresInSeconds: Int
}

extension LoginService {
    /// Opens an attempt for a browser: with a code made ahead, or else with one that WeChat draws now.
    ///
    /// The scene is drawn in this room and nowhere else (T2). The picture is here before anything
    /// changes, so a failure leaves the browser's earlier code alive; the new code's life starts now,
    /// however long ago its picture was made.
    /// The attempt of the cookie `old`, which the browser showed, is superseded, and the website's
    /// request that it was for goes on in the new one; `browser` is what the server saw of it.
    ///
    /// `page` is what the page that asks was drawn for: `otherRequest` is thrown when the browser has
    /// another login under way by now, and nothing has changed. Nil is nobody's page: a program, which
    /// shows no person a website's name.
    package func openAttempt(
        superseding old: AttemptCookie?,
        browser: BrowserFacts,
        for page: PageMark? = nil
    ) async throws(LoginRefusal) -> OpenedAttempt {
        let (id, cookie) = dice.draw { (AttemptID(using: &$0), AttemptCookie(using: &$0)) }
        let (chain, request) = try await continued(old, for: page, at: time.now())
        // From here on: the rows may have taken their time, and a minute of codes is a minute at WeChat.
        let asked = time.now()
        let leave = budgets.withLock {
            $0.askForCode(
                chain: chain ?? id,
                address: browser.address,
                client: request?.request.client,
                at: asked
            )
        }
        if case .refused(let limit, let wait) = leave { throw refuse(limit, wait) }
        do throws(LoginRefusal) {
            let way: AttemptWay =
                policy.sameDevice == .link && browser.isPhone ? .link : .code
            let (scene, show) = try await shown(way, leave, asked: asked)
            let now = time.now()
            var attempt = Attempt(
                id: id,
                chain: chain ?? id,
                cookie: cookie.digest,
                scene: scene.digest,
                browser: browser,
                way: way,
                request: request,
                at: now,
                policy: policy
            )
            attempt.noteOpening()
            let opened = attempt
            let superseded = try await stored { () async throws(LoginStoreError) in
                try await store.openAttempt(opened, superseding: old?.digest, at: now)
            }
            if let superseded { publish(superseded, at: now) }
            measures.count(.attemptsOpened)
            return OpenedAttempt(
                cookie: cookie,
                show: show,
                view: attempt.view(at: now),
                supportCode: attempt.supportCode
            )
        } catch {
            budgets.withLock { $0.gotNoCode(chain: chain ?? id, at: asked) }
            throw error
        }
    }

    /// What a browser's next attempt takes over from its cookie: the chain, and the website's request
    /// with one more code shown for it.
    ///
    /// - Throws: `otherRequest` when `page` was drawn for something else; `requestExpired` when the
    ///   request has waited too long, or was shown too many codes.
    private func continued(
        _ cookie: AttemptCookie?,
        for page: PageMark?,
        at now: Timestamp
    ) async throws(LoginRefusal) -> (AttemptID?, ParkedRequest?) {
        var lineage = Lineage()
        if let cookie { lineage = try await self.lineage(of: cookie) }
        guard page == nil || page == PageMark(lineage.request) else { throw .otherRequest }
        guard var request = lineage.request else { return (lineage.chain, nil) }
        request.codesShown += 1
        guard request.isLive(at: now), request.codesShown <= ParkedRequest.codesMax else {
            throw .requestExpired
        }
        return (lineage.chain, request)
    }

    /// A fresh scene, and what leads a phone to it.
    private func shown(
        _ way: AttemptWay,
        _ leave: Budgets.CodeLeave,
        asked: Timestamp
    ) async throws(LoginRefusal) -> (SceneID, OpenedAttempt.Shown) {
        switch way {
        case .code:
            let code = try await code(leave, asked: asked)
            return (code.scene, .picture(code.picture))
        case .link:
            // Nothing is asked of WeChat for it.
            if leave == .any { budgets.withLock { $0.didNotAsk(at: asked) } }
            let scene = dice.draw { SceneID(using: &$0) }
            return (scene, .link(wechat.link(scene: scene.exposed)))
        }
    }

    private func code(
        _ leave: Budgets.CodeLeave,
        asked: Timestamp
    ) async throws(LoginRefusal) -> PooledCode {
        if let code = pool.withLock({ $0.take() }) {
            if leave == .any { budgets.withLock { $0.didNotAsk(at: asked) } }
            return code
        }
        if case .stockOnly(let wait) = leave { throw refuse("codes", wait) }
        let scene = dice.draw { SceneID(using: &$0) }
        do {
            let picture = try await wechat.unlimitedCode(scene: scene.exposed)
            return PooledCode(scene: scene, picture: picture)
        } catch {
            if !error.isFromWeChat { budgets.withLock { $0.didNotAsk(at: asked) } }
            throw refusal(error, doing: "getwxacodeunlimit")
        }
    }

    /// How the browser's attempt stands.
    ///
    /// Who looks after a deadline that nobody has written down writes it down first: a confirm that came
    /// in time may still wait in the store, and must not come after an end that was told (I6).
    package func view(_ cookie: AttemptCookie) async throws(LoginRefusal) -> AttemptView {
        let found = try await attempt(cookie)
        let now = time.now()
        guard let deadline = found.deadline, now >= deadline else {
            return found.view(at: now)
        }
        let update = try await update(.cookie(cookie.digest), by: .nobody, at: now) {
            $0.expire(at: now)
        }
        guard let update else { throw .noAttempt }
        if update.moved { publish(update.attempt, at: now) }
        return update.attempt.view(at: now)
    }

    /// How the browser's attempt stands once it has moved past `seq`, or after `wait`.
    package func view(
        _ cookie: AttemptCookie,
        after seq: Int,
        waitingFor wait: Duration
    ) async throws(LoginRefusal) -> AttemptView {
        let id = try await attempt(cookie).id
        let signal = Signal()
        let ticket = watchers.addPoll(id) { signal.fire($0) }
        defer { watchers.remove(ticket) }
        let view = try await self.view(cookie)
        guard view.seq <= seq, !view.state.hasEnded else { return view }
        await race(signal, wait)
        return try await self.view(cookie)
    }

    private func race(_ signal: Signal, _ wait: Duration) async {
        await withTaskGroup { group in
            group.addTask { await signal.wait() }
            group.addTask { [time] in try? await time.sleep(for: wait) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Which attempt a cookie belongs to, for a watcher about to register.
    package func attemptID(_ cookie: AttemptCookie) async throws(LoginRefusal) -> AttemptID {
        try await attempt(cookie).id
    }

    /// The browser says no.
    package func cancelAttempt(_ cookie: AttemptCookie) async throws(LoginRefusal) {
        let now = time.now()
        let update = try await update(.cookie(cookie.digest), by: .nobody, at: now) {
            $0.cancelByBrowser(at: now)
        }
        guard let update else { throw .noAttempt }
        if update.moved { publish(update.attempt, at: now) }
        switch update.outcome {
        case .over: return
        case .alreadyCompleted: throw .alreadyCompleted
        }
    }

    /// The browser collects its login: once only.
    ///
    /// The session of the cookie `old`, which the browser showed, ends in the same step, and its id
    /// never becomes the new one (T23).
    package func complete(
        _ cookie: AttemptCookie,
        ending old: SessionCookie?
    ) async throws(LoginRefusal) -> CompletedLogin {
        let (session, id) = dice.draw { (SessionCookie(using: &$0), LoginID(using: &$0)) }
        let login = NewLogin(
            id: id,
            session: session.digest,
            client: site,
            numberMatching: policy.numberMatching
        )
        let now = time.now()
        let update = try await stored { () async throws(LoginStoreError) in
            try await store.redeemAttempt(
                .cookie(cookie.digest),
                as: login,
                ending: old?.digest,
                at: now
            )
        }
        guard let update else { throw .noAttempt }
        switch update.outcome {
        case .redeemed(let id):
            watchers.close(update.attempt.id)
            measures.count(.attemptsEnded, "redeemed")
            guard let user = try await user(id) else { throw storeFailure("the user is gone") }
            logger.info(
                "login completed",
                metadata: ["attempt": "\(update.attempt.id)", "user": "\(id)"]
            )
            let isForWebsite = update.attempt.liveRequest(at: now) != nil
            return CompletedLogin(
                user: user,
                session: session,
                redirect: isForWebsite ? Self.resumePath : "/"
            )
        case .notConfirmed:
            if update.moved { publish(update.attempt, at: now) }
            throw .notConfirmed
        case .alreadyCompleted:
            throw .alreadyCompleted
        }
    }

    /// Where a browser goes that has logged in for a website.
    package static let resumePath = "/authorize/resume"

    /// Who is logged in.
    ///
    /// Showing a session keeps it from idling out.
    package func session(_ cookie: SessionCookie) async throws(LoginRefusal) -> LiveSession {
        let now = time.now()
        guard let session = try await liveSession(cookie, at: now),
            let user = try await user(session.user)
        else { throw .noSession }
        return LiveSession(
            user: user,
            expiresInSeconds: session.endsAt(policy).secondsLeft(at: now)
        )
    }

    /// A browser's session, while it is live, and seen from now on; nil for none.
    func liveSession(
        _ cookie: SessionCookie?,
        at now: Timestamp
    ) async throws(LoginRefusal) -> BrowserSession? {
        guard let cookie else { return nil }
        let found = try await stored { () async throws(LoginStoreError) in
            try await store.session(cookie.digest)
        }
        guard var session = found, session.isLive(at: now, policy) else { return nil }
        // Once in a while is enough: a write for each look would make reading dear.
        if now.since(session.seenAt) >= min(Self.touchEvery, policy.sessionIdle / 4) {
            session.seenAt = now
            try await stored { () async throws(LoginStoreError) in
                try await store.touchSession(cookie.digest, at: now)
            }
        }
        return session
    }

    /// How stale `seenAt` may be before it is written again.
    static let touchEvery = Duration.seconds(60)

    /// Ends a browser's login, and the attempt that the same browser has under way beside it: nobody
    /// who logs out wants to be logged in by a code that still hangs in another tab (T6).
    ///
    /// Its socket hears `cancelled` and closes. Without a login, nothing happens.
    package func logout(
        _ cookie: SessionCookie,
        cancelling attempt: AttemptCookie? = nil
    ) async throws(LoginRefusal) {
        try await stored { () async throws(LoginStoreError) in
            try await store.endSession(cookie.digest)
        }
        guard let attempt else { return }
        do throws(LoginRefusal) {
            try await cancelAttempt(attempt)
        } catch .noAttempt, .alreadyCompleted {
            // There is none, which is what was wanted.
        }
    }

    private func attempt(_ cookie: AttemptCookie) async throws(LoginRefusal) -> Attempt {
        let found = try await stored { () async throws(LoginStoreError) in
            try await store.attempt(.cookie(cookie.digest))
        }
        guard let found else { throw .noAttempt }
        return found
    }
}
