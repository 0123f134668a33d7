/// Points where WeChat's behaviour is not settled and a team may need the other answer.
package struct WorldSwitches: Sendable, Equatable {
    package var forcedRefreshOverlapSeconds: Int64 = 0
    package var imageContentType = "image/jpeg"
}
