import Foundation
package import LoginDomain
import NIOCore
package import WeChatClient
import WebSocketUpgrade

/// Everything an operator decides, read and judged once, before anything starts.
package struct Settings: Sendable {
    package var mode: Mode
    package var edge: EdgeConfiguration
    package var policy: LoginPolicy
    package var wechat: WeChatConfiguration
    /// The path of the SQLite file.
    package var database: String
    /// What its signing keys are encrypted under.
    package var keyFile: KeyFile
    /// The websites that the configuration file names; nil where it says nothing of websites, and
    /// then those that it named before stay.
    ///
    /// They come when they are written down, and say `Timestamp.earliest` here.
    package var clients: [RelyingParty]?
    /// Whether browsers stay logged in when a backup is restored.
    ///
    /// They do not unless the operator says so: a restored session may be one that was logged out or
    /// revoked after the backup was made, and to revoke is final (T38).
    package var keepsRestoredSessions: Bool
    package var logLevel: String
    package var logFormat: LogFormat
    /// Lines the operator should read, and that stop nothing.
    package var warnings: [String]

    /// How log lines look.
    package enum LogFormat: String, Sendable, CaseIterable {
        /// An object a line, for machines.
        case json
        /// For people at a terminal.
        case text
    }

    /// What this server is for.
    package enum Mode: String, Sendable, CaseIterable {
        /// Real users. Refuses everything that only makes sense on a developer's machine.
        case production
        /// A developer's machine or CI: plain http on loopback, a mock of WeChat.
        case development
    }

    package var site: ClientCard { ClientCard(name: edge.siteName, host: edge.origin.authority) }
}

/// Why the settings cannot be used: one line a reason.
///
/// The program prints them and exits with 78 (EX_CONFIG of sysexits.h).
package struct SettingsRefused: Error {
    package var reasons: [String]
}

/// What the command line may say.
package struct SettingsFlags: Sendable {
    package var config: String?
    package var mode: String?
    package var origin: String?
    package var host: String?
    package var port: Int?
    package var database: String?
    package var weChatBaseURL: String?

    package init(
        config: String? = nil,
        mode: String? = nil,
        origin: String? = nil,
        host: String? = nil,
        port: Int? = nil,
        database: String? = nil,
        weChatBaseURL: String? = nil
    ) {
        self.config = config
        self.mode = mode
        self.origin = origin
        self.host = host
        self.port = port
        self.database = database
        self.weChatBaseURL = weChatBaseURL
    }

    fileprivate var values: [SettingKey: String] {
        var values: [SettingKey: String] = [:]
        values[.mode] = mode
        values[.origin] = origin
        values[.host] = host
        values[.port] = port.map(String.init)
        values[.database] = database
        values[.weChatBaseURL] = weChatBaseURL
        return values
    }
}

extension Settings {
    /// The one WeChat there is.
    package static let weChatBaseURL = "https://api.weixin.qq.com"
    /// What mock-wechat's default world has; worthless anywhere else.
    static let mockBaseURL = "http://127.0.0.1:9090"
    static let mockAppID = "wx0123456789abcdef"
    static let mockAppSecret = "0123456789abcdef0123456789abcdef"

    /// Reads flags, environment and file.
    ///
    /// `freePort` gives a free port for `port: 0`, which development may ask for.
    package static func read(
        flags: SettingsFlags,
        environment: [String: String],
        freePort: () -> Int?
    ) async throws(SettingsRefused) -> Settings {
        var source = await SettingSource(
            flags: flags.values,
            environment: environment,
            file: flags.config
        )
        // Without its file nothing that follows would be true.
        guard source.isReadable else { throw SettingsRefused(reasons: source.problems) }
        let mode = readMode(&source)
        let edge = readEdge(&source, mode, freePort)
        judgePorts(edge, &source)
        let policy = readPolicy(&source, mode)
        let wechat = readWeChat(&source, mode)
        let database = readDatabase(&source)
        let keyFile = readKeyFile(&source, mode, database)
        let section = readClients(&source, mode)
        let keepsRestoredSessions = readRestoredSessions(&source)
        let logLevel = source.text(.logLevel) ?? "info"
        if !logLevels.contains(logLevel) {
            source.note(
                "\(SettingKey.logLevel.environmentName) must be one of "
                    + "\(logLevels.joined(separator: ", ")), not \(logLevel.prefix(40))."
            )
        }
        let logFormat = source.choice(.logFormat) ?? (mode == .production ? .json : LogFormat.text)
        guard source.problems.isEmpty, let edge, let wechat else {
            throw SettingsRefused(reasons: source.problems)
        }
        return Settings(
            mode: mode,
            edge: edge,
            policy: policy,
            wechat: wechat,
            database: database,
            keyFile: keyFile,
            clients: section?.parties,
            keepsRestoredSessions: keepsRestoredSessions,
            logLevel: logLevel,
            logFormat: logFormat,
            warnings: source.warnings
                + (section.map { $0.warnings + $0.parties.compactMap(\.proofKeyWarning) } ?? [])
        )
    }

