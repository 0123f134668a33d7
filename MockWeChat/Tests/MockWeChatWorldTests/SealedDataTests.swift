import Testing

@testable import MockWeChatWorld

/// The vectors that the reference of WeChat's calls has computed for itself.
@Suite struct SealedDataTests {
    private let key = "AAECAwQFBgcICQoLDA0ODw=="

    @Test func `encrypted data is AES-128-CBC under the decoded session_key`() throws {
        let plain =
            #"{"phoneNumber":"13800000000","purePhoneNumber":"13800000000","countryCode":"86","watermark":{"timestamp":1700000000,"appid":"wx0000000000000000"}}"#
        let iv = try #require(Base64.decode("EBESExQVFhcYGRobHB0eHw=="))
        let sealed = SealedData(Array(plain.utf8), sessionKey: key, iv: iv)
        #expect(
            sealed.data
                == "aLhedzo+Z6es5zW+YHo9snYC0yqzXTKggXNMQvhcyudkik75xObeE7YxlOkqVmhFK8f+LxhMgOYi9sTvM5HwmI782mFnqn3zZPlUfzWBBP/6qAGbf5iVZm6scZDBeHhAYxqAfDna3wjWIIw4JekkOgPqYRi5a1p2CbxrAzXBAOZls8OWNysv1iouI1843kZz4qgvh0DTj/X/tpmTXx3ejw=="
        )
    }

    @Test func `a signature is the SHA-1 of the data and the session_key as text`() {
        let rawData = #"{"nickName":"微信用户","gender":0}"#
        #expect(
            SealedData.signature(of: rawData, sessionKey: key)
                == "1f11a4b394500d9699ea086b3a6611bd66914100"
        )
    }
}
