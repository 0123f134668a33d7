/// One call as WeChat sees it.
package struct WeChatRequest: Sendable, Equatable {
    package let method: String
    /// The path without its query, as it was sent.
    package let path: String
    package let query: [QueryItem]
    /// Names in lower case, in the order of the wire.
    package let headers: [HeaderField]
    package let body: [UInt8]
    /// The caller's address, which IP allow lists are about.
    package let callerIP: String
    /// What code pictures of this call begin with, such as `http://127.0.0.1:9090`.
    package let publicURL: String

    /// Splits the target of a request into path and query.
    package init(
        method: String,
        target: String,
        headers: [HeaderField] = [],
        body: [UInt8] = [],
        callerIP: String = "127.0.0.1",
        publicURL: String = "http://127.0.0.1:9090"
    ) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "")
        query = parts.count > 1 ? QueryItem.items(of: parts[1]) : []
        self.headers = headers
        self.body = body
        self.callerIP = callerIP
        self.publicURL = publicURL
    }

    /// The first value of a query parameter.
    func value(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }
}
