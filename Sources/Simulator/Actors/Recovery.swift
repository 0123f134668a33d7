import LoginDomain
import LoginService
import LoginStore
import MockWeChatWorld
import OpenIDConnect

/// What must hold once faults have stopped, beyond that a newcomer gets in.
struct Recovery: Sendable {
    let stage: Stage
    private var network: SimulatedNetwork { SimulatedNetwork(stage: stage) }
    private var policy: LoginPolicy { stage.options.policy }

    // MARK: - L2

    /// How long a browser that has connected anew may not know, in milliseconds.
    private static let newsWithin: Int64 = 2000

    /// A browser loses its connection, the phone goes on, and the browser comes back.
    func reconnect() async {
        let user = user("returner", 210)
        guard let (screen, cookie) = await open(user) else { return }
        guard let connection = await network.watch(cookie, as: user.person) else {
            return stage.model.violate("L2", "a browser cannot watch")
        }
        _ = await connection.next(within: Self.newsWithin)
        guard let scan = await user.phone.scan(screen, .camera) else { return }
        connection.close()
        await stage.pause(policy.confirmDelay.wholeMilliseconds + stage.options.skew)
        var number: Int?
        if scan.answer.isNumberRequired {
            let reply = await network.send(.view(cookie), as: user.person)
            guard case .answer(.view(let view)) = reply else { return }
            number = view.number
        }
        guard await user.phone.confirm(scan, number: number).isDone, !stage.isOver else { return }
        let begin = stage.clock.now
        let again = await network.watch(cookie, as: user.person)
        let view = await again?.next(within: Self.newsWithin)
        again?.close()
        guard !stage.isOver else { return }
        if view?.state != .confirmed || stage.clock.now - begin > Self.newsWithin {
            stage.model.violate("L2", "a browser came back and was not told of the confirm")
        }
    }

    private func user(_ name: String, _ number: Int) -> HonestUser {
        HonestUser(
            stage: stage,
            person: name,
            browserAddress: "192.0.2.\(number)",
            phoneAddress: "192.0.2.\(number + 1)"
        )
    }

    /// Gets a code, also where minutes' budgets and rows are used up.
    private func open(_ user: HonestUser) async -> (Screen, AttemptCookie)? {
        let screen = Screen()
        let openBy = stage.clock.now + 75_000 + policy.attempt.wholeMilliseconds
        while stage.clock.now < openBy, !stage.isOver {
            if await user.open(screen, tries: 1), let cookie = screen.cookie {
                return (screen, cookie)
            }
        }
        if !stage.isOver { stage.model.violate("L3", "\(user.person) gets no code") }
        return nil
    }

    // MARK: - L6

    /// By how much a flood may delay somebody else, in milliseconds.
    private static let delayMax: Int64 = 1000

    /// Somebody asks for as much as they are let, and somebody else logs in beside them.
    func withstandFlood() async {
        // Where the whole server may ask for twenty codes a minute, there are none left to be had.
        guard policy.codesPerMinute >= 1000, policy.rows.liveAttempts >= 1000, !stage.isOver else {
            return
        }
        let flooder = PhoneInHand(stage: stage, person: "flooder", address: "203.0.113.240")
        guard await flooder.logIn() else { return }
        let bearer = flooder.bearer
        let user = user("bystander", 220)
        stage.isWeChatBusy = true
        defer { stage.isWeChatBusy = false }
        await withTaskGroup { group in
            for _ in 0..<40 {
                group.addTask {
                    _ = await network.send(
                        .open(superseding: nil, address: "203.0.113.240"),
                        as: flooder.person
                    )
                }
            }
            for _ in 0..<30 {
                let scene = stage.roll { SceneID(using: &$0) }.exposed
                group.addTask {
                    let request = WireRequest.scan(scene: scene, launch: nil, bearer)
                    _ = await network.send(request, as: flooder.person)
                }
            }
            group.addTask { await reloadOften() }
            group.addTask { await logInQuickly(user) }
        }
    }

    /// One browser asks for a code more often than it may.
    private func reloadOften() async {
        var cookie: AttemptCookie?
        for _ in 0..<9 where !stage.isOver {
            let request = WireRequest.open(superseding: cookie, address: "203.0.113.241")
            if case .answer(.opened(let opened)) = await network.send(request, as: "reloader") {
                cookie = opened.cookie
            }
        }
    }

    private func logInQuickly(_ user: HonestUser) async {
        let screen = Screen()
        let begin = stage.clock.now
        guard await user.open(screen, tries: 1), let cookie = screen.cookie else {
            if !stage.isOver { stage.model.violate("L6", "a flood keeps somebody from a code") }
            return
        }
        guard await user.phone.scan(screen, .camera) != nil else {
            if !stage.isOver { stage.model.violate("L6", "a flood keeps somebody from a scan") }
            return
        }
        _ = await network.send(.view(cookie), as: user.person)
        // On the way: four requests of up to twenty milliseconds each way, and two calls to WeChat, before
        // which there may be one for an access token.
        let took = stage.clock.now - begin
        if took > Self.delayMax + 400, !stage.isOver {
            stage.model.violate("L6", "a flood delayed somebody by \(took) ms")
        }
    }

    // MARK: - I17

    /// Every ID token that is still good can be checked with the keys of now.
    func checkIDTokens() async {
        guard !stage.isOver else { return }
        let reply = await network.send(.keys, as: Website.shop.id)
        guard case .answer(.keys(let keys)) = reply else { return }
        let young = stage.clock.now - IDToken.lifetime.wholeMilliseconds
        for token in stage.board.idTokens where token.at > young {
            WebsiteVisit.check(token.text, of: token.at, keys, stage)
        }
    }

    // MARK: - L4, I19

    /// Every attempt ends, its end is written down within a second, and nothing of it stays in memory.
    func drain() async {
        await stage.pause(policy.attempt.wholeMilliseconds + 1500)
        guard !stage.isOver else { return }
        let ahead = stage.nodes.map(\.ahead).min() ?? 0
        let due = Timestamp(milliseconds: Stage.epoch + stage.clock.now + ahead - 1000)
        let left = try? await stage.rows.expireAttempts(at: due, limit: 10)
        if let left, !left.isEmpty {
            stage.model.violate("L4", "\(left.count) attempts are over and nobody wrote it down")
        }
        for node in stage.nodes where node.watching > 0 {
            stage.model.violate("I19", "\(node.watching) watch at a node where nothing can happen")
        }
        guard policy.endedAttempt < .seconds(600) else { return }
        // Rows go by the minute.
        await stage.pause(policy.endedAttempt.wholeMilliseconds + 62_000 + stage.options.skew)
        guard !stage.isOver else { return }
        let count = stage.rows.census.attempts
        if count > 0 { stage.model.violate("I19", "\(count) attempts are kept for ever") }
    }
}
