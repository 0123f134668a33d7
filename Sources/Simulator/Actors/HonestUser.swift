import LoginDomain
import LoginService
import MockWeChatWorld
import Synchronization
import WeChatClient

/// A person with a browser and a phone who wants to log in, with the whims that people have.
struct HonestUser: Sendable {
    let stage: Stage
    let person: String
    let phone: PhoneInHand
    let browserAddress: String
    private let browser = BrowserMemory()

    private var network: SimulatedNetwork { SimulatedNetwork(stage: stage) }
    private var policy: LoginPolicy { stage.options.policy }

    init(stage: Stage, person: String, browserAddress: String, phoneAddress: String) {
        self.stage = stage
        self.person = person
        self.browserAddress = browserAddress
        phone = PhoneInHand(stage: stage, person: person, address: phoneAddress)
    }

    /// Logs in so many times, as well as it goes.
    func run(_ count: Int) async {
        for _ in 0..<count where !stage.isOver {
            await stage.pause(stage.roll { Int64($0.within(0...3000)) })
            await changeName()
            // What the browser had under way for a website is too old after lunch.
            if dwells(0.06) { await stage.pause(601_000) }
            _ = await logIn(whim: stage.roll { Whim.draw(&$0) })
        }
    }

    /// Whether somebody takes their time now; `share` is how much of all such occasions this is.
    private func dwells(_ share: Double = 1) -> Bool {
        let chance = stage.options.dwells * share
        return chance > 0 && !stage.isHealed && stage.roll { $0.chance(chance) }
    }

    /// Takes another nickname, now and then; nobody else's is like it.
    private func changeName() async {
        let share = stage.options.nicknames
        guard share > 0, stage.roll({ $0.chance(share) }) else { return }
        let name = "\(person) the \(stage.roll { $0.within(1...999) })th"
        _ = await phone.send { .rename(name, $0) }
    }

    /// What a person does otherwise than straight on.
    enum Whim: Sendable {
        case straight
        case reloadsPage
        case browserCancels
        case phoneCancels
        case walksAway
        case confirmsTwice
        case scansTwice
        case isHasty
        case typesWrongNumber
        case usesAlbum

        static func draw(_ dice: inout SplitMix64) -> Whim {
            guard dice.chance(0.4) else { return .straight }
            return dice.one(of: [
                .reloadsPage, .browserCancels, .phoneCancels, .walksAway, .confirmsTwice,
                .scansTwice, .isHasty, .typesWrongNumber, .usesAlbum,
            ])
        }
    }