    private static let logLevels = ["trace", "debug", "info", "notice", "warning", "error"]

    private static func readMode(_ source: inout SettingSource) -> Mode {
        guard let text = source.text(.mode) else { return .production }
        guard let mode = Mode(rawValue: text) else {
            source.note(
                "\(SettingKey.mode.environmentName) must be production or development, not \(text)."
            )
            return .production
        }
        return mode
    }

    private static func readEdge(
        _ source: inout SettingSource,
        _ mode: Mode,
        _ freePort: () -> Int?
    ) -> EdgeConfiguration? {
        let host = source.text(.host) ?? "127.0.0.1"
        var port = source.number(.port, 0...65535) ?? 8080
        let isAnyPort = port == 0 && mode == .development
        if port == 0, mode == .development { port = freePort() ?? 0 }
        if port == 0 {
            source.note("\(SettingKey.port.environmentName) must be a port from 1 to 65535.")
        }
        var text = source.text(.origin)
        if text == nil, mode == .development { text = "http://127.0.0.1:\(port)" }
        guard let text else {
            source.note(
                "\(SettingKey.origin.environmentName) is missing: where browsers find this server, "
                    + "such as https://login.example.com."
            )
            return nil
        }
        guard let origin = Origin(text) else {
            source.note(
                "\(SettingKey.origin.environmentName) must be a scheme and a host in lower case, "
                    + "such as https://login.example.com, not \(text.prefix(80))."
            )
            return nil
        }
        if !origin.isSecure {
            if mode == .production {
                source.note(
                    "\(SettingKey.origin.environmentName) must be https in production: a browser "
                        + "sends its cookies in clear otherwise."
                )
            } else if !origin.isLoopback {
                source.note(
                    "\(SettingKey.origin.environmentName) may be http only on 127.0.0.1 or "
                        + "localhost."
                )
            }
        }
        return EdgeConfiguration(
            origin: origin,
            host: host,
            port: port,
            siteName: source.text(.siteName) ?? origin.authority,
            operations: readOperations(&source, mode, isAnyPort: isAnyPort),
            limits: readLimits(&source),
            proxies: readProxies(&source)
        )
    }

    /// The operators' listener: on loopback and 8081 unless told otherwise, `off` for none.
    private static func readOperations(
        _ source: inout SettingSource,
        _ mode: Mode,
        isAnyPort: Bool
    ) -> OperationsAddress? {
        let host = source.text(.operationsHost) ?? "127.0.0.1"
        guard let text = source.text(.operationsPort) else {
            // Whoever takes any port for the one wants no fixed one for the other.
            return OperationsAddress(
                host: host,
                port: isAnyPort ? 0 : 8081,
                mayMove: mode == .development
            )
        }
        if text == "off" { return nil }
        let least = mode == .development ? 0 : 1
        guard let port = Int(text), (least...65535).contains(port) else {
            source.note(
                "\(SettingKey.operationsPort.environmentName) must be a port from 1 to 65535, or "
                    + "off, not \(text.prefix(40))."
            )
            return nil
        }
        return OperationsAddress(host: host, port: port)
    }

    /// The two listeners cannot be one.
    private static func judgePorts(_ edge: EdgeConfiguration?, _ source: inout SettingSource) {
        guard let edge, let operations = edge.operations, operations.port == edge.port,
            operations.host == edge.host
        else { return }
        source.note(
            "\(SettingKey.operationsPort.environmentName) must be another port than "
                + "\(SettingKey.port.environmentName), \(edge.port)."
        )
    }

