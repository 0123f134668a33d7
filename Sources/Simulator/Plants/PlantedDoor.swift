import LoginDomain
import LoginService
import OpenIDConnect
import Synchronization

/// What stands between the wire and the use cases: nothing, or one bug.
struct PlantedDoor: Sendable {
    let stage: Stage
    let node: Node

    func answer(_ request: WireRequest) async -> WireAnswer {
        guard let plant = stage.plant else { return await node.answer(request) }
        switch (plant, request) {
        case (.anyNonce, .confirm(let scene, _, let number, let phone)):
            let nonce = stage.lastNonce(scene) ?? ""
            return await node.answer(
                .confirm(scene: scene, nonce: nonce, number: number, phone)
            )
        case (.anyNonce, .scan(let scene, _, _)):
            let answer = await node.answer(request)
            if case .scanned(let scanned) = answer {
                stage.noteNonce(scanned.nonce.exposed, of: scene)
            }
            return answer
        case (.confirmScans, .confirm(let scene, let nonce, let number, let phone)):
            let answer = await node.answer(request)
            guard case .refused(.sceneUnavailable) = answer, number == nil else { return answer }
            let scan = await node.answer(.scan(scene: scene, launch: 1047, phone))
            guard case .scanned(let scanned) = scan else { return answer }
            _ = nonce
            await stage.pause(stage.options.policy.confirmDelay.wholeMilliseconds)
            let own = scanned.nonce.exposed
            return await node.answer(.confirm(scene: scene, nonce: own, number: number, phone))
        case (.cookieUnchecked, .open):
            let answer = await node.answer(request)
            if case .opened(let opened) = answer { stage.noteCookie(opened.cookie) }
            return answer
        case (.cookieUnchecked, .view(let cookie)):
            let answer = await node.answer(request)
            guard case .refused(.noAttempt) = answer, let newest = stage.newestCookie else {
                return answer
            }
            _ = cookie
            return await node.answer(.view(newest))
        case (.answersBeforeCommit, .confirm):
            let answer = await node.answer(request)
            if case .refused(.storeUnavailable) = answer { return .done }
            return answer
        case (.unevenRefusals, .scan):
            let answer = await node.answer(request)
            if case .refused(.sceneUnavailable) = answer { return .refused(.notConfirmed) }
            return answer
        case (.logoutKeepsAttempt, .logout(let cookie, _)):
            return await node.answer(.logout(cookie, cancelling: nil))
        case (.keyUnpublished, .keys):
            guard case .keys(let keys) = await node.answer(request) else { return .keys([]) }
            return .keys(Array(keys.dropFirst()))
        case (.limitsShared, .scan):
            let answer = await node.answer(request)
            guard case .refused(.sceneUnavailable) = answer else { return answer }
            let count = stage.plantMemory.change { memory in
                memory.deadScenes += 1
                return memory.deadScenes
            }
            let isMuch = count > stage.options.policy.deadScenesPerUser
            return isMuch ? .refused(.rateLimited(retryAfterSeconds: 60)) : answer
        case (.floodDelays, _):
            let count = stage.plantMemory.change { memory in
                memory.underWay += 1
                return memory.underWay
            }
            await stage.pause(Int64(count) * 60)
            stage.plantMemory.change { $0.underWay -= 1 }
            return await node.answer(request)
        case (.nonceAnyPhone, .scan(_, _, let phone)):
            let answer = await node.answer(request)
            if case .scanned(let scanned) = answer {
                stage.plantMemory.change { $0.phones[scanned.nonce.exposed] = phone }
            }
            return answer
        case (.nonceAnyPhone, .confirm(let scene, let nonce, let number, let phone)):
            return await asAnyPhone(request, nonce, phone) {
                .confirm(scene: scene, nonce: nonce, number: number, $0)
            }
        case (.nonceAnyPhone, .cancel(let scene, let nonce, let phone)):
            return await asAnyPhone(request, nonce, phone) {
                .cancel(scene: scene, nonce: nonce, $0)
            }
        case (_, .authorize(let ask, let cookies, let address)):
            let answer = await node.answer(
                .authorize(ask.bent(by: plant), cookies, address: address)
            )
            guard plant == .redirectAny, case .authorized(var response) = answer,
                let wanted = try? RedirectURI(registering: ask.redirect)
            else { return answer }
            response.redirectURI = wanted
            return .authorized(response)
        case (_, .tokens(let ask, let address)):
            return await node.answer(.tokens(ask.bent(by: plant), address: address))
        case (.giveBackAnyones, .revokeToken(let ask)):
            for site in Website.all {
                let own = TokenAsk(kind: ask.kind, client: site.id, secret: site.secret)
                _ = await node.answer(.revokeToken(own))
            }
            return await node.answer(request)
        case (_, .revokeToken(let ask)):
            return await node.answer(.revokeToken(ask.bent(by: plant)))
        case (.secretLogged, .scan(_, _, let phone)):
            WatchedLog(stage: stage).judge("a scan by \(phone.text)")
            return await node.answer(request)
        default:
            return await node.answer(request)
        }
    }

