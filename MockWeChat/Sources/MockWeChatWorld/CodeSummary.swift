/// What people are told about a code.
package struct CodeSummary: Sendable, Equatable {
    package let appid: String
    package let path: String
    package let scene: String
    package let version: EnvironmentVersion
}
