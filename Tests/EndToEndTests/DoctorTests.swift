import FakePhone
import Foundation
import HTTPTransport
import HTTPTransportAHC
import HTTPTypes
import Testing

/// `login-server doctor`, the real program against the real mock: what it says of each thing that can
/// be wrong.
@Suite(.timeLimit(.minutes(10))) struct DoctorTests {
    private static let secret = "0123456789abcdef0123456789abcdef"

    /// Runs the doctor beside a mock that `prepare` has made unwell.
    private func examine(
        fault: String? = nil,
        clock: String? = nil,
        settings: [String: String] = [:],
        _ check: (_ run: Programs.Ended, _ journal: [String: Int]) throws -> Void
    ) async throws {
        try await Programs.withFolder { folder in
            try await Programs.with("mock-wechat", ["--port", "0"]) { mock in
                if let fault { try await Self.post(mock.url + "/_mock/faults", fault) }
                if let clock { try await Self.post(mock.url + "/_mock/clock", clock) }
                var environment = [
                    "SCAN_LOGIN_MODE": "development",
                    "SCAN_LOGIN_WECHAT_BASE_URL": mock.url,
                    "SCAN_LOGIN_DATABASE": "\(folder)/data/login.sqlite",
                ]
                environment.merge(settings) { $1 }
                let run = try await Programs.end(
                    "login-server",
                    ["doctor"],
                    environment: environment
                )
                #expect(!run.output.contains(Self.secret))
                let text = try await Loopback.text(mock.url + "/_mock/journal")
                var journal: [String: Int] = [:]
                for call in ["/cgi-bin/stable_token", "/wxa/getwxacodeunlimit"] {
                    journal[call] = text.matches(of: try Regex("\"endpoint\": ?\"\(call)\"")).count
                }
                #expect(!text.contains(#"force_refresh\":true"#))
                #expect(journal.values.allSatisfy { $0 <= 1 })
                try check(run, journal)
            }
        }
    }

    private static func post(_ url: String, _ json: String) async throws {
        let status = try await Loopback.post(url, json)
        #expect(status == 200 || status == 201, "\(url): \(status)")
    }

    private func lines(_ run: Programs.Ended) -> [Substring] { run.output.split(separator: "\n") }

    private func told(_ subject: String, in run: Programs.Ended) -> Substring? {
        lines(run).first { $0.dropFirst(6).hasPrefix("\(subject): ") }
    }

    private static let subjects = [
        "settings", "name", "connection", "clock", "app", "address", "page", "quota", "folder",
        "database",
    ]

    @Test func `all is well: a line each, exit 0, one access token and one picture`() async throws {
        try await examine { run, journal in
            #expect(run.status == 0, "\(run.output)")
            #expect(lines(run).count == Self.subjects.count)
            for subject in Self.subjects {
                #expect(told(subject, in: run)?.hasPrefix("ok") == true, "\(run.output)")
            }
            #expect(journal == ["/cgi-bin/stable_token": 1, "/wxa/getwxacodeunlimit": 1])
        }
    }

    /// A fault of the access token call, what is wrong then, and words of the cure.
    static let tokenFaults: [(String, String, [String])] = [
        (#""errcode":40013"#, "app", ["wx0123456789abcdef", "40013", "AppID"]),
        (#""errcode":41002"#, "app", ["41002", "AppID"]),
        (#""errcode":40125"#, "app", ["AppSecret", "40125", "reset"]),
        (#""errcode":40001"#, "app", ["AppSecret", "40001"]),
        (#""errcode":40243,"errmsg":"frozen""#, "app", ["frozen"]),
        (#""errcode":50007,"errmsg":"frozen""#, "app", ["blocked", "50007"]),
        (#""errcode":-1"#, "app", ["busy"]),
        (
            #""errcode":40164,"errmsg":"invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist""#,
            "address", ["203.0.113.9", "40164", "IP白名单", "mp.weixin.qq.com"]
        ),
        (#""errcode":40164,"errmsg":"<b>no</b>""#, "address", ["this machine's address", "40164"]),
        (#""errcode":89503,"errmsg":"wait""#, "address", ["administrator", "89503"]),
        (#""errcode":45009"#, "quota", ["45009", "Beijing"]),
        (#""status":502,"body":"<html>""#, "app", ["none of WeChat's"]),
        (#""status":200,"body":"<html>""#, "app", ["none of WeChat's"]),
        (#""cut":"before_headers""#, "connection", ["closed the connection"]),
    ]

    @Test(arguments: tokenFaults)
    func `what WeChat says to a token call is told in plain words`(
        members: String,
        subject: String,
        words: [String]
    ) async throws {
        let fault = #"{"endpoint":"/cgi-bin/stable_token",\#(members)}"#
        try await examine(fault: fault) { run, journal in
            #expect(run.status == 1, "\(run.output)\(run.errors)")
            let line = try #require(told(subject, in: run))
            #expect(line.hasPrefix("WRONG"), "\(run.output)")
            for word in words { #expect(line.contains(word), "\(line)") }
            #expect(!run.output.contains("<"))
            #expect(lines(run).count { $0.hasPrefix("WRONG") } == 1)
            #expect(lines(run).count == Self.subjects.count)
            #expect(journal["/wxa/getwxacodeunlimit"] == 0)
        }
    }

    static let pictureFaults: [(String, String, [String])] = [
        (#""errcode":41030"#, "page", ["pages/confirm/confirm", "41030", "release"]),
        (#""errcode":40066"#, "page", ["no released version"]),
        (#""errcode":48001"#, "page", ["48001", "may not draw"]),
        (#""errcode":40001"#, "page", ["40001", "access token"]),
        (#""errcode":45009"#, "quota", ["45009", "5,000"]),
        (#""errcode":-1"#, "page", ["busy"]),
        (#""errcode":99,"errmsg":"new""#, "page", ["99"]),
        (#""status":200,"body":"<svg>""#, "page", ["none of WeChat's"]),
        (#""status":200,"body":"{}""#, "page", ["none of WeChat's"]),
        (#""cut":"reset""#, "page", ["closed the connection"]),
    ]

    @Test(arguments: pictureFaults)
    func `what WeChat says to a picture call is told in plain words`(
        members: String,
        subject: String,
        words: [String]
    ) async throws {
        let fault = #"{"endpoint":"/wxa/getwxacodeunlimit",\#(members)}"#
        try await examine(fault: fault) { run, journal in
            #expect(run.status == 1, "\(run.output)\(run.errors)")
            let line = try #require(told(subject, in: run))
            #expect(line.hasPrefix("WRONG"), "\(run.output)")
            for word in words { #expect(line.contains(word), "\(line)") }
            #expect(lines(run).count { $0.hasPrefix("WRONG") } == 1)
            #expect(line.contains("<") == false)
            #expect(told("app", in: run)?.hasPrefix("ok") == true)
            #expect(journal["/wxa/getwxacodeunlimit"] == 1)
        }
    }

    @Test func `a page that was never released is told by the mock itself`() async throws {
        try await examine(settings: ["SCAN_LOGIN_WECHAT_PAGE": "/pages/none"]) { run, _ in
            #expect(run.status == 1)
            #expect(told("page", in: run)?.contains("41030") == true, "\(run.output)")
        }
    }

    @Test func `a clock that differs from WeChat's is told, by how much and which way`()
        async throws
    {
        try await examine(clock: #"{"advance_seconds":600}"#) { run, _ in
            #expect(run.status == 1)
            let line = try #require(told("clock", in: run))
            #expect(line.hasPrefix("WRONG") && line.contains("behind WeChat"), "\(line)")
            let seconds = try #require(line.firstMatch(of: /is (\d+) s/).flatMap { Int($0.1) })
            // Whole seconds on both sides.
            #expect((590...605).contains(seconds))
        }
    }

    @Test func `an address where nobody listens, and a name that has none`() async throws {
        let port = try await Programs.with("mock-wechat", ["--port", "0"]) { mock in
            String(mock.url.split(separator: ":").last ?? "")
        }
        let nobody = ["SCAN_LOGIN_WECHAT_BASE_URL": "http://127.0.0.1:\(port)"]
        try await examine(settings: nobody) { run, _ in
            #expect(run.status == 1)
            #expect(told("connection", in: run)?.contains("no connection") == true)
            #expect(lines(run).count == Self.subjects.count)
        }
        let nameless = ["SCAN_LOGIN_WECHAT_BASE_URL": "http://no-such-name.invalid"]
        try await examine(settings: nameless) { run, _ in
            #expect(run.status == 1)
            #expect(told("name", in: run)?.hasPrefix("WRONG") == true, "\(run.output)")
        }
    }

    @Test
    func `T41 a certificate that nobody trusts is told, and no proxy of the environment is used`()
        async throws
    {
        try await Programs.with("mock-wechat", ["--port", "0"]) { proxy in
            try await Programs.withFolder { folder in
                let arguments = ["--port", "0", "--tls", "--ca-dir", folder]
                try await Programs.with("mock-wechat", arguments) { mock in
                    var settings = ["SCAN_LOGIN_WECHAT_BASE_URL": mock.url]
                    for name in [
                        "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY",
                    ] {
                        settings[name] = proxy.url
                    }
                    try await examine(settings: settings) { run, _ in
                        #expect(run.status == 1)
                        let line = told("connection", in: run)
                        #expect(line?.contains("cannot be trusted") == true, "\(run.output)")
                    }
                    // And over plain http the mock beside it is reached, and not the proxy.
                    settings["SCAN_LOGIN_WECHAT_BASE_URL"] = nil
                    try await examine(settings: settings) { run, _ in
                        #expect(run.status == 0, "\(run.output)")
                    }
                }
            }
            let journal = try await Loopback.text(proxy.url + "/_mock/journal")
            #expect(journal.contains(#""entries":[]"#), "\(journal)")
        }
    }

    @Test func `T37 a folder that others can write to, and a database open to them`() async throws {
        try await Programs.withFolder { folder in
            let files = FileManager.default
            try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder)
            let database = "\(folder)/login.sqlite"
            let settings = ["SCAN_LOGIN_DATABASE": database]
            try await examine(settings: settings) { run, _ in
                #expect(run.status == 1)
                let line = told("folder", in: run)
                #expect(line?.contains("chmod 700 \(folder)") == true, "\(run.output)")
                #expect(!files.fileExists(atPath: database))
            }
            try files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
            _ = files.createFile(atPath: database, contents: nil)
            try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: database)
            try await examine(settings: settings) { run, _ in
                #expect(run.status == 1)
                #expect(told("database", in: run)?.contains("chmod 600") == true, "\(run.output)")
                #expect(told("folder", in: run)?.hasPrefix("ok") == true)
            }
        }
    }

    @Test func `settings that cannot be used are told as ever, with exit 78`() async throws {
        let run = try await Programs.end(
            "login-server",
            ["doctor"],
            environment: ["SCAN_LOGIN_MODE": "development", "SCAN_LOGIN_PORT": "http"]
        )
        #expect(run.status == 78)
        #expect(run.errors.contains("SCAN_LOGIN_PORT"))
        #expect(run.output.isEmpty)
    }
}
