import Logging
package import LoginDomain
import LoginStore
import Synchronization
import WeChatClient

extension LoginService {
    /// The phone's owner gives their number, by what WeChat's phone-number button gave for it.
    ///
    /// As with a js_code, the code is remembered before WeChat is asked, and goes there once (T8).
    package func setPhoneNumber(
        code: String,
        by caller: PhoneCaller
    ) async throws(LoginRefusal) -> PhoneNumber {
        let phone = try await phoneChangingProfile(caller)
        let now = time.now()
        let until = now + policy.usedCode
        // Apart from js_codes: a text that was shown as the one is not spent as the other.
        let digest = secretDigest(of: "phone number: \(code)")
        let isFresh = try await stored { () async throws(LoginStoreError) in
            try await store.claimCode(digest, until: until, at: now)
        }
        guard isFresh else { throw .invalidCode }
        let call = WeChatCall.phoneNumber.rawValue
        let answer: WeChatPhoneNumber
        do {
            answer = try await wechat.phoneNumber(forCode: code)
        } catch {
            throw refusal(error, doing: call)
        }
        guard let number = PhoneNumber(e164: answer.exposed) else {
            throw refusal(.unreadable("phone_number"), doing: call)
        }
        _ = try await changed { () async throws(LoginStoreError) in
            try await store.setPhoneNumber(number, of: phone.user)
        }
        logger.info("phone number given", metadata: ["user": "\(phone.user)"])
        return number
    }

    /// The phone's owner takes their number back: from now on no website is told it.
    package func removePhoneNumber(by caller: PhoneCaller) async throws(LoginRefusal) {
        let phone = try await phoneChangingProfile(caller)
        _ = try await changed { () async throws(LoginStoreError) in
            try await store.setPhoneNumber(nil, of: phone.user)
        }
        logger.info("phone number removed", metadata: ["user": "\(phone.user)"])
    }
}
