import Hummingbird
import LoginService
import TestSupport
import Testing

@testable import LoginServer

/// Every route that the application has, taken from its router.
enum RouteTable {
    struct Route: Hashable, Sendable, CustomTestStringConvertible {
        var method: String
        var path: String

        /// Whether a phone calls it, and not a browser.
        var isForPhones: Bool { path.hasPrefix("/mp/") }
        /// Whether a website calls it, or sends a browser to it.
        var isForWebsites: Bool {
            [
                "/authorize", "/token", "/userinfo", "/revoke", "/end_session", "/jwks.json",
                "/.well-", "/scan-login.js",
            ]
            .contains { path.hasPrefix($0) }
        }
        /// Whether its failures are JSON whatever the method.
        var isForPrograms: Bool {
            [
                "/attempt", "/session", "/mp", "/token", "/userinfo", "/revoke", "/jwks.json",
                "/.well-",
            ]
            .contains { path.hasPrefix($0) }
        }
        var isAsset: Bool { path.hasPrefix("/assets/") }

        var testDescription: String { "\(method) \(path)" }
    }

    static let all: [Route] = {
        let house = LoginHouse()
        guard let origin = Origin("https://login.example") else { return [] }
        let configuration = EdgeConfiguration(
            origin: origin,
            host: "127.0.0.1",
            port: 0,
            siteName: "Tea & Toast"
        )
        let router = buildRouter(
            service: house.service,
            browser: BrowserEdge(service: house.service, configuration: configuration),
            pages: Pages(siteName: "Tea & Toast")
        )
        return router.routes
            .map { Route(method: $0.method.rawValue, path: $0.path.description) }
            .sorted { ($0.path, $0.method) < ($1.path, $1.method) }
    }()

    static let paths: [String] = Set(all.map(\.path)).sorted()

    /// What our own page does for a browser.
    static let browserPosts =
        all
        .filter { $0.method == "POST" && !$0.isForPhones && !$0.isForWebsites }
        .map(\.path)

    /// The calls of phones that take a JSON object; `/mp/avatar` takes a picture.
    static let phonePosts =
        all
        .filter { $0.method == "POST" && $0.isForPhones && $0.path != "/mp/avatar" }
        .map(\.path)

    /// The methods of a path, as `Allow` lists them.
    static func allowed(_ path: String) -> String {
        all.filter { $0.path == path }.map(\.method).sorted().joined(separator: ", ")
    }
}
