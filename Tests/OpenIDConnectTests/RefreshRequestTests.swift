import LoginDomain
import OpenIDConnect
import Testing

struct RefreshRequestTests {
    private static func read(_ form: String) throws -> TokenExchange {
        try TokenExchange(FormParameters(form.utf8))
    }

    @Test func `a refresh token is read as it came`() throws {
        guard
            case .refresh(let request) = try Self.read(
                "grant_type=refresh_token&refresh_token=abc&foo=bar"
            )
        else {
            Issue.record("not a refresh")
            return
        }
        #expect(request.token == "abc")
        #expect(request.scopes(of: [.openid, .profile]) == [.openid, .profile])
    }

    @Test func `a code is still a code`() throws {
        let form = "grant_type=authorization_code&code=c&redirect_uri=x&refresh_token=y"
        guard case .code(let request) = try Self.read(form) else {
            Issue.record("not a code")
            return
        }
        #expect(request.code == "c")
    }

    @Test(
        arguments: [
            ("grant_type=refresh_token", .invalidRequest(.refreshToken)),
            ("grant_type=refresh_token&refresh_token=", .invalidRequest(.refreshToken)),
            ("grant_type=refresh_token&refresh_token=a&refresh_token=b", .repeatedParameter),
            ("grant_type=refresh_token&grant_type=password&refresh_token=a", .repeatedParameter),
            ("grant_type=password&refresh_token=a", .unsupportedGrantType),
            ("refresh_token=a", .invalidRequest(.grantType)),
        ] as [(String, OAuthError)]
    )
    func `a request that is none is told why`(form: String, error: OAuthError) {
        #expect(throws: error) { try Self.read(form) }
    }

    @Test(
        arguments: [
            ("openid", [.openid]), ("openid+profile", [.openid, .profile]),
            ("profile+openid", [.openid, .profile]), ("openid+openid", [.openid]),
            ("profile", nil), ("openid+wechat", nil), ("openid+email", nil), ("+", nil),
        ] as [(String, [OpenIDScope]?)]
    )
    func `T18: a scope may be narrowed and not widened`(
        scope: String,
        wanted: [OpenIDScope]?
    )
        throws
    {
        let form = "grant_type=refresh_token&refresh_token=a&scope=\(scope)"
        guard case .refresh(let request) = try Self.read(form) else {
            Issue.record("not a refresh")
            return
        }
        #expect(request.scopes(of: [.openid, .profile]) == wanted)
    }
}
