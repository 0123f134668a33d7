/// Every setting there is: its name in the environment, in a file, what it takes, and what it is
/// when nobody says.
///
/// `SCAN_LOGIN_WECHAT_APP_ID` in the environment is `wechat: { app_id: … }` in a file.
enum SettingKey: String, CaseIterable {
    case mode
    case origin
    case host
    case port
    case database
    case dataDirectory = "data_directory"
    case keyFile = "key_file"
    case restoredSessions = "restored_sessions"
    case siteName = "site_name"
    case logLevel = "log_level"
    case logFormat = "log_format"
    case operationsHost = "operations_host"
    case operationsPort = "operations_port"
    case trustedProxies = "trusted_proxies"
    case launchPolicy = "launch_policy"
    case numberMatching = "number_matching"
    case sameDevice = "same_device"

    case weChatBaseURL = "wechat.base_url"
    case weChatAppID = "wechat.app_id"
    case weChatAppSecret = "wechat.app_secret"
    case weChatAppSecretFile = "wechat.app_secret_file"
    case weChatPage = "wechat.page"
    case weChatEnvironmentVersion = "wechat.env_version"

    case sceneSeconds = "lifetimes.scene_seconds"
    case confirmSeconds = "lifetimes.confirm_seconds"
    case attemptSeconds = "lifetimes.attempt_seconds"
    case phoneSessionSeconds = "lifetimes.phone_session_seconds"
    case sessionIdleSeconds = "lifetimes.session_idle_seconds"
    case sessionSeconds = "lifetimes.session_seconds"
    case confirmDelayMilliseconds = "lifetimes.confirm_delay_ms"
    case authorizationCodeSeconds = "lifetimes.authorization_code_seconds"
    case accessTokenSeconds = "lifetimes.access_token_seconds"
    case refreshTokenSeconds = "lifetimes.refresh_token_seconds"
    case auditDays = "lifetimes.audit_days"
    case usedCodeSeconds = "lifetimes.used_code_seconds"
    case deadSceneWindowSeconds = "lifetimes.dead_scene_window_seconds"
    case endedAttemptSeconds = "lifetimes.ended_attempt_seconds"
    case loginHistorySeconds = "lifetimes.login_history_seconds"

    case attemptsPerBrowserPerMinute = "limits.attempts_per_browser_per_minute"
    case attemptsPerAddressPerMinute = "limits.attempts_per_ip_per_minute"
    case attemptsPerAddressBurst = "limits.attempts_per_ip_burst"
    case codesPerMinute = "limits.codes_per_minute"
    case pooledCodes = "limits.pooled_codes"
    case connectionsPerAddress = "limits.connections_per_ip"
    case webSocketsPerAddress = "limits.websockets_per_ip"
    case deadScenesPerUser = "limits.dead_scenes_per_user"
    case deadScenesPerAddress = "limits.dead_scenes_per_ip"
    case phoneLoginsPerUserPerMinute = "limits.phone_logins_per_user_per_minute"
    case liveAttempts = "limits.live_attempts"
    case endedAttempts = "limits.ended_attempts"
    case phoneSessions = "limits.phone_sessions"
    case usedCodes = "limits.used_codes"
    case browserSessions = "limits.browser_sessions"
    case auditEntries = "limits.audit_entries"
    case parkedRequests = "limits.parked_requests"
    case grants = "limits.grants"
    case relyingParties = "limits.clients"
    case connections = "limits.connections"
    case headerSeconds = "limits.header_seconds"
    case requestSeconds = "limits.request_seconds"
    case idleSeconds = "limits.idle_seconds"
    case stallSeconds = "limits.stall_seconds"
    case bodyBytesPerSecond = "limits.body_bytes_per_second"
    case bodyBytes = "limits.body_bytes"
    case headerBytes = "limits.header_bytes"
    case headerFieldBytes = "limits.header_field_bytes"
    case headerFields = "limits.header_fields"
    case webSocketFrameBytes = "limits.websocket_frame_bytes"
    case webSocketFramesPerMinute = "limits.websocket_frames_per_minute"
    case webSocketUnsentMessages = "limits.websocket_unsent_messages"
    case webSocketPingSeconds = "limits.websocket_ping_seconds"
    case webSocketPongSeconds = "limits.websocket_pong_seconds"
    case phoneLoginsPerAddressPerMinute = "limits.phone_logins_per_ip_per_minute"
    case phoneLoginsPerAddressBurst = "limits.phone_logins_per_ip_burst"
    case invalidCodesPerAddress = "limits.invalid_codes_per_ip"
    case sceneRequestsPerUserPerMinute = "limits.scene_requests_per_user_per_minute"
    case profileChangesPerUserPerMinute = "limits.profile_changes_per_user_per_minute"
    case parkedPerAddressPerMinute = "limits.parked_per_ip_per_minute"
    case parkedPerAddressBurst = "limits.parked_per_ip_burst"
    case grantsPerUserPerMinute = "limits.grants_per_user_per_minute"
    case formBytes = "limits.form_bytes"

    static let environmentPrefix = "SCAN_LOGIN_"

    var path: [String] { rawValue.split(separator: ".").map(String.init) }

    var environmentName: String {
        Self.environmentPrefix + path.joined(separator: "_").uppercased()
    }

    /// Whether its value must never be printed.
    var isSecret: Bool { self == .weChatAppSecret }
}
