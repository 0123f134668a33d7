import MockWeChatWorld

/// An answer of the control plane.
enum ControlAnswer: Sendable {
    case json(JSON)
    case html(String)
    case text(String, type: String)
    case refusal(ControlError)
    /// A page, or something that a page loads.
    case asset(PhoneAsset)
    case picture(PictureOrder, PictureCache)
    /// Not answered yet: a mini-program's server has to be asked.
    case errand(PhoneRequest)

    var reply: MockReply {
        switch self {
        case .json(let json): return MockReply(200, type: "application/json", json.bytes())
        case .asset(let asset): return asset.reply
        case .picture(let order, let pictures):
            guard let drawn = pictures.picture(order) else {
                return MockReply(500, type: "text/plain", Array("cannot draw\n".utf8))
            }
            return MockReply(200, type: "image/png", drawn)
        case .errand: return ControlAnswer.refusal(.needsSocket).reply
        case .html(let html):
            var reply = MockReply(200, type: "text/html; charset=utf-8", Array(html.utf8))
            reply.fields += PhoneAsset.shields
            return reply
        case .text(let text, let type): return MockReply(200, type: type, Array(text.utf8))
        case .refusal(let error):
            let terms = error.terms
            let body: JSON = ["error": .string(terms.name), "detail": .string(terms.detail)]
            var reply = MockReply(terms.status, type: "application/json", body.bytes())
            if case .methodNotAllowed(let allowed) = error {
                reply.fields.append(("Allow", allowed.joined(separator: ", ")))
            }
            return reply
        }
    }
}

extension ControlError {
    /// The one place where refusals become HTTP.
    fileprivate var terms: (status: Int, name: String, detail: String) {
        switch self {
        case .bad(let error): (400, "bad_request", error.detail)
        case .badWay(let how):
            (400, "bad_how", "how: expected camera, longpress or album, not \(how)")
        case .notJSON: (400, "not_json", "expected a JSON body")
        case .notAMiniProgram(let appid):
            (400, "not_a_miniprogram", "appid: \(appid) is an official account")
        case .notAMember(let person, let appid):
            (
                403, "not_a_member",
                "\(person) is not among the members of \(appid), who alone see trial and develop"
            )
        case .notAProxy:
            (405, "not_a_proxy", "this mock is no proxy; start it with --proxy")
        case .noSuchPerson(let name): (404, "no_such_person", "there is no person \(name)")
        case .noSuchApp(let appid): (404, "no_such_app", "appid: there is no app \(appid)")
        case .noSuchFault(let id): (404, "no_such_fault", "there is no fault \(id)")
        case .noSuchPath(let path): (404, "no_such_path", "the mock has no \(path)")
        case .methodNotAllowed(let allowed):
            (405, "method_not_allowed", "expected \(allowed.joined(separator: " or "))")
        case .alreadyThere(let what): (409, "already_there", "there is already \(what)")
        case .codeUnknown(let id):
            (410, "code_unknown", "code \(id) is not of this run: make a new picture")
        case .tooLarge(let expected): (413, "too_large", "expected \(expected)")
        case .notPNG(let expected): (415, "not_png", "expected \(expected)")
        case .noCodeFound(let found): (422, "no_code_found", "the picture has \(found)")
        case .foreignOrigin(let origin):
            (403, "foreign_origin", "a page of \(origin) may not call the mock")
        case .foreignHost(let host):
            (
                403, "foreign_host",
                "the virtual phone is not at \(host); open it by an address, by localhost, or by the "
                    + "name that --public-url or --host has"
            )
        case .notFromThePhone(let header):
            (403, "not_from_the_phone", "expected the header \(header): 1")
        case .needsSocket:
            (501, "needs_a_socket", "a mock without a socket sends no calls of mini-programs")
        case .noMiniProgram(let why): (404, "no_mini_program", why)
        case .tooMany(let what): (429, "too_many", "there are too many \(what) already")
        }
    }
}