    private static func readLimits(_ source: inout SettingSource) -> EdgeLimits {
        var limits = EdgeLimits()
        if let most = source.number(.connections, 1...1_000_000) { limits.connectionsMax = most }
        let counts: [(SettingKey, WritableKeyPath<EdgeLimits, Int>, ClosedRange<Int>)] = [
            (.bodyBytes, \.bodyBytesMax, 1024...1_048_576),
            (.formBytes, \.formBytesMax, 1024...1_048_576),
            (.headerBytes, \.headerBlockBytesMax, 1024...81_920),
            (.headerFieldBytes, \.headerFieldBytesMax, 1024...65_536),
            (.headerFields, \.headerFieldsMax, 20...1000),
            (.webSocketFrameBytes, \.webSocket.frameBytesMax, 126...65_536),
            (.webSocketFramesPerMinute, \.webSocket.dataFramesPerMinuteMax, 1...1000),
            (.webSocketUnsentMessages, \.webSocket.unsentMessagesMax, 4...1000),
        ]
        for (key, path, range) in counts {
            if let value = source.number(key, range) { limits[keyPath: path] = value }
        }
        let seconds: [(SettingKey, WritableKeyPath<EdgeLimits, TimeAmount>)] = [
            (.webSocketPingSeconds, \.webSocket.pingEvery),
            (.webSocketPongSeconds, \.webSocket.pongWithin),
            (.headerSeconds, \.connection.header), (.requestSeconds, \.connection.request),
            (.idleSeconds, \.connection.idle), (.stallSeconds, \.connection.stall),
        ]
        for (key, path) in seconds {
            if let value = source.number(key, 1...600) {
                limits[keyPath: path] = .seconds(Int64(value))
            }
        }
        limits.webSocket.stall = limits.connection.stall
        if let speed = source.number(.bodyBytesPerSecond, 1...1_000_000) {
            limits.connection.bodyBytesPerSecondMin = speed
        }
        return limits
    }

    private static func readProxies(_ source: inout SettingSource) -> TrustedProxies {
        var networks: [IPNetwork] = []
        for part in (source.text(.trustedProxies) ?? "").split(separator: ",") {
            let text = part.trimmingCharacters(in: .whitespaces)
            guard let network = IPNetwork(text) else {
                source.note(
                    "\(SettingKey.trustedProxies.environmentName) must be a list of networks such as "
                        + "10.0.0.0/8, 2001:db8::/32, not \(text.prefix(80))."
                )
                continue
            }
            // Then everybody would say who they are, and no limit would hold.
            guard !text.hasSuffix("/0") else {
                source.note(
                    "\(SettingKey.trustedProxies.environmentName) must not be everybody: \(text)."
                )
                continue
            }
            networks.append(network)
        }
        return TrustedProxies(networks)
    }

    /// Codes made ahead in production, when nobody says: a burst of 64 browsers waits for nothing,
    /// for at most 16 MiB of memory and 64 of the 5,000 codes that WeChat draws in a minute.
    ///
    /// None in development, so that each code asked for is one call in the mock's journal, and a fault
    /// that is set now is met by the next browser.
    private static let pooledCodes = 64

