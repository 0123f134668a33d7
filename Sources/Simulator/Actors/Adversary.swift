import LoginDomain
import LoginService
import MockWeChatWorld
import Synchronization

/// Somebody with a phone and a browser of their own, who sees every screen and has kept what went over
/// wires, and wants what is not theirs.
struct Adversary: Sendable {
    let stage: Stage
    let kind: AdversaryKind
    let phone: PhoneInHand
    let address: String
    var name: String { phone.person }
    var network: SimulatedNetwork { SimulatedNetwork(stage: stage) }
    private var policy: LoginPolicy { stage.options.policy }

    init(stage: Stage, kind: AdversaryKind, number: Int) {
        self.stage = stage
        self.kind = kind
        address = "203.0.113.\(number + 1)"
        phone = PhoneInHand(
            stage: stage,
            person: "mallory-\(number)",
            address: address
        )
    }

    /// The most attacks of one adversary: after that it only costs time.
    private static let attacksMax = 30

    /// Attacks for a while, and not when there is nobody left to attack.
    func run(while isWorthwhile: @escaping @Sendable () -> Bool) async {
        for _ in 0..<Self.attacksMax where isWorthwhile() && !stage.isOver {
            await stage.pause(stage.roll { Int64($0.within(100...2500)) })
            stage.coverage.reach("adversary: \(kind.rawValue)")
            await attack()
        }
    }

    private func attack() async {
        switch kind {
        case .secondPhone: await takeOver()
        case .unscannedConfirm: await confirmUnscanned()
        case .foreignNonce: await showForeignNonce()
        case .guesser: await guess()
        case .replayer: await replay()
        case .watcher: await look()
        case .doubleTapper: await tapTwice()
        case .latecomer: await comeLate()
        case .codeThief: await steal()
        case .impostor: await pretend()
        case .badWebsite: await mislead()
        }
    }

    /// A picture that hangs on somebody's screen, more often a fresh one.
    private func somePicture() -> [UInt8]? {
        let pictures = stage.board.pictures
        guard !pictures.isEmpty else { return nil }
        let back = stage.roll {
            $0.chance(0.7) ? $0.below(min(4, pictures.count)) : $0.below(pictures.count)
        }
        return pictures[pictures.count - 1 - back]
    }

    private func someScene() -> String? {
        somePicture().flatMap { stage.weChat.scan($0, by: name, .camera)?.scene }
    }

    private func takeOver() async {
        guard let picture = somePicture() else { return }
        guard let scan = await phone.scan(picture, .camera) else { return }
        await stage.pause(policy.confirmDelay.wholeMilliseconds)
        let number = stage.roll { $0.chance(0.3) ? $0.within(10...99) : nil }
        if stage.roll({ $0.chance(0.7) }) {
            _ = await phone.confirm(scan, number: number)
        } else {
            _ = await phone.cancel(scan)
        }
    }

    private func confirmUnscanned() async {
        guard let scene = someScene() else { return }
        let nonce = stage.roll { ConfirmNonce(using: &$0) }.exposed
        if stage.roll({ $0.chance(0.7) }) {
            _ = await phone.send { .confirm(scene: scene, nonce: nonce, number: nil, $0) }
        } else {
            _ = await phone.send { .cancel(scene: scene, nonce: nonce, $0) }
        }
    }

    private func showForeignNonce() async {
        let own = Screen()
        guard let victim = someScene(), await open(own) != nil,
            let scan = await phone.scan(own, .camera)
        else { return }
        await stage.pause(policy.confirmDelay.wholeMilliseconds)
        let nonce = scan.answer.nonce.exposed
        _ = await phone.send { .confirm(scene: victim, nonce: nonce, number: nil, $0) }
        // And the nonce of an older scan of its own.
        if await phone.scan(own, .camera) != nil {
            await stage.pause(policy.confirmDelay.wholeMilliseconds)
            _ = await phone.confirm(scan, number: nil)
        }
    }

