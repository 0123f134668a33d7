import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoginDomain
import LoginService
import WebSocketUpgrade

/// What every browser route begins with: whether it is our page, and which browser it is.
struct BrowserEdge: Sendable {
    let origin: Origin
    let cookies: Cookies
    let limits: EdgeLimits
    /// Watchers, over WebSockets and event streams, by address.
    let sockets: AddressCounter

    init(service: LoginService, configuration: EdgeConfiguration, gauges: EdgeGauges? = nil) {
        let gauges = gauges ?? EdgeGauges(policy: service.policy, limits: configuration.limits)
        self.sockets = gauges.webSockets
        self.origin = configuration.origin
        self.cookies = Cookies(configuration.origin)
        self.limits = configuration.limits
    }

    /// Lets a POST pass that our own page made (T3): exactly our Origin, once, and the header that
    /// no foreign page can add.
    ///
    /// The body may be empty and is not read for anything: no identifier comes from a browser (T2).
    func admit(_ request: inout Request) async throws {
        guard isOurOrigin(request.headers), request.headers[values: .xSL] == ["1"] else {
            throw EdgeError.csrf
        }
        _ = try await request.body(atMost: limits.bodyBytesMax)
    }

    /// Whether there is exactly one Origin and it is ours, byte for byte (T6).
    func isOurOrigin(_ fields: HTTPFields) -> Bool {
        fields[values: .origin] == [origin.description]
    }

    /// The attempt a browser holds the cookie of.
    func attempt(_ request: Request) throws -> AttemptCookie {
        guard let cookie = cookies.attempt(in: request.headers) else {
            throw LoginRefusal.noAttempt
        }
        return cookie
    }

    /// What the server sees of a browser: the socket's address, and its User-Agent cut to a length
    /// a phone can show.
    func facts(_ request: Request, _ context: LoginContext) -> BrowserFacts {
        let agent = request.headers[.userAgent] ?? ""
        return BrowserFacts(
            address: context.address,
            userAgent: String(agent.prefix(Self.userAgentCharactersMax))
        )
    }

    static let userAgentCharactersMax = 256

    /// What an address with too many watchers is told to wait.
    static let socketRetryAfterSeconds = 10
}

extension Request {
    /// Reads the body, of at most so many bytes and those of its frame around them; over the limit it
    /// is `bodyTooLarge`, whatever its Content-Length said, `tooSlow` when it is not here in time, and
    /// `malformed` when it breaks off or its chunks are none.
    mutating func body(atMost most: Int, frame: Int = 0) async throws(EdgeError) -> [UInt8] {
        if let text = headers[.contentLength], let length = Int(text), length > most + frame {
            throw .bodyTooLarge(limit: most)
        }
        var bytes: [UInt8] = []
        do {
            for try await chunk in body {
                guard bytes.count + chunk.readableBytes <= most + frame else {
                    throw EdgeError.bodyTooLarge(limit: most)
                }
                bytes += chunk.readableBytesView
            }
        } catch let error as EdgeError {
            throw error
        } catch is RequestTooSlow {
            throw .tooSlow
        } catch {
            throw .malformed("The body cannot be read.")
        }
        return bytes
    }
}