    private static func readPolicy(_ source: inout SettingSource, _ mode: Mode) -> LoginPolicy {
        var policy = LoginPolicy()
        policy.pooledCodes =
            source.number(.pooledCodes, 0...1000) ?? (mode == .production ? pooledCodes : 0)
        let seconds: [(SettingKey, WritableKeyPath<LoginPolicy, Duration>, ClosedRange<Int>)] = [
            (.sceneSeconds, \.scene, 1...600),
            (.confirmSeconds, \.confirm, 1...600),
            (.attemptSeconds, \.attempt, 1...600),
            (.phoneSessionSeconds, \.phoneSession, 10...86_400),
            (.sessionIdleSeconds, \.sessionIdle, 10...2_592_000),
            (.sessionSeconds, \.session, 10...2_592_000),
            // WeChat's own js_codes live five minutes, and must not outlive our memory of them.
            // Tokens of a minute would end before a slow website has asked; those of a day would outlive
            // what a person believes of a logout elsewhere.
            (.authorizationCodeSeconds, \.grants.code, 10...600),
            (.accessTokenSeconds, \.grants.accessToken, 60...86_400),
            (.refreshTokenSeconds, \.grants.refreshToken, 60...7_776_000),
            (.usedCodeSeconds, \.usedCode, 300...86_400),
            (.deadSceneWindowSeconds, \.deadSceneWindow, 1...86_400),
            (.endedAttemptSeconds, \.endedAttempt, 1...2_592_000),
            (.loginHistorySeconds, \.loginHistory, 60...31_536_000),
        ]
        for (key, path, range) in seconds {
            if let value = source.number(key, range) { policy[keyPath: path] = .seconds(value) }
        }
        if let value = source.number(.confirmDelayMilliseconds, 0...10_000) {
            policy.confirmDelay = .milliseconds(value)
        }
        if let days = source.number(.auditDays, 1...3650) {
            policy.audit = .seconds(days * 86_400)
        }
        let counts: [(SettingKey, WritableKeyPath<LoginPolicy, Int>)] = [
            (.deadScenesPerUser, \.deadScenesPerUser),
            (.deadScenesPerAddress, \.deadScenesPerAddress),
            (.attemptsPerBrowserPerMinute, \.attemptsPerBrowserPerMinute),
            (.attemptsPerAddressPerMinute, \.attemptsPerAddressPerMinute),
            (.attemptsPerAddressBurst, \.attemptsPerAddressBurst),
            (.codesPerMinute, \.codesPerMinute),
            (.codesPerClientPerMinute, \.codesPerClientPerMinute),
            (.phoneLoginsPerUserPerMinute, \.phoneLoginsPerUserPerMinute),
            (.phoneLoginsPerAddressPerMinute, \.phoneLoginsPerAddressPerMinute),
            (.phoneLoginsPerAddressBurst, \.phoneLoginsPerAddressBurst),
            (.invalidCodesPerAddress, \.invalidCodesPerAddress),
            (.sceneRequestsPerUserPerMinute, \.sceneRequestsPerUserPerMinute),
            (.profileChangesPerUserPerMinute, \.profileChangesPerUserPerMinute),
            (.connectionsPerAddress, \.connectionsPerAddress),
            (.webSocketsPerAddress, \.webSocketsPerAddress),
            (.liveAttempts, \.rows.liveAttempts),
            (.endedAttempts, \.rows.endedAttempts),
            (.phoneSessions, \.rows.phoneSessions),
            (.usedCodes, \.rows.usedCodes),
            (.browserSessions, \.rows.browserSessions),
            (.auditEntries, \.rows.auditEntries),
            (.parkedRequests, \.rows.parkedRequests),
            (.grants, \.rows.grants),
            (.relyingParties, \.rows.relyingParties),
            (.parkedPerAddressPerMinute, \.parkedPerAddressPerMinute),
            (.parkedPerAddressBurst, \.parkedPerAddressBurst),
            (.grantsPerUserPerMinute, \.grantsPerUserPerMinute),
        ]
        for (key, path) in counts {
            if let value = source.number(key, 1...10_000_000) { policy[keyPath: path] = value }
        }
        if let value: LaunchPolicy = source.choice(.launchPolicy) { policy.launch = value }
        if let value: SameDevice = source.choice(.sameDevice) { policy.sameDevice = value }
        if let value: NumberMatching = source.choice(.numberMatching) {
            policy.numberMatching = value
        }
        if policy.confirmDelay >= policy.confirm {
            source.note(
                "\(SettingKey.confirmDelayMilliseconds.environmentName) must be shorter than "
                    + "\(SettingKey.confirmSeconds.environmentName): nobody could confirm."
            )
        }
        return policy
    }

