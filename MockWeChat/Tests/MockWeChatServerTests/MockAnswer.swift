import AsyncHTTPClient
import MockWeChatWorld
import NIOCore
import NIOHTTP1

/// An answer with its body in memory.
struct MockAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let bytes: [UInt8]

    init(_ response: HTTPClientResponse, _ body: ByteBuffer) {
        status = Int(response.status.code)
        headers = response.headers
        bytes = Array(body.readableBytesView)
    }

    var json: JSON { JSON(parsing: bytes) ?? .null }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var contentType: String? { headers.first(name: "content-type") }
    var error: String? { json["error"]?.string }
}
