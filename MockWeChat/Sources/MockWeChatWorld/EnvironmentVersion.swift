/// Which version of the mini-program a code opens.
package enum EnvironmentVersion: String, Sendable, CaseIterable {
    case release
    case trial
    case develop
}
