/// Which version of the mini-program a code opens.
package enum EnvironmentVersion: String, Sendable {
    case release
    case trial
    case develop
}
