import Foundation
import HTTPTransport
import HTTPTypes

/// The members we read of WeChat's JSON.
///
/// Everything else, the session_key above all, is dropped where it arrives: a member that is not
/// declared here cannot be stored (T36).
struct WeChatAnswer: Decodable {
    var errcode: Int?
    var accessToken: String?
    var expiresIn: Int?
    var openid: String?
    var unionid: String?
    var phoneInfo: PhoneInfo?

    enum CodingKeys: String, CodingKey {
        case errcode
        case accessToken = "access_token"
        case expiresIn = "expires_in"
        case openid
        case unionid
        case phoneInfo = "phone_info"
    }

    /// What getuserphonenumber says of a number; the country first.
    struct PhoneInfo: Decodable {
        var countryCode: String
        var purePhoneNumber: String
        /// The app that the number was given to.
        var appID: String

        private enum CodingKeys: String, CodingKey {
            case countryCode, purePhoneNumber, watermark
        }

        private enum WatermarkKeys: String, CodingKey {
            case appid
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            // One capture has a number in the place of the text (`wechat-api.md` 5.1).
            if let number = try? members.decode(Int.self, forKey: .countryCode) {
                countryCode = String(number)
            } else {
                countryCode = try members.decode(String.self, forKey: .countryCode)
            }
            purePhoneNumber = try members.decode(String.self, forKey: .purePhoneNumber)
            appID = try members.nestedContainer(keyedBy: WatermarkKeys.self, forKey: .watermark)
                .decode(String.self, forKey: .appid)
        }
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        do {
            errcode = try members.decodeIfPresent(Int.self, forKey: .errcode)
        } catch DecodingError.typeMismatch {
            // One capture has the number as a string, after a proxy (`wechat-api.md` 0.3).
            guard let number = Int(try members.decode(String.self, forKey: .errcode)) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .errcode,
                    in: members,
                    debugDescription: "not a number"
                )
            }
            errcode = number
        }
        accessToken = try members.decodeIfPresent(String.self, forKey: .accessToken)
        expiresIn = try members.decodeIfPresent(Int.self, forKey: .expiresIn)
        openid = try members.decodeIfPresent(String.self, forKey: .openid)
        unionid = try members.decodeIfPresent(String.self, forKey: .unionid)
        phoneInfo = try members.decodeIfPresent(PhoneInfo.self, forKey: .phoneInfo)
    }

    /// Reads an answer's JSON, whatever its content type says: `/sns/*` sends `text/plain`.
    ///
    /// - Throws: the errcode as its case; `unreadable` for what is no such JSON.
    static func read(_ answer: HTTPAnswer) throws(WeChatError) -> WeChatAnswer {
        guard answer.response.status.code == 200 else { throw .unreadable("status") }
        guard let json = try? JSONDecoder().decode(WeChatAnswer.self, from: Data(answer.body))
        else { throw .unreadable("json") }
        if let errcode = json.errcode, errcode != 0 { throw WeChatError(errcode: errcode) }
        return json
    }
}

extension WeChatClient {
    /// The most that is read of a JSON answer and of a picture (`security.md` 0.1).
    static let jsonBytesMax = 16 * 1024
    static let pictureBytesMax = 256 * 1024

    func get(
        _ path: String,
        _ query: [(String, String)],
        timeout: Duration
    ) async throws(WeChatError) -> HTTPAnswer {
        try await send(
            HTTPCall(
                request(.get, path, query),
                timeout: timeout,
                answerBytesMax: Self.jsonBytesMax
            )
        )
    }

    func post(
        _ path: String,
        _ query: [(String, String)],
        json: some Encodable,
        timeout: Duration,
        answerBytesMax: Int
    ) async throws(WeChatError) -> HTTPAnswer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let body = try? encoder.encode(json) else { throw .unreadable("request") }
        var request = request(.post, path, query)
        request.headerFields[.contentType] = "application/json"
        return try await send(
            HTTPCall(
                request,
                body: Array(body),
                timeout: timeout,
                answerBytesMax: answerBytesMax
            )
        )
    }

    private func request(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ query: [(String, String)]
    ) -> HTTPRequest {
        let pairs = query.map { "\($0.0)=\(Self.queryEncoded($0.1))" }.joined(separator: "&")
        return HTTPRequest(
            method: method,
            scheme: configuration.scheme,
            authority: configuration.authority,
            path: pairs.isEmpty ? path : "\(path)?\(pairs)"
        )
    }

    private func send(_ call: HTTPCall) async throws(WeChatError) -> HTTPAnswer {
        do {
            return try await transport.send(call)
        } catch {
            throw .transport(error)
        }
    }

    private static let hex = Array("0123456789ABCDEF".utf8)

    /// Percent-encodes all but the unreserved characters of RFC 3986 section 2.3, so that a js_code
    /// with `&secret=` in it stays one parameter (T28).
    static func queryEncoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
