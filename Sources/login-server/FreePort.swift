import Foundation

/// A port nobody has at the moment.
///
/// The origin holds the port, and everything is built upon the origin, so it has to be known before
/// the listener opens.
enum FreePort {
    /// Why a port of a host cannot be listened on, in words for the operator.
    enum Flaw: Equatable {
        case taken
        /// Ports below 1024 are for root alone.
        case forbidden
        /// The host is not of this machine.
        case notHere
        /// No such name.
        case unknown
    }

    /// Tries to listen, for a message: it may be untrue a moment later.
    static func flaw(_ port: Int, on host: String) -> Flaw? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let first = found else {
            return .unknown
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(first.pointee.ai_family, first.pointee.ai_socktype, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var reuse: Int32 = 1
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_REUSEADDR,
            &reuse,
            socklen_t(MemoryLayout<Int32>.size)
        )
        if bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0,
            listen(descriptor, 1) == 0
        {
            return nil
        }
        switch errno {
        case EACCES: return .forbidden
        case EADDRNOTAVAIL: return .notHere
        default: return .taken
        }
    }

    /// Takes a port for as long as the process lives; nil when there is none.
    ///
    /// Its socket stays open: somebody's outgoing connection could get the port before the listener
    /// does. The listener does, because both sockets allow reuse (socket(7), `SO_REUSEADDR`).
    static func find() -> Int? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var reuse: Int32 = 1
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_REUSEADDR,
            &reuse,
            socklen_t(MemoryLayout<Int32>.size)
        )
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0
                    && getsockname(descriptor, pointer, &length) == 0
            }
        }
        return isBound ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }
}
