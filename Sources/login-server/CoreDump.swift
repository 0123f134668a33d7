import Foundation

/// A dump of this process's memory would hold every secret that is in use (T35).
enum CoreDump {
    /// Has the kernel write none; collectors such as systemd-coredump keep to it too.
    ///
    /// The soft limit alone: an operator who needs a dump can raise it for a running process with
    /// `prlimit`.
    static func forbid() {
        var limit = rlimit()
        let dump = __rlimit_resource_t(RLIMIT_CORE.rawValue)
        guard getrlimit(dump, &limit) == 0 else { return }
        limit.rlim_cur = 0
        _ = setrlimit(dump, &limit)
    }
}
