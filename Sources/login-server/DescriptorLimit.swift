import Foundation
import LoginServer

/// How many descriptors this process may have open: every connection is one (T32).
enum DescriptorLimit {
    /// What is left for everything that is no connection of a client: the database, WeChat, and those
    /// that are accepted only to be closed.
    static let reserve = 1000

    /// Raises the limit as far as this process may.
    ///
    /// - Returns: how many it may have open now.
    static func raise() -> Int {
        var limit = rlimit()
        let descriptors = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(descriptors, &limit) == 0 else { return 0 }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            _ = setrlimit(descriptors, &limit)
            _ = getrlimit(descriptors, &limit)
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// What is wrong with so many descriptors for these settings; nil when they are enough.
    static func flaw(_ descriptors: Int, _ settings: Settings) -> String? {
        let most = settings.edge.limits.connectionsMax
        guard descriptors < most + reserve else { return nil }
        return "This process may open \(descriptors) files, and \(most) connections need "
            + "\(most + reserve): raise 'ulimit -n', or lower SCAN_LOGIN_LIMITS_CONNECTIONS."
    }

    /// How many connections so many descriptors carry, for a developer who cannot raise them.
    static func connections(_ descriptors: Int) -> Int {
        max(descriptors - reserve, descriptors / 2, 1)
    }
}