    private func guess() async {
        let scene = stage.roll { SceneID(using: &$0) }.exposed
        let (cookie, session) = stage.roll {
            (AttemptCookie(using: &$0), SessionCookie(using: &$0))
        }
        let forged = PhoneBearer(
            token: stage.roll { PhoneToken(using: &$0) },
            address: address
        )
        switch stage.roll({ $0.below(6) }) {
        case 0: _ = await phone.send { .scan(scene: scene, launch: 1047, $0) }
        case 1:
            _ = await network.send(
                .scan(scene: someScene() ?? scene, launch: 1047, forged),
                as: name
            )
        case 2: _ = await network.send(.complete(cookie, ending: session), as: name)
        case 3: _ = await network.send(.session(session), as: name)
        case 4:
            // A scene is no cookie, a cookie is no scene.
            if let cookie = AttemptCookie(presented: someScene() ?? "") {
                _ = await network.send(.complete(cookie, ending: nil), as: name)
            }
            _ = await phone.send { .scan(scene: cookie.exposed, launch: nil, $0) }
        default:
            let code = "0" + scene
            _ = await network.send(.loginPhone(code: code, address: address), as: name)
            _ = await phone.send { .revoke("AAAAAAAAAAAAAAAA", $0) }
            _ = await phone.send { .rename("\u{202E}\u{0}", $0) }
        }
    }

    private func replay() async {
        let requests = stage.board.requests
        guard !requests.isEmpty else { return }
        let request = stage.roll { $0.one(of: requests) }
        // An open would make the adversary's browser the owner of what it opens: no harm, and noise.
        if case .open = request { return }
        _ = await network.send(request, as: name)
    }

    private func look() async {
        let cookie = stage.roll { AttemptCookie(using: &$0) }
        _ = await network.send(.view(cookie), as: name)
        _ = await network.watch(cookie, as: name)?.close()
        _ = await network.send(.cancelByBrowser(cookie), as: name)
        _ = await network.send(.poll(cookie, after: 0, seconds: 2), as: name)
    }

    private func tapTwice() async {
        let own = Screen()
        guard let cookie = await open(own), let scan = await phone.scan(own, .camera) else {
            return
        }
        await stage.pause(policy.confirmDelay.wholeMilliseconds)
        var number: Int?
        if scan.answer.isNumberRequired,
            case .answer(.view(let view)) = await network.send(.view(cookie), as: name)
        {
            number = view.number
        }
        let typed = number
        await withTaskGroup { group in
            group.addTask { _ = await phone.confirm(scan, number: typed) }
            group.addTask { _ = await phone.cancel(scan) }
            if stage.roll({ $0.chance(0.5) }) {
                group.addTask { _ = await phone.confirm(scan, number: typed) }
            }
            for _ in 0..<stage.roll({ $0.within(1...3) }) {
                group.addTask { _ = await network.send(.complete(cookie, ending: nil), as: name) }
            }
            if stage.roll({ $0.chance(0.3) }) {
                group.addTask { _ = await network.send(.cancelByBrowser(cookie), as: name) }
            }
        }
        _ = await network.send(.complete(cookie, ending: nil), as: name)
        _ = await network.send(.poll(cookie, after: 1, seconds: 3), as: name)
    }

