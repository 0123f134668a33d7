import LoginDomain
import Testing

/// The numbers of the threat model, said a second time.
struct LoginPolicyTests {
    @Test func `the lifetimes are those of the threat model`() {
        let policy = LoginPolicy()
        #expect(policy.scene == .seconds(120))
        #expect(policy.confirm == .seconds(60))
        #expect(policy.attempt == .seconds(180))
        #expect(policy.confirmDelay == .milliseconds(700))
        #expect(policy.phoneSession == .seconds(15 * 60))
        #expect(policy.sessionIdle == .seconds(30 * 60))
        #expect(policy.session == .seconds(12 * 60 * 60))
        #expect(policy.usedCode == .seconds(10 * 60))
        #expect(policy.endedAttempt == .seconds(24 * 60 * 60))
        #expect(policy.loginHistory == .seconds(90 * 24 * 60 * 60))
    }

    @Test
    func `a picture's code is warned of, and no number typed, unless told otherwise`() {
        #expect(LoginPolicy().launch == .warn)
        #expect(LoginPolicy().numberMatching == .off)
        #expect(LoginPolicy().sameDevice == .off)
    }

    @Test func `the budgets are those of the threat model`() {
        let policy = LoginPolicy()
        #expect(policy.deadScenesPerUser == 10)
        #expect(policy.deadScenesPerAddress == 100)
        #expect(policy.deadSceneWindow == .seconds(10 * 60))
        #expect(policy.attemptsPerBrowserPerMinute == 6)
        #expect(policy.attemptsPerAddressPerMinute == 30)
        #expect(policy.attemptsPerAddressBurst == 60)
        #expect(policy.codesPerMinute == 4000)
        #expect(policy.phoneLoginsPerUserPerMinute == 20)
        #expect(policy.phoneLoginsPerAddressPerMinute == 300)
        #expect(policy.phoneLoginsPerAddressBurst == 600)
        #expect(policy.invalidCodesPerAddress == 100)
        #expect(policy.profileChangesPerUserPerMinute == 10)
        #expect(policy.sceneRequestsPerUserPerMinute == 60)
        #expect(policy.parkedPerAddressPerMinute == 60)
        #expect(policy.parkedPerAddressBurst == 120)
        #expect(policy.grantsPerUserPerMinute == 60)
        #expect(policy.grants.code == .seconds(60))
        #expect(policy.grants.accessToken == .seconds(600))
        #expect(policy.grants.refreshToken == .seconds(30 * 86_400))
        #expect(RefreshFamily.grace == .seconds(30))
        #expect(ParkedRequest.lifetime == .seconds(600))
        #expect(ParkedRequest.codesMax == 10)
        #expect(BrowserSession.pendingLifetime == .seconds(60))
        #expect(policy.pooledCodes == 0)
        #expect(policy.connectionsPerAddress == 64)
        #expect(policy.webSocketsPerAddress == 20)
    }

    @Test func `T34 every kind of row has its cap`() {
        let rows = LoginPolicy().rows
        #expect(rows.liveAttempts == 100_000)
        #expect(rows.endedAttempts == 1_000_000)
        #expect(rows.phoneSessions == 200_000)
        #expect(rows.usedCodes == 200_000)
        #expect(rows.browserSessions == 1_000_000)
        #expect(rows.parkedRequests == 100_000)
        #expect(rows.grants == 1_000_000)
        #expect(rows.relyingParties == 1000)
        #expect(rows.auditEntries == 5_000_000)
        #expect(Mirror(reflecting: rows).children.count == 9)
        #expect(LoginPolicy().audit == .seconds(90 * 86_400))
    }

    @Test func `every number of the policy is among those above`() {
        #expect(Mirror(reflecting: LoginPolicy()).children.count == 35)
    }
}