    /// A request as it is, and where that is refused, as from the phone that was given the nonce.
    private func asAnyPhone(
        _ request: WireRequest,
        _ nonce: String,
        _ phone: PhoneBearer,
        _ make: (PhoneBearer) -> WireRequest
    ) async -> WireAnswer {
        let answer = await node.answer(request)
        guard case .refused(.sceneUnavailable) = answer,
            let owner = stage.plantMemory.change({ $0.phones[nonce] }), owner.text != phone.text,
            case .done = await node.answer(make(owner))
        else { return answer }
        return .done
    }

    func watch(
        _ cookie: AttemptCookie,
        _ sink: @escaping WatchSink
    ) async -> (@Sendable () -> Void)? {
        if stage.plant == .silentReconnect {
            let isTold = Atomic(false)
            return await node.watch(cookie) { signal in
                // The first is what it finds.
                if isTold.exchange(true, ordering: .relaxed) { sink(signal) }
            }
        }
        guard stage.plant == .pushesTooMuch else { return await node.watch(cookie, sink) }
        return await node.watch(cookie) { signal in
            if case .state(var view) = signal, view.state == .scanned {
                view.state = .confirmed
                sink(.state(view))
            } else {
                sink(signal)
            }
        }
    }
}

extension AuthorizeAsk {
    /// As a server with a bug reads it.
    fileprivate func bent(by plant: Plant) -> AuthorizeAsk {
        var ask = self
        switch plant {
        case .redirectAny: ask.redirect = Website.named(client)?.redirect ?? redirect
        case .challengeOptional: ask.challenge = challenge ?? ModelState.challenge("")
        case .promptLoginIgnored where prompt == "login": ask.prompt = nil
        case .maxAgeIgnored: ask.maxAge = nil
        default: break
        }
        return ask
    }
}

extension TokenAsk {
    /// As a server with a bug reads it.
    fileprivate func bent(by plant: Plant) -> TokenAsk {
        var ask = self
        switch (plant, kind) {
        case (.secretUnchecked, _):
            ask.secret = Website.named(client)?.secret
        case (.redirectUnbound, .code(let code, let redirect, let verifier)):
            let own = Website.named(client)?.redirect ?? redirect
            ask.kind = .code(code, redirect: own, verifier: verifier)
        default: break
        }
        return ask
    }
}

/// What the bugs of a run remember.
final class PlantMemory: Sendable {
    private let state = Mutex(State())

    struct State: Sendable {
        var lastOwner: UserID?
        var nonces: [String: String] = [:]
        var phones: [String: PhoneBearer] = [:]
        var newestCookie: AttemptCookie?
        var deadScenes = 0
        var underWay = 0
        var firstSubject: SubjectID?
    }

    func change<Value>(_ body: (inout State) -> Value) -> Value { state.withLock { body(&$0) } }
}

extension Stage {
    /// The user who logged a phone in last, anywhere.
    var lastOwner: UserID? {
        get { plantMemory.change { $0.lastOwner } }
        set { plantMemory.change { $0.lastOwner = newValue } }
    }

    func noteNonce(_ nonce: String, of scene: String) {
        plantMemory.change { $0.nonces[scene] = nonce }
    }

    func lastNonce(_ scene: String) -> String? { plantMemory.change { $0.nonces[scene] } }

    func noteCookie(_ cookie: AttemptCookie) { plantMemory.change { $0.newestCookie = cookie } }

    var newestCookie: AttemptCookie? { plantMemory.change { $0.newestCookie } }
}
