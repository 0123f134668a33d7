import HTTPTransport
import LoginDomain
import LoginStore
import TestSupport
import Testing
import WeChatClient

@testable import LoginService

/// Floods of demands for codes: what WeChat is asked, and who still gets one.
@Suite(.timeLimit(.minutes(10))) struct T33CodeFloodTests {
    private static func open(_ house: LoginHouse, from address: String) async -> LoginRefusal? {
        do {
            _ = try await house.service.openAttempt(
                superseding: nil,
                browser: BrowserFacts(address: address, userAgent: "")
            )
            return nil
        } catch {
            return error
        }
    }

    @Test
    func `T33 ten thousand demands of five hundred addresses leave an honest browser its code`()
        async throws
    {
        let rows = MemoryLoginStore()
        let wechat = ScriptedWeChat()
        let time = ManualTime()
        let slow = SlowWeChat(wechat, time)
        let house = LoginHouse(store: rows, wechat: wechat, transport: slow, time: time)
        var served = 0
        var refusals: [LoginRefusal] = []
        // Ten thousand in ten seconds, and then on at the same pace for two minutes.
        for number in 0..<10_000 {
            if let refusal = await Self.open(house, from: "198.51.\(number % 500)") {
                refusals.append(refusal)
            } else {
                served += 1
            }
            time.advance(by: .milliseconds(1))
            // Honest browsers come all the time, each from an address of its own.
            if number % 500 == 499 {
                let refusal = await Self.open(house, from: "203.0.113.\(number)")
                #expect(refusal == nil, "the honest one at \(number)")
                served += 1
            }
        }
        #expect(refusals.count > 6000)
        for refusal in refusals {
            guard case .rateLimited(let wait) = refusal else {
                Issue.record("\(refusal)")
                continue
            }
            #expect((1...60).contains(wait))
        }
        let asked = slow.starts(of: ScriptedWeChat.codePath)
        #expect(asked.count <= 4000)
        #expect(asked.count == served)
        #expect(rows.everything.count { $0.hasPrefix("attempt ") } == served)
    }

    @Test func `T33 a flood that goes on never has more than a minute's codes in any minute`()
        async throws
    {
        var policy = LoginPolicy()
        policy.codesPerMinute = 200
        policy.pooledCodes = 20
        let wechat = ScriptedWeChat()
        let time = ManualTime()
        let slow = SlowWeChat(wechat, time)
        let house = LoginHouse(policy: policy, wechat: wechat, transport: slow, time: time)
        for number in 0..<20_000 {
            _ = await Self.open(house, from: "198.51.\(number % 500)")
            time.advance(by: .milliseconds(10))
        }
        let asked = slow.starts(of: ScriptedWeChat.codePath)
        #expect(asked.most(within: .seconds(60)) == 200)
        #expect(asked.count > 600)
    }

    @Test func `T44 demands that never reached WeChat use up nobody's minute`() async throws {
        var policy = LoginPolicy()
        policy.codesPerMinute = 100
        let house = LoginHouse(policy: policy)
        house.wechat.always(ScriptedWeChat.codePath, .fails(.timedOut))
        for number in 0..<1000 {
            let refusal = await Self.open(house, from: "198.51.100.\(number)")
            guard case .weChatUnavailable(let wait) = refusal else {
                Issue.record("\(String(describing: refusal))")
                continue
            }
            #expect((1...10).contains(wait))
        }
        house.wechat.always(ScriptedWeChat.codePath, nil)
        house.time.advance(by: .seconds(10))
        // Five went out and failed; the others' places in this minute are free.
        for number in 0..<95 {
            #expect(await Self.open(house, from: "203.0.113.\(number)") == nil)
        }
        #expect(await Self.open(house, from: "203.0.113.200") != nil)
    }

    @Test func `T33 a picture that is refused for its access token has been asked for`()
        async throws
    {
        var policy = LoginPolicy()
        policy.codesPerMinute = 2
        let house = LoginHouse(policy: policy)
        house.wechat.always(ScriptedWeChat.codePath, .json(#"{"errcode":40001}"#))
        // The first one forces a newer token; for the second there is none for half a minute.
        for number in 0..<2 {
            let refusal = await Self.open(house, from: "198.51.100.\(number)")
            #expect(refusal == .weChatUnavailable(retryAfterSeconds: 2))
        }
        let asked = house.wechat.calls(to: ScriptedWeChat.codePath).count
        #expect(asked == 3)
        #expect(
            await Self.open(house, from: "198.51.100.9") == .rateLimited(retryAfterSeconds: 60)
        )
        #expect(house.wechat.calls(to: ScriptedWeChat.codePath).count == asked)
    }

    @Test func `T33 a code is counted when WeChat is asked for it, however long the rows took`()
        async throws
    {
        var policy = LoginPolicy()
        policy.codesPerMinute = 2
        let store = FaultyStore()
        let house = LoginHouse(policy: policy, store: store)
        let first = try await house.service.openAttempt(
            superseding: nil,
            browser: BrowserFacts(address: "203.0.113.1", userAgent: "")
        )
        house.time.advance(by: .seconds(60))
        // The browser's earlier row comes after eight seconds; then WeChat is asked.
        store.beforeAnswer(of: .attempt) { house.time.advance(by: .seconds(8)) }
        _ = try await house.service.openAttempt(
            superseding: first.cookie,
            browser: BrowserFacts(address: "203.0.113.1", userAgent: "")
        )
        #expect(await Self.open(house, from: "203.0.113.2") == nil)
        house.time.advance(by: .seconds(60) - .milliseconds(1))
        #expect(
            await Self.open(house, from: "203.0.113.3") == .rateLimited(retryAfterSeconds: 1)
        )
        house.time.advance(by: .milliseconds(1))
        #expect(await Self.open(house, from: "203.0.113.3") == nil)
    }

    @Test func `T33 an address that has had many codes leaves the last fifth to others`() {
        var policy = LoginPolicy()
        policy.codesPerMinute = 50
        var budgets = Budgets(policy)
        var dice = SeededDice()
        let now = ManualTime.start
        func ask(_ address: String) -> Budgets.CodeLeave {
            budgets.askForCode(chain: AttemptID(using: &dice), address: address, at: now)
        }
        let greedy = (0..<60).map { _ in ask("greedy") }
        #expect(greedy.count { $0 == .any } == 40)
        let others = (0..<12).map { ask("other\($0)") }
        #expect(others.count { $0 == .any } == 10)
        #expect(
            others.suffix(2) == [
                .stockOnly(retryAfterSeconds: 60), .stockOnly(retryAfterSeconds: 60),
            ]
        )
    }
}
