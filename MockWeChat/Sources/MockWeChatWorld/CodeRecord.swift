/// What a code picture stands for.
struct CodeRecord: Sendable {
    let appid: String
    let path: String
    let scene: String
    let version: EnvironmentVersion
}
