package import LoginDomain

extension Attempt {
    /// The same attempt brought to a state by force, past its state machine: what a store could do
    /// to a row.
    package func rewritten(
        _ state: State,
        seq: Int,
        chain: AttemptID? = nil,
        way: AttemptWay? = nil,
        keepsRequest: Bool = true
    ) -> Attempt {
        Attempt(
            id: id,
            chain: chain ?? self.chain,
            cookie: cookie,
            scene: scene,
            browser: browser,
            way: way ?? self.way,
            request: keepsRequest ? request : nil,
            createdAt: createdAt,
            sceneExpiresAt: sceneExpiresAt,
            capAt: capAt,
            state: state,
            seq: seq
        )
    }
}
