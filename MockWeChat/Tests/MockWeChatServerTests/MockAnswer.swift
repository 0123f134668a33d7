import HTTPTypes
import HummingbirdTesting
import MockWeChatWorld
import NIOCore

/// An answer with its body in memory.
struct MockAnswer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        bytes = Array(response.body.readableBytesView)
    }

    var json: JSON { JSON(parsing: bytes) ?? .null }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var contentType: String? { headers[.contentType] }
    var error: String? { json["error"]?.string }
}
