import ArgumentParser
import Foundation
import HTTPTransport
import HTTPTransportAHC
import LoginDomain
import LoginServer
import LoginStoreSQLite
import WeChatClient

/// Looks at everything a login needs and says, a line each, what is wrong and how to put it right.
///
/// Exit 0 when all is well, 1 when something is wrong, 78 for settings. Asks WeChat for at most one
/// access token, in normal mode, and one code picture.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Proves settings, WeChat, and database, and says what is wrong.",
        discussion: """
            Asks the configured WeChat for one access token and one code picture. A server that \
            runs keeps its access token.
            """
    )

    @OptionGroup var options: SettingOptions

    func run() async throws {
        // Whatever this process makes is for its owner alone (T37).
        umask(0o077)
        let settings = try await options.settings()
        for warning in settings.warnings { say(warning) }
        var lines = [
            CheckupLine(.well, "settings", "read, for \(settings.mode.rawValue).")
        ]
        lines.append(nameLine(settings.wechat))
        let time = LiveTime()
        lines += try await withAHCTransport { transport in
            let checkup = WeChatCheckup(
                configuration: settings.wechat,
                transport: OneServer(
                    scheme: settings.wechat.scheme,
                    authority: settings.wechat.authority,
                    over: transport
                ),
                clock: time
            )
            var dice = SystemRandomNumberGenerator()
            return await checkup.lines(
                now: Int64(Date().timeIntervalSince1970),
                scene: SceneID(using: &dice).exposed
            )
        }
        lines += [folderLine(settings.database), databaseLine(settings.database)]
        for line in lines { print(line) }
        if lines.contains(where: { $0.verdict == .wrong }) { throw ExitCode.failure }
    }

    // MARK: - The name

    private func nameLine(_ wechat: WeChatConfiguration) -> CheckupLine {
        let host = Self.host(of: wechat.authority)
        let addresses = Self.addresses(of: host)
        guard !addresses.isEmpty else {
            return CheckupLine(
                .wrong,
                "name",
                "\(host) has no address here: look at /etc/resolv.conf and the name server."
            )
        }
        return CheckupLine(.well, "name", "\(host) is \(addresses.joined(separator: ", ")).")
    }

    /// The host of an authority, without its port and without the brackets of IPv6.
    private static func host(of authority: String) -> String {
        if authority.hasPrefix("[") {
            return String(authority.dropFirst().prefix { $0 != "]" })
        }
        return String(authority.prefix { $0 != ":" })
    }

    private static func addresses(of host: String) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        var addresses: [String] = []
        var next = first
        while let info = next?.pointee {
            var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let status = getnameinfo(
                info.ai_addr,
                info.ai_addrlen,
                &name,
                socklen_t(name.count),
                nil,
                0,
                NI_NUMERICHOST
            )
            let text = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            if status == 0 { addresses.append(String(decoding: text, as: UTF8.self)) }
            next = info.ai_next
        }
        return addresses
    }

    // MARK: - The database

    private func folderLine(_ database: String) -> CheckupLine {
        let folder = URL(fileURLWithPath: database).deletingLastPathComponent().path
        let files = FileManager.default
        guard let found = try? files.attributesOfItem(atPath: folder) else {
            return CheckupLine(.well, "folder", "\(folder) will be made at the first start, 0700.")
        }
        let mode = (found[.posixPermissions] as? NSNumber)?.intValue ?? 0
        let octal = "0" + String(mode, radix: 8)
        if mode & 0o022 != 0 {
            return CheckupLine(
                .wrong,
                "folder",
                "others can write to \(folder) (\(octal)): chmod 700 \(folder)"
            )
        }
        guard files.isWritableFile(atPath: folder) else {
            return CheckupLine(
                .wrong,
                "folder",
                "\(folder) cannot be written to by this user: chown it to the user of the server."
            )
        }
        let advice = mode & 0o055 == 0 ? "." : "; others can see what is in it, 0700 is better."
        return CheckupLine(.well, "folder", "\(folder) has the mode \(octal)\(advice)")
    }

    private func databaseLine(_ database: String) -> CheckupLine {
        guard (try? FileManager.default.attributesOfItem(atPath: database)) != nil else {
            return CheckupLine(.well, "database", "\(database) will be made at the first start.")
        }
        do {
            let store = try SQLiteLoginStore(path: database)
            try store.close()
            return CheckupLine(.well, "database", "\(database) opens.")
        } catch {
            return CheckupLine(.wrong, "database", "\(error)")
        }
    }
}
