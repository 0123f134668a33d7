/// `MiniProgram/lib` of this project, built in; a test holds the two together.
enum ShippedMiniProgram {
    static let files: [(name: String, bytes: [UInt8])] = [
        ("agent.js", PackageResources.agent_js),
        ("failures.js", PackageResources.failures_js),
        ("launch.js", PackageResources.launch_js),
        ("phone-number.js", PackageResources.phone_number_js),
        ("phone-session.js", PackageResources.phone_session_js),
        ("privacy.js", PackageResources.privacy_js),
        ("profile.js", PackageResources.profile_js),
        ("program.js", PackageResources.program_js),
        ("server.js", PackageResources.server_js),
        ("texts.js", PackageResources.texts_js),
        ("view.js", PackageResources.view_js),
    ]
}