    private func steal() async {
        let asks = stage.board.requests.compactMap { request -> TokenAsk? in
            guard case .tokens(let ask, _) = request else { return nil }
            return ask
        }
        let codes = stage.board.codes
        guard !codes.isEmpty || !asks.isEmpty else { return }
        let way = stage.roll { $0.below(9) }
        if way < 2, !asks.isEmpty {
            // Byte for byte, the newest or an older one.
            let ask = stage.roll { $0.chance(0.5) ? asks[asks.count - 1] : $0.one(of: asks) }
            _ = await network.send(.tokens(ask, address: address), as: name)
            return
        }
        guard let code = codes.last?.code else { return }
        let madeUp = stage.roll { Base64URL.encode(randomBytes(32, using: &$0)) }
        var ask = TokenAsk(
            kind: .code(code, redirect: Website.thief.redirect, verifier: madeUp),
            client: Website.thief.id,
            secret: Website.thief.secret
        )
        let asOther = stage.roll { $0.one(of: [Website.shop, .forum]) }
        switch way {
        case 2: ask.kind = .code(code, redirect: asOther.redirect, verifier: nil)
        case 3, 6, 7, 8:
            // Anybody may say to be the one that has no secret.
            let forum = Website.forum
            let own = codes.last { $0.client == forum.id }?.code ?? code
            // All that holds the code then is its verifier: without one, and with another.
            let other = stage.roll { $0.chance(0.5) } ? madeUp : nil
            ask.kind = .code(own, redirect: forum.redirect, verifier: other)
            (ask.client, ask.secret) = (forum.id, nil)
        case 4:
            ask.kind = .code(code, redirect: asOther.redirect, verifier: madeUp)
            (ask.client, ask.secret) = (asOther.id, stage.roll { $0.chance(0.5) } ? madeUp : nil)
        default:
            if let other = asks.last {
                ask.kind = other.kind
            }
        }
        _ = await network.send(.tokens(ask, address: address), as: name)
    }

    /// Comes exactly when a time is over, or one millisecond before.
    private func comeLate() async {
        let own = Screen()
        guard let cookie = await open(own) else { return }
        let openedAt = stage.clock.now
        let early = stage.roll { Int64($0.below(2)) }
        switch stage.roll({ $0.below(4) }) {
        case 0:
            let scene = stage.weChat.scene(in: own.picture)
            if phone.bearer.token == nil, await !phone.logIn() { return }
            await wait(until: openedAt + policy.scene.wholeMilliseconds - early)
            await hit(.scan(scene: scene, launch: 1047, phone.bearer))
        case 1:
            if phone.bearer.token == nil, await !phone.logIn() { return }
            let scene = stage.weChat.scene(in: own.picture)
            let request = WireRequest.scan(scene: scene, launch: 1047, phone.bearer)
            guard case .scanned(let scanned) = await hit(request) else { return }
            await wait(until: stage.clock.now + policy.confirm.wholeMilliseconds - early)
            let nonce = scanned.nonce.exposed
            // And the page looks at the same time, and afterwards.
            let look = stage.roll {
                $0.chance(0.6) ? Int64($0.within(0...5)) : Int64($0.within(0...150))
            }
            stage.executor.start {
                await stage.pause(early + look)
                await hit(.view(cookie))
            }
            await hit(.confirm(scene: scene, nonce: nonce, number: nil, phone.bearer))
            await hit(.view(cookie))
            await hit(.complete(cookie, ending: nil))
        case 2:
            guard let scan = await phone.scan(own, .camera) else { return }
            await stage.pause(policy.confirmDelay.wholeMilliseconds)
            _ = await phone.confirm(scan, number: nil)
            await wait(until: openedAt + policy.attempt.wholeMilliseconds - early)
            await hit(.complete(cookie, ending: nil))
        default:
            guard await phone.logIn() else { return }
            guard policy.phoneSession < .seconds(100) else { return }
            let bearer = phone.bearer
            await wait(until: stage.clock.now + policy.phoneSession.wholeMilliseconds - early)
            await hit(.logins(bearer))
        }
    }

    private func wait(until moment: Int64) async {
        await stage.pause(max(0, moment - stage.clock.now))
    }

    /// A request that arrives at this very millisecond.
    @discardableResult
    private func hit(_ request: WireRequest) async -> WireAnswer? {
        let slot = stage.roll { $0.below(stage.options.nodes) }
        stage.note("\(name) => \(slot): \(request.words)", request.mark &* 8 &+ slot)
        let answer = await network.deliver(request, to: slot, as: name)
        stage.note("\(slot) => \(name): \(answer?.words ?? "nothing")", answer?.mark ?? 0)
        return answer
    }

    private func open(_ screen: Screen) async -> AttemptCookie? {
        guard case .opened(let opened) = await hit(.open(superseding: nil, address: address)) else {
            return nil
        }
        screen.show(opened)
        return opened.cookie
    }
}
