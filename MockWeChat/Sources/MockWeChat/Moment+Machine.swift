import Foundation
package import MockWeChatWorld

extension Moment {
    /// The machine's clock: the only place of the mock that reads it.
    package static var machine: Moment {
        Moment(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000))
    }
}
