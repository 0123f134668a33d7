import Foundation
import Testing

@testable import login_server

/// `--port 0`: between the choice of a port and the listener nobody else may get it.
struct FreePortTests {
    @Test func `a free port is kept for the listener, and from everybody else`() throws {
        let port = try #require(FreePort.find())
        #expect(Self.canListen(on: port, reusing: false) == false)
        #expect(Self.canListen(on: port, reusing: true))
        #expect(FreePort.find() != port)
    }

    private static func canListen(on port: Int, reusing: Bool) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var reuse: Int32 = reusing ? 1 : 0
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = UInt16(port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                    && listen(descriptor, 1) == 0
            }
        }
    }
}
