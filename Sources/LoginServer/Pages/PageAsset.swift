internal import Crypto

/// A file that a page loads, under a name that changes with its content.
package struct PageAsset: Sendable {
    /// For example `/assets/login.0123456789abcdef.js`.
    package let path: String
    package let contentType: String
    package let bytes: [UInt8]

    init(_ name: String, _ ending: String, _ contentType: String, _ bytes: [UInt8]) {
        var digest = ""
        for byte in SHA256.hash(data: bytes).prefix(8) {
            digest += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        path = "/assets/\(name).\(digest).\(ending)"
        self.contentType = contentType
        self.bytes = bytes
    }
}
