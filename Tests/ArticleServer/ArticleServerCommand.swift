/// The design that this product descends from, for the conformance kit, and never to be deployed.
///
/// A widely copied article logs a browser in by a mini-program code: the page makes the scene, the
/// server keeps scene -> WebSocket in a map, and whoever calls the publish endpoint pushes whatever
/// user to whatever scene. The holes are the article's own and are here on purpose (anybody logs
/// anybody in, any Origin, nothing is ever forgotten): the kit's report must show them. What the
/// article leaves to the reader is filled in as cheaply as may be: the user table is a map in memory,
/// and one access token is fetched at the start.

import ArgumentParser
import FakePhone
import HTTPTransportAHC

@main
struct ArticleServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "article-server",
        abstract: "An insecure scan login for tests. Never deploy it."
    )

    @Option(help: "The mock of api.weixin.qq.com.")
    var wechat = "http://127.0.0.1:9090"

    @Option(help: "Where to listen on 127.0.0.1; 0 is any free port.")
    var port = 0

    func validate() throws {
        guard ServerAddress(wechat, name: "mock-wechat") != nil else {
            throw ValidationError("--wechat must be http://HOST:PORT, not '\(wechat)'.")
        }
    }

    func run() async throws {
        guard let weChat = ServerAddress(wechat, name: "mock-wechat") else { return }
        endAtSIGTERM()
        try await withAHCTransport { transport in
            let app = ArticleApp(weChat: ArticleWeChat(address: weChat, transport: transport))
            try await app.refreshToken()
            try await ArticleListener(app: app).serve(port: port) { port in
                print("article-server listening on http://127.0.0.1:\(port)")
                // A pipe must see the line at once.
                flushOutput()
            }
        }
    }
}
