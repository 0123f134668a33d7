/// The two servers that a scenario is played against.
package struct Stage: Sendable {
    package var login: ServerAddress
    package var weChat: ServerAddress
    /// What can be done to the login server's process; nil when the runner did not start it.
    package var control: ServerControl?

    package init(login: ServerAddress, weChat: ServerAddress, control: ServerControl? = nil) {
        self.login = login
        self.weChat = weChat
        self.control = control
    }
}

/// What whoever started a login server can do to it.
///
/// Its address stays the same.
package struct ServerControl: Sendable {
    /// Ends it in order and waits until it has ended.
    package var stop: @Sendable () async throws(StageError) -> Void
    /// Ends it as a power cut would, and waits until it has ended.
    package var kill: @Sendable () async throws(StageError) -> Void
    /// Starts it again with the same data, and waits until it listens.
    package var start: @Sendable () async throws(StageError) -> Void

    /// Registers a website, with its one redirect URI and where its users go after a logout.
    package var register:
        @Sendable (
            _ name: String, _ callback: String, _ goodbye: String
        ) async throws(StageError) -> WebsiteRegistration

    package init(
        stop: @escaping @Sendable () async throws(StageError) -> Void,
        kill: @escaping @Sendable () async throws(StageError) -> Void,
        start: @escaping @Sendable () async throws(StageError) -> Void,
        register:
            @escaping @Sendable (
                _ name: String, _ callback: String, _ goodbye: String
            ) async throws(StageError) -> WebsiteRegistration
    ) {
        self.stop = stop
        self.kill = kill
        self.start = start
        self.register = register
    }
}

/// Somebody who starts servers for scenarios that need their own.
package struct StageLender: Sendable {
    /// Starts a pair with these settings of the login server (without `SCAN_LOGIN_`).
    package var lend: @Sendable (_ settings: [String: String]) async throws(StageError) -> Stage
    /// Ends a pair that was lent; never fails.
    package var end: @Sendable (Stage) async -> Void

    package init(
        lend: @escaping @Sendable (_ settings: [String: String]) async throws(StageError) -> Stage,
        end: @escaping @Sendable (Stage) async -> Void
    ) {
        self.lend = lend
        self.end = end
    }
}

/// Why there is no server to play against, in one line.
package struct StageError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
