import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// The frame of every JSON answer of `/attempt*`, `/session*` and `/mp/*`:
/// `{"code":200,"data":{…},"msg":"ok"}`, and for a failure
/// `{"code":4xx,"data":null,"error":"snake_case","msg":"…"}` under its real HTTP status.
enum Envelope {
    static func ok(_ data: some Encodable) -> Response {
        response(.ok, Body(code: 200, data: data, error: nil, msg: "ok"))
    }

    /// A success that says nothing more.
    static func ok() -> Response {
        response(.ok, Body<Nothing?>(code: 200, data: nil, error: nil, msg: "ok"))
    }

    static func failure(_ error: EdgeError) -> Response {
        var response = response(error.status, body(of: error))
        if let seconds = error.retryAfterSeconds {
            response.headers[.retryAfter] = "\(seconds)"
        }
        if case .methodNotAllowed(let allowed) = error { response.headers[.allow] = allowed }
        return response
    }

    /// The body of `failure`, where no Hummingbird response is wanted.
    static func failureBytes(_ error: EdgeError) -> [UInt8] {
        json(body(of: error))
    }

    private static func body(of error: EdgeError) -> Body<Nothing?> {
        Body(code: error.status.code, data: nil, error: error.name, msg: error.message)
    }

    /// JSON with `<`, `>` and `&` escaped, so that no browser that sniffs finds a tag in it.
    static func json(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let plain = try? encoder.encode(value) else {
            preconditionFailure("what we send has only strings, numbers and booleans")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(plain.count)
        for byte in plain {
            // In JSON these three can only stand inside a string.
            switch byte {
            case UInt8(ascii: "<"): bytes += Array(#"\u003c"#.utf8)
            case UInt8(ascii: ">"): bytes += Array(#"\u003e"#.utf8)
            case UInt8(ascii: "&"): bytes += Array(#"\u0026"#.utf8)
            default: bytes.append(byte)
            }
        }
        return bytes
    }

    private static func response(
        _ status: HTTPResponse.Status,
        _ body: Body<some Encodable>
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json(body)))
        )
    }

    private struct Nothing: Encodable {}

    private struct Body<Content: Encodable>: Encodable {
        var code: Int
        var data: Content
        var error: String?
        var msg: String
    }
}
