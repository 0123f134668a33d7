import Foundation
import MockWeChatServer
import MockWeChatWorld

extension MockWeChatSeams {
    /// The machine's clock and real sleep: the only place of the mock that touches them.
    static let live = MockWeChatSeams(
        wallClock: { Moment(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000)) },
        sleep: { try await Task.sleep(for: $0) }
    )
}
