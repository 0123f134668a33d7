/// How a phone looks at a code.
package enum ScanWay: String, Sendable, CaseIterable {
    case camera
    case longpress
    case album

    /// WeChat's number of the launch, WeChat page "scene values".
    func launch(of kind: CodeRecord.Kind) -> Int {
        switch (self, kind) {
        case (.camera, .square): 1011
        case (.longpress, .square): 1012
        case (.album, .square): 1013
        case (.camera, _): 1047
        case (.longpress, _): 1048
        case (.album, _): 1049
        }
    }
}
