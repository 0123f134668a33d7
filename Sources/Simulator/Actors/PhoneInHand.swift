import LoginDomain
import LoginService
import MockWeChatWorld
import Synchronization

/// A person's phone with the mini-program on it.
final class PhoneInHand: Sendable {
    private let stage: Stage
    let person: String
    private let address: String
    private let token = Mutex<PhoneToken?>(nil)

    /// A code that was scanned, and what the confirm must carry.
    struct Scan: Sendable {
        var scene: String
        var answer: ScannedAttempt
    }

    init(stage: Stage, person: String, address: String) {
        self.stage = stage
        self.person = person
        self.address = address
        stage.weChat.add(person)
    }

    var bearer: PhoneBearer { PhoneBearer(token: token.withLock { $0 }, address: address) }
    private var network: SimulatedNetwork { SimulatedNetwork(stage: stage) }

    /// Logs the phone in with a fresh js_code.
    func logIn(tries: Int = 4) async -> Bool {
        for _ in 0..<tries where !stage.isOver {
            let code = stage.weChat.code(for: person, at: stage.clock.now)
            stage.model.gaveCode(code, to: person)
            let reply = await network.send(.loginPhone(code: code, address: address), as: person)
            if case .answer(.phone(let login)) = reply {
                token.withLock { $0 = login.token }
                return true
            }
            await stage.pause(HonestUser.rest(after: reply))
        }
        return false
    }

    /// Sends a request with the phone's bearer; logs in first where that is needed.
    func send(_ make: @Sendable (PhoneBearer) -> WireRequest) async -> WireReply {
        if bearer.token == nil, await !logIn() { return .lost }
        let reply = await network.send(make(bearer), as: person)
        guard reply.refusal == .noPhoneSession, await logIn() else { return reply }
        return await network.send(make(bearer), as: person)
    }

    /// Reads the picture on a screen and shows its scene.
    func scan(_ screen: Screen, _ way: ScanWay) async -> Scan? {
        await scan(screen.picture, way)
    }

    func scan(_ picture: [UInt8], _ way: ScanWay) async -> Scan? {
        guard let (scene, launch) = stage.weChat.scan(picture, by: person, way) else { return nil }
        for _ in 0..<4 where !stage.isOver {
            let reply = await send { .scan(scene: scene, launch: launch, $0) }
            if case .answer(.scanned(let answer)) = reply {
                return Scan(scene: scene, answer: answer)
            }
            if reply.refusal == .sceneUnavailable { return nil }
            await stage.pause(HonestUser.rest(after: reply))
        }
        return nil
    }

    func confirm(_ scan: Scan, number: Int?) async -> WireReply {
        let nonce = scan.answer.nonce.exposed
        return await network.send(
            .confirm(scene: scan.scene, nonce: nonce, number: number, bearer),
            as: person
        )
    }

    func cancel(_ scan: Scan) async -> WireReply {
        let nonce = scan.answer.nonce.exposed
        return await network.send(.cancel(scene: scan.scene, nonce: nonce, bearer), as: person)
    }
}
