import Foundation
import HTTPTypes
import Testing

/// The real program, and every address it connects to.
@Suite(.timeLimit(.minutes(10))) struct T27OutboundTests {
    /// The remote ports of a process's TCP connections, without those that came to `port`.
    private static func remotePorts(of pid: Int32, except port: Int) throws -> Set<Int> {
        let files = FileManager.default
        let folder = "/proc/\(pid)/fd"
        let sockets = Set(
            try files.contentsOfDirectory(atPath: folder).compactMap { name in
                try? files.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
            }.filter { $0.hasPrefix("socket:[") }.map { String($0.dropFirst(8).dropLast()) }
        )
        var ports: Set<Int> = []
        for table in ["tcp", "tcp6"] {
            // A file there says that it is empty, so it is read to its end.
            let file = FileHandle(forReadingAtPath: "/proc/\(pid)/net/\(table)")
            let text = String(decoding: try file?.readToEnd() ?? Data(), as: UTF8.self)
            for line in text.split(separator: "\n").dropFirst() {
                // sl local remote state tx:rx tr:when retrnsmt uid timeout inode (proc(5)).
                let fields = line.split(separator: " ")
                guard fields.count > 9, sockets.contains(String(fields[9])) else { continue }
                let remote = number(fields[2])
                if remote != 0, number(fields[1]) != port { ports.insert(remote) }
            }
        }
        return ports
    }

    /// The port of `0100007F:1F90`.
    private static func number(_ field: Substring) -> Int {
        field.split(separator: ":").last.flatMap { Int($0, radix: 16) } ?? 0
    }

    @Test func `T27 hostile addresses from users are never gone to`() async throws {
        try await Programs.with("mock-wechat", ["--port", "0"]) { trap in
            let settings = ["HTTP_PROXY": trap.url, "http_proxy": trap.url, "ALL_PROXY": trap.url]
            try await Programs.withBoth(settings: settings) { login, mock in
                let port = try #require(login.url.split(separator: ":").last.flatMap { Int($0) })
                let weChat = try #require(mock.url.split(separator: ":").last.flatMap { Int($0) })
                let trapHost = trap.url.dropFirst(7)
                for address in [
                    trap.url, "https://thirdwx.qlogo.cn@\(trapHost)/", "//\(trapHost)/",
                    "http://localhost:\(trapHost.split(separator: ":").last ?? "")/", "file:///",
                ] {
                    for body in [
                        #"{"js_code":"\#(address)"}"#, #"{"scene":"\#(address)","launch":1047}"#,
                        #"{"nickName":"\#(address)"}"#, #"{"avatarUrl":"\#(address)"}"#,
                    ] {
                        for path in ["session", "scan", "profile", "avatar"] {
                            _ = try await Loopback.post("\(login.url)/mp/\(path)", body)
                        }
                    }
                    var fields: HTTPFields = [.origin: login.url, .referer: address]
                    fields[try #require(HTTPField.Name("X-SL"))] = "1"
                    fields[try #require(HTTPField.Name("X-Forwarded-Host"))] = address
                    let status = try await Loopback.post(
                        "\(login.url)/attempt",
                        #"{"avatarUrl":"\#(address)","redirect_uri":"\#(address)"}"#,
                        fields
                    )
                    #expect(status == 200)
                }
                // The connection to WeChat is kept for the next call; there is no other.
                let ports = try Self.remotePorts(of: login.pid, except: port)
                #expect(ports == [weChat])
            }
            let journal = try await Loopback.text(trap.url + "/_mock/journal")
            #expect(journal.contains(#""entries":[]"#), "\(journal)")
        }
    }
}