    /// One login from a new code to a session.
    ///
    /// - Returns: whether the browser is logged in.
    func logIn(whim: Whim) async -> Bool {
        let screen = Screen()
        if let isOver = await visitWebsite(screen) { return isOver }
        guard await open(screen) else { return false }
        let giveUpAt = stage.clock.now + policy.attempt.wholeMilliseconds + 15_000
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await useBrowser(screen, whim, until: giveUpAt) }
            group.addTask {
                await usePhone(screen, whim)
                return false
            }
            var isLoggedIn = false
            for await result in group where result { isLoggedIn = true }
            return isLoggedIn
        }
    }

    /// Comes from a website, now and then.
    ///
    /// - Returns: whether the website has its answer; nil when the browser must log in first.
    private func visitWebsite(_ screen: Screen) async -> Bool? {
        let share = stage.options.websites
        guard !stage.isHealed, share > 0, stage.roll({ $0.chance(share) }) else { return nil }
        let (site, prompt) = stage.roll { dice in
            let site = dice.one(of: [Website.shop, .forum, .shop, .thief])
            return (site, dice.one(of: [nil, nil, "login", "none"] as [String?]))
        }
        let visit = WebsiteVisit(stage: stage, site: site, prompt: prompt)
        switch await visit.begin(browser, from: browserAddress, as: person) {
        case .waits:
            screen.visit = visit
            return nil
        case .answered: return true
        case .failed: return false
        }
    }

    /// Asks for a code, and again where that fails.
    func open(_ screen: Screen, tries: Int = 3) async -> Bool {
        for _ in 0..<tries where !stage.isOver {
            let reply = await network.send(
                .open(superseding: browser.attempt, address: browserAddress),
                as: person
            )
            if case .answer(.opened(let opened)) = reply {
                browser.attempt = opened.cookie
                screen.show(opened)
                stage.board.show(opened.picture)
                return true
            }
            // The website has waited too long, or was shown too many codes: a plain login, then.
            if reply.refusal == .requestExpired { browser.attempt = nil }
            await stage.pause(Self.rest(after: reply))
        }
        return false
    }

    /// What a client waits before it asks again.
    static func rest(after reply: WireReply) -> Int64 {
        switch reply.refusal {
        case .rateLimited(let seconds), .weChatUnavailable(let seconds),
            .storeUnavailable(let seconds):
            Int64(seconds) * 1000
        default: 300
        }
    }

    // MARK: - The browser

    private func useBrowser(_ screen: Screen, _ whim: Whim, until giveUpAt: Int64) async -> Bool {
        if whim == .reloadsPage || whim == .browserCancels {
            stage.executor.start { await bePicky(screen, whim) }
        }
        while stage.clock.now < giveUpAt, !stage.isOver {
            guard let cookie = screen.cookie else { return false }
            guard let connection = await network.watch(cookie, as: person) else {
                let reply = await network.send(.view(cookie), as: person)
                if let isLoggedIn = await heard(reply, screen, cookie) { return isLoggedIn }
                await stage.pause(stage.roll { Int64($0.within(200...1500)) })
                continue
            }
            while let view = await connection.next(within: heartbeat) {
                let reply = WireReply.answer(.view(view))
                if let isLoggedIn = await heard(reply, screen, cookie) {
                    connection.close()
                    return isLoggedIn
                }
                if stage.isOver { break }
            }
            connection.close()
            // A page that was reloaded goes on with its newer code.
            await stage.pause(stage.roll { Int64($0.within(50...900)) })
        }
        return false
    }

    /// How long a page waits for news before it connects anew, in milliseconds: by the heartbeat it
    /// knows that the connection lives, but news of another node comes only by looking.
    private var heartbeat: Int64 {
        if stage.options.nodes == 1 { return 30_000 }
        return stage.isHealed ? 500 : 3000
    }

    /// - Returns: whether the browser is logged in, once that is settled.
    private func heard(
        _ reply: WireReply,
        _ screen: Screen,
        _ cookie: AttemptCookie
    ) async -> Bool? {
        guard case .answer(.view(let view)) = reply else {
            return reply.refusal == .noAttempt ? false : nil
        }
        if view.state == .confirmed { return await complete(cookie, for: screen.visit) }
        if view.state.hasEnded { return screen.cookie?.exposed == cookie.exposed ? false : nil }
        if view.state == .scanned, policy.numberMatching != .off {
            let reply = await network.send(.view(cookie), as: person)
            if case .answer(.view(let view)) = reply, let number = view.number {
                screen.number = number
            }
        }
        return nil
    }

    private func complete(_ cookie: AttemptCookie, for visit: WebsiteVisit?) async -> Bool {
        for _ in 0..<4 where !stage.isOver {
            let reply = await network.send(
                .complete(cookie, ending: browser.session),
                as: person
            )
            switch reply {
            case .answer(.completed(let login)):
                browser.session = login.session
                if login.redirect == LoginService.resumePath {
                    // One minute is how long the website's request waits.
                    if dwells() {
                        await stage.pause(stage.roll { $0.one(of: [59_000, 60_500, 62_000]) })
                    }
                    await visit?.resume(login.session, as: person)
                }
                await useSession(login.session)
                return true
            case .answer(.refused(.alreadyCompleted)), .answer(.refused(.noAttempt)):
                return false
            default:
                await stage.pause(Self.rest(after: reply))
            }
        }
        return false
    }

    /// What people do once they are logged in.
    private func useSession(_ session: SessionCookie) async {
        _ = await network.send(.session(session), as: person)
        guard !stage.isHealed else { return }
        let ends = policy.sessionIdle < .seconds(100) || policy.session < .seconds(100)
        if ends, dwells() { return await dwell(session) }
        let choice = stage.roll { $0.below(6) }
        switch choice {
        case 0:
            await logOut(session)
        case 1:
            guard case .answer(.logins(let logins)) = await phone.send({ .logins($0) }) else {
                break
            }
            guard let newest = logins.first else { break }
            let id = newest.login.id.text
            _ = await phone.send { .revoke(id, $0) }
            _ = await network.send(.session(session), as: person)
        case 2 where policy.sessionIdle < .seconds(100):
            await stage.pause(policy.sessionIdle.wholeMilliseconds / 2)
            _ = await network.send(.session(session), as: person)
        case 3 where policy.sessionIdle < .seconds(100):
            await stage.pause(policy.sessionIdle.wholeMilliseconds)
            _ = await network.send(.session(session), as: person)
        default:
            break
        }
    }

    /// Uses a session as long as there is one, or logs out while another tab still asks.
    private func dwell(_ session: SessionCookie) async {
        for _ in 0..<stage.roll({ $0.one(of: [1, 2, 8]) }) where !stage.isOver {
            await stage.pause(stage.roll { Int64($0.within(8000...18_000)) })
            let reply = await network.send(.session(session), as: person)
            if reply.refusal == .noSession { return }
        }
        // So long after the last look that this one is written down, too: past the end, or before it.
        await stage.pause(8000)
        async let look = network.send(.session(session), as: person)
        async let end = network.send(.logout(session, cancelling: nil), as: person)
        _ = await (look, end)
        _ = await network.send(.session(session), as: person)
    }

    /// Logs out while a code hangs in another tab, which the phone goes on to confirm.
    private func logOut(_ session: SessionCookie) async {
        let tab = Screen()
        if stage.roll({ $0.chance(0.5) }), await open(tab, tries: 1), let cookie = tab.cookie {
            let scan = await phone.scan(tab, .camera)
            if scan != nil { await stage.pause(policy.confirmDelay.wholeMilliseconds + 200) }
            _ = await network.send(.logout(session, cancelling: cookie), as: person)
            if let scan { _ = await phone.confirm(scan, number: nil) }
            _ = await network.send(.complete(cookie, ending: session), as: person)
        } else {
            _ = await network.send(.logout(session, cancelling: nil), as: person)
        }
        _ = await network.send(.session(session), as: person)
    }

    private func bePicky(_ screen: Screen, _ whim: Whim) async {
        await stage.pause(stage.roll { Int64($0.within(0...6000)) })
        guard let cookie = screen.cookie, !stage.isOver else { return }
        if whim == .browserCancels {
            _ = await network.send(.cancelByBrowser(cookie), as: person)
            // The phone may go on, and the page may try.
            await stage.pause(stage.roll { Int64($0.within(0...2500)) })
            _ = await network.send(.complete(cookie, ending: nil), as: person)
        } else {
            _ = await open(screen, tries: 1)
            await stage.pause(stage.roll { Int64($0.within(0...2500)) })
            _ = await network.send(.complete(cookie, ending: nil), as: person)
        }
    }

    // MARK: - The phone

    private func usePhone(_ screen: Screen, _ whim: Whim) async {
        let isStraight = stage.isHealed
        await stage.pause(stage.roll { Int64($0.within(50...(isStraight ? 200 : 2500))) })
        let way: ScanWay =
            whim == .usesAlbum ? stage.roll { $0.one(of: [.longpress, .album]) } : .camera
        guard let scan = await phone.scan(screen, way), whim != .walksAway else { return }
        if whim != .isHasty {
            let reading = stage.roll { Int64($0.within(0...(isStraight ? 100 : 1500))) }
            // Clocks of nodes differ by less than people do.
            await stage.pause(
                policy.confirmDelay.wholeMilliseconds + stage.options.skew + reading
            )
        }
        var number: Int?
        if scan.answer.isNumberRequired {
            for _ in 0..<20 where screen.number == nil { await stage.pause(250) }
            number = screen.number
        }
        switch whim {
        case .phoneCancels:
            _ = await phone.cancel(scan)
            await stage.pause(stage.roll { Int64($0.within(0...500)) })
            if stage.roll({ $0.chance(0.5) }) { _ = await phone.confirm(scan, number: number) }
            if let cookie = screen.cookie {
                _ = await network.send(.complete(cookie, ending: nil), as: person)
            }
        case .confirmsTwice:
            async let first = phone.confirm(scan, number: number)
            async let second = phone.confirm(scan, number: number)
            _ = await (first, second)
        case .scansTwice:
            guard let again = await phone.scan(screen, .camera) else { return }
            await stage.pause(policy.confirmDelay.wholeMilliseconds)
            _ = await phone.confirm(scan, number: number)
            _ = await phone.confirm(again, number: number)
        case .typesWrongNumber where number != nil:
            _ = await phone.confirm(scan, number: number.map { $0 == 99 ? 10 : $0 + 1 })
            _ = await phone.confirm(scan, number: number)
        default:
            for _ in 0..<4 where !stage.isOver {
                let reply = await phone.confirm(scan, number: number)
                if reply.isDone || reply.refusal == .sceneUnavailable { return }
                await stage.pause(Self.rest(after: reply))
            }
        }
    }
}

