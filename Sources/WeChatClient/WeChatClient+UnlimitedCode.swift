import HTTPTransport
import HTTPTypes

/// A mini-program code as WeChat drew it.
package struct CodePicture: Sendable, Equatable {
    package enum Format: String, Sendable {
        case png = "image/png"
        case jpeg = "image/jpeg"
    }

    package var format: Format
    package var bytes: [UInt8]

    /// Tells a picture from an error by its first bytes, never by a content type: WeChat calls both
    /// kinds of picture `image/jpeg`, and has sent errors as `text/plain`.
    init?(_ bytes: [UInt8]) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            format = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            format = .jpeg
        } else {
            return nil
        }
        self.bytes = bytes
    }
}

extension WeChatClient {
    /// `POST /wxa/getwxacodeunlimit`: a code picture that carries `scene` (WeChat page
    /// api_getunlimitedqrcode).
    ///
    /// `is_hyaline` makes WeChat send PNG. When the access token is refused, a newer one is got and
    /// the call is made once more; nothing else is repeated here.
    package func unlimitedCode(
        scene: String,
        for urgency: WeChatUrgency = .person
    ) async throws(WeChatError) -> CodePicture {
        try await passing(.code, urgency, until: deadline) { trip throws(WeChatError) in
            let token = try await accessToken(until: trip.deadline)
            do throws(WeChatError) {
                return try await picture(of: scene, token, &trip)
            } catch .tokenRefused(let errcode) {
                let newer: AccessToken
                do throws(WeChatError) {
                    newer = try await accessToken(replacing: token, until: trip.deadline)
                } catch {
                    // WeChat has been asked for a picture: who counts that must not hear otherwise.
                    throw error.isFromWeChat ? error : .tokenRefused(errcode: errcode)
                }
                return try await picture(of: scene, newer, &trip)
            }
        }
    }

    private func picture(
        of scene: String,
        _ token: AccessToken,
        _ trip: inout Trip
    ) async throws(WeChatError) -> CodePicture {
        let timeout = try timeLeft(for: trip)
        trip.isSent = true
        return try await observed(.code) { () async throws(WeChatError) in
            try await exchange(scene: scene, token: token, timeout: timeout)
        }
    }

    private func exchange(
        scene: String,
        token: AccessToken,
        timeout: Duration
    ) async throws(WeChatError) -> CodePicture {
        let answer = try await post(
            "/wxa/getwxacodeunlimit",
            [("access_token", token.text)],
            json: UnlimitedCodeBody(
                scene: scene,
                page: configuration.page,
                checkPath: configuration.environmentVersion == "release",
                environmentVersion: configuration.environmentVersion
            ),
            timeout: timeout,
            answerBytesMax: Self.pictureBytesMax
        )
        if answer.response.status.code == 200, let picture = CodePicture(answer.body) {
            return picture
        }
        _ = try WeChatAnswer.read(answer)
        throw .unreadable("picture")
    }
}

/// The body's keys as WeChat spells them; it refuses any other (47001).
struct UnlimitedCodeBody: Encodable {
    var scene: String
    var page: String
    var checkPath: Bool
    var environmentVersion: String
    var isHyaline = true
    var width = 430

    enum CodingKeys: String, CodingKey {
        case scene
        case page
        case checkPath = "check_path"
        case environmentVersion = "env_version"
        case isHyaline = "is_hyaline"
        case width
    }
}