    private static func readWeChat(
        _ source: inout SettingSource,
        _ mode: Mode
    ) -> WeChatConfiguration? {
        let isMock = mode == .development
        let baseURL = source.text(.weChatBaseURL) ?? (isMock ? mockBaseURL : weChatBaseURL)
        if mode == .production, baseURL != weChatBaseURL {
            source.note(
                "\(SettingKey.weChatBaseURL.environmentName) must be \(weChatBaseURL) in "
                    + "production."
            )
        }
        let appID = source.text(.weChatAppID) ?? (isMock ? mockAppID : nil)
        if appID == nil {
            source.note("\(SettingKey.weChatAppID.environmentName) is missing.")
        }
        let secret = readSecret(&source, isMock)
        if mode == .production, secret == mockAppSecret {
            source.note(
                "\(SettingKey.weChatAppSecret.environmentName) is the mock's, which everybody "
                    + "knows; set the one of your mini-program."
            )
        }
        let version = source.text(.weChatEnvironmentVersion) ?? "release"
        if !["release", "trial", "develop"].contains(version) {
            source.note(
                "\(SettingKey.weChatEnvironmentVersion.environmentName) must be release, trial or "
                    + "develop."
            )
        } else if mode == .production, version != "release" {
            source.note(
                "\(SettingKey.weChatEnvironmentVersion.environmentName) must be release in "
                    + "production."
            )
        }
        guard let appID, let secret else { return nil }
        let configuration = WeChatConfiguration(
            baseURL: baseURL,
            appID: appID,
            appSecret: AppSecret(secret),
            page: source.text(.weChatPage) ?? "pages/confirm/confirm",
            environmentVersion: version
        )
        if configuration == nil {
            source.note(
                "\(SettingKey.weChatBaseURL.environmentName) must be a scheme and a host, such as "
                    + "\(mockBaseURL)."
            )
        }
        return configuration
    }