/// What hangs on a browser's page.
final class Screen: Sendable {
    private let state = Mutex(State())

    private struct State {
        var cookie: AttemptCookie?
        var picture: [UInt8] = []
        var number: Int?
        var visit: WebsiteVisit?
    }

    /// The website that the browser came from.
    var visit: WebsiteVisit? {
        get { state.withLock { $0.visit } }
        set { state.withLock { $0.visit = newValue } }
    }

    func show(_ opened: OpenedAttempt) {
        state.withLock { state in
            state.cookie = opened.cookie
            state.picture = opened.picture
            state.number = nil
        }
    }

    var cookie: AttemptCookie? { state.withLock { $0.cookie } }
    var picture: [UInt8] { state.withLock { $0.picture } }

    var number: Int? {
        get { state.withLock { $0.number } }
        set { state.withLock { $0.number = newValue } }
    }
}

/// A browser's cookies.
final class BrowserMemory: Sendable {
    private let state = Mutex(State())

    private struct State {
        var attempt: AttemptCookie?
        var session: SessionCookie?
    }

    var attempt: AttemptCookie? {
        get { state.withLock { $0.attempt } }
        set { state.withLock { $0.attempt = newValue } }
    }

    var session: SessionCookie? {
        get { state.withLock { $0.session } }
        set { state.withLock { $0.session = newValue } }
    }
}
