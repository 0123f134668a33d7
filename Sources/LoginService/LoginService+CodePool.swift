import Logging
import LoginDomain
import Synchronization
import WeChatClient

/// A scene and its picture that nobody has seen yet.
///
/// No row knows the scene, so a phone that shows it shows a dead one.
struct PooledCode: Sendable {
    var scene: SceneID
    var picture: CodePicture
}

extension LoginService {
    /// How many codes are made ahead at a time: an eighth of the places for pictures.
    static let codeMakers = 4

    /// Codes that lie ready.
    package var pooledCodes: Int { pool.withLock { $0.level } }

    /// Keeps the pool full until the task is cancelled.
    ///
    /// Browsers come first: codes are made ahead only from the half of a minute's codes that is used
    /// first, and only while nobody waits for a place at WeChat.
    package func runCodePool() async {
        await withTaskGroup { group in
            for _ in 0..<Self.codeMakers {
                group.addTask { [self] in await makeCodes() }
            }
        }
    }

    private func makeCodes() async {
        while !Task.isCancelled {
            let now = time.now()
            switch pool.withLock({ $0.nextStep(at: now) }) {
            case .make:
                await makeCode(at: now)
            case .wait(let wait):
                do {
                    try await time.sleep(for: wait)
                } catch {
                    return
                }
            }
        }
    }

    private func makeCode(at asked: Timestamp) async {
        if let wait = budgets.withLock({ $0.askForStock(at: asked) }) {
            return pool.withLock { $0.failed(rest: .seconds(wait), at: asked) }
        }
        let scene = dice.draw { SceneID(using: &$0) }
        do {
            let picture = try await wechat.unlimitedCode(scene: scene.exposed, for: .stock)
            pool.withLock { $0.made(PooledCode(scene: scene, picture: picture)) }
        } catch {
            if !error.isFromWeChat { budgets.withLock { $0.didNotAsk(at: asked) } }
            let now = time.now()
            pool.withLock { $0.failed(rest: Self.rest(after: error), at: now) }
            logger.debug("no code made ahead", metadata: ["why": "\(error.label)"])
        }
    }

    /// How long nothing is made ahead after a failure.
    private static func rest(after error: WeChatError) -> Duration {
        switch error {
        case .resting(let milliseconds, _): .milliseconds(milliseconds)
        case .crowded: CodePool<PooledCode>.lookEvery
        case .quotaReached: .seconds(10)
        default: .seconds(1)
        }
    }
}