    private static func readSecret(_ source: inout SettingSource, _ isMock: Bool) -> String? {
        let direct = source.text(.weChatAppSecret)
        let file = source.text(.weChatAppSecretFile)
        if direct != nil, file != nil {
            source.note(
                "Set \(SettingKey.weChatAppSecret.environmentName) or "
                    + "\(SettingKey.weChatAppSecretFile.environmentName), not both."
            )
            return nil
        }
        var secret = direct
        if let file {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                source.note(
                    "\(SettingKey.weChatAppSecretFile.environmentName): \(file) cannot be read."
                )
                return nil
            }
            secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
            source.warn(SecretFile.warning(file, "The file with the app secret,"))
        }
        if direct != mockAppSecret, let file = source.file(saying: .weChatAppSecret) {
            source.warn(SecretFile.warning(file, "The configuration file with the app secret,"))
        }
        guard let secret else {
            if isMock { return mockAppSecret }
            source.note("\(SettingKey.weChatAppSecret.environmentName) is missing.")
            return nil
        }
        // A shorter one has been cut on its way here (T36).
        guard secret.utf8.count >= 32 else {
            source.note(
                "\(SettingKey.weChatAppSecret.environmentName) must have at least 32 characters."
            )
            return nil
        }
        return secret
    }

    /// Where the database is, for commands that need nothing else.
    ///
    /// No other setting is judged: such a command works before a server could.
    package static func databasePath(
        flags: SettingsFlags,
        environment: [String: String]
    ) async throws(SettingsRefused) -> String {
        var source = await SettingSource(
            flags: flags.values,
            environment: environment,
            file: flags.config
        )
        let database = readDatabase(&source)
        guard source.problems.isEmpty else { throw SettingsRefused(reasons: source.problems) }
        return database
    }

    /// What commands that work beside the server have to know.
    package struct Beside: Sendable {
        package var mode: Mode
        /// The path of the SQLite file.
        package var database: String
        /// Nil where production says nothing of it.
        package var keyFile: KeyFile?
    }

    /// What commands that work beside the server have to know; no other setting is judged.
    package static func beside(
        flags: SettingsFlags,
        environment: [String: String]
    ) async throws(SettingsRefused) -> Beside {
        var source = await SettingSource(
            flags: flags.values,
            environment: environment,
            file: flags.config
        )
        let mode = readMode(&source)
        let database = readDatabase(&source)
        let path = source.text(.keyFile)
        guard source.problems.isEmpty else { throw SettingsRefused(reasons: source.problems) }
        let file = path.map { KeyFile(path: $0) }
        let usual = mode == .development ? KeyFile(besideFolderOf: database) : nil
        return Beside(mode: mode, database: database, keyFile: file ?? usual)
    }

    /// - Returns: nil where nothing is said of websites, which is not the same as none.
    private static func readClients(
        _ source: inout SettingSource,
        _ mode: Mode
    ) -> ClientsSection? {
        guard let (node, file) = source.clients else { return nil }
        let section = ClientsSection(node, file: file, allowsLoopback: mode == .development)
        for problem in section.problems { source.note(problem) }
        return section
    }

    private static func readRestoredSessions(_ source: inout SettingSource) -> Bool {
        let text = source.text(.restoredSessions) ?? "drop"
        if !["drop", "keep"].contains(text) {
            source.note(
                "\(SettingKey.restoredSessions.environmentName) must be drop or keep, not "
                    + "\(text.prefix(40))."
            )
        }
        return text == "keep"
    }

    private static func readDatabase(_ source: inout SettingSource) -> String {
        let folder = source.text(.dataDirectory) ?? "data"
        let database = source.text(.database) ?? "\(folder)/scan-login.sqlite"
        if database.hasPrefix("postgres://") || database.hasPrefix("postgresql://") {
            source.note(
                "\(SettingKey.database.environmentName): PostgreSQL is not in this version; give "
                    + "the path of an SQLite file."
            )
        }
        return database
    }

    /// The place of the key file, which only a developer's server makes by itself.
    private static func readKeyFile(
        _ source: inout SettingSource,
        _ mode: Mode,
        _ database: String
    ) -> KeyFile {
        if let path = source.text(.keyFile) { return KeyFile(path: path) }
        if mode == .production {
            source.note(
                "\(SettingKey.keyFile.environmentName) is missing: the file with the key that "
                    + "signing keys are encrypted under. Make it outside of the data folder: "
                    + "(umask 077; openssl rand -hex 32 > FILE)"
            )
        }
        return KeyFile(besideFolderOf: database)
    }

    private var clientsInWords: String {
        guard let clients else { return "not said, those that it named before stay" }
        return clients.isEmpty ? "none" : clients.map(\.id.text).joined(separator: ", ")
    }

    /// What is in force, a line each, secrets redacted.
    ///
    /// For `login-server check` and the log.
    package var lines: [String] {
        [
            "mode: \(mode.rawValue)",
            "origin: \(edge.origin)",
            "listens on: \(edge.host):\(edge.port)",
            "site name: \(edge.siteName)",
            "database: \(database)",
            "key file: \(keyFile.path)",
            "websites of the configuration: \(clientsInWords)",
            "log level: \(logLevel), \(logFormat.rawValue)",
            "operators look at: "
                + (edge.operations.map { "\($0.host):\($0.port)" } ?? "nothing (off)"),
            "WeChat: \(wechat.scheme)://\(wechat.authority), app \(wechat.appID), "
                + "secret \(wechat.appSecret), page \(wechat.page), \(wechat.environmentVersion)",
            "scene: \(policy.scene)",
            "confirm window: \(policy.confirm)",
            "confirm delay: \(policy.confirmDelay)",
            "attempt: \(policy.attempt)",
            "launch policy: \(policy.launch.rawValue)",
            "number matching: \(policy.numberMatching.rawValue)",
            "logins on the phone itself: \(policy.sameDevice.rawValue)",
            "phone session: \(policy.phoneSession)",
            "a used js_code is remembered: \(policy.usedCode)",
            "an ended attempt is remembered: \(policy.endedAttempt)",
            "session, idle: \(policy.sessionIdle)",
            "session, at most: \(policy.session)",
            "dead scenes per user in \(policy.deadSceneWindow): \(policy.deadScenesPerUser)",
            "dead scenes per address in \(policy.deadSceneWindow): \(policy.deadScenesPerAddress)",
            "attempts per browser and minute: \(policy.attemptsPerBrowserPerMinute)",
            "attempts per address and minute: \(policy.attemptsPerAddressPerMinute), "
                + "burst \(policy.attemptsPerAddressBurst)",
            "codes asked of WeChat a minute: \(policy.codesPerMinute)",
            "codes for one website a minute: \(policy.codesPerClientPerMinute)",
            "codes made ahead: \(policy.pooledCodes)",
            "phone logins per user and minute: \(policy.phoneLoginsPerUserPerMinute)",
            "phone logins per address and minute: \(policy.phoneLoginsPerAddressPerMinute), burst "
                + "\(policy.phoneLoginsPerAddressBurst)",
            "invalid js_codes per address in the time of dead scenes: "
                + "\(policy.invalidCodesPerAddress)",
            "scans and answers per user and minute: \(policy.sceneRequestsPerUserPerMinute)",
            "profile changes per user and minute: \(policy.profileChangesPerUserPerMinute)",
            "recent logins are kept for: \(policy.loginHistory), \(Login.perUserMax) per user",
            "connections per address: \(policy.connectionsPerAddress)",
            "WebSockets per address: \(policy.webSocketsPerAddress)",
            "rows at most: \(policy.rows.liveAttempts) live attempts, "
                + "\(policy.rows.endedAttempts) ended ones, \(policy.rows.phoneSessions) phone "
                + "sessions, \(policy.rows.usedCodes) used codes, "
                + "\(policy.rows.browserSessions) browser sessions, "
                + "\(policy.rows.auditEntries) audit entries",
            "rows of websites at most: \(policy.rows.relyingParties) clients, "
                + "\(policy.rows.parkedRequests) parked requests, \(policy.rows.grants) grants",
            "authorization code: \(policy.grants.code)",
            "access token: \(policy.grants.accessToken)",
            "refresh tokens, where a client may have them: \(policy.grants.refreshToken)",
            "websites' requests per address and minute: \(policy.parkedPerAddressPerMinute), burst "
                + "\(policy.parkedPerAddressBurst)",
            "authorization codes per user, website and minute: \(policy.grantsPerUserPerMinute)",
            "audit log: \(policy.audit)",
            "sessions of a restored database: \(keepsRestoredSessions ? "kept" : "dropped")",
            "connections: \(edge.limits.connectionsMax)",
            "trusted proxies: \(edge.proxies)",
            "a header is here within: \(edge.limits.connection.header.seconds)",
            "a request is here within: \(edge.limits.connection.request.seconds)",
            "a body comes with, bytes a second: \(edge.limits.connection.bodyBytesPerSecondMin)",
            "a body of JSON, bytes: \(edge.limits.bodyBytesMax)",
            "a form of a website, bytes: \(edge.limits.formBytesMax)",
            "a header, bytes: \(edge.limits.headerBlockBytesMax)",
            "a header field or an address, bytes: \(edge.limits.headerFieldBytesMax)",
            "header fields: \(edge.limits.headerFieldsMax)",
            "a frame of a WebSocket, bytes: \(edge.limits.webSocket.frameBytesMax)",
            "frames of a browser a minute: \(edge.limits.webSocket.dataFramesPerMinuteMax)",
            "messages that wait for a browser: \(edge.limits.webSocket.unsentMessagesMax)",
            "a ping every: \(edge.limits.webSocket.pingEvery.seconds)",
            "a pong within: \(edge.limits.webSocket.pongWithin.seconds)",
            "a connection may idle: \(edge.limits.connection.idle.seconds)",
            "a peer may not read for: \(edge.limits.connection.stall.seconds)",
        ]
    }
}

extension RelyingParty {
    /// What an operator should know of a website that need not prove its codes; nil for the others
    /// (T19).
    package var proofKeyWarning: String? {
        guard !isProofKeyRequired else { return nil }
        return
            "The website \(id) may leave PKCE out (pkce: optional): whoever gets hold of one of its "
            + "codes and of its secret is its user. Require it as soon as the website can."
    }

    /// What an operator should know of a website that was registered on a developer's machine; nil for
    /// the others (T20).
    package var loopbackWarning: String? {
        let loopback = (redirectURIs + postLogoutRedirectURIs).filter { $0.text.hasPrefix("http:") }
        guard let first = loopback.first else { return nil }
        return
            "The website \(id) has an address from development, \(first): on the machine of whoever "
            + "logs in any program may listen there. "
            + (isConfigured
                ? "Name the website in the configuration file with its own."
                : "Remove the website and add it with its own: login-server clients remove \(id)")
    }
}

extension TimeAmount {
    fileprivate var seconds: Duration { .nanoseconds(nanoseconds) }
}
