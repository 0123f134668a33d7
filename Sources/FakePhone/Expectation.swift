/// What an answer must be; with nothing stated, any status of success.
package struct Expectation: Sendable, Equatable {
    package var status: Int?
    package var error: String?
    /// The phones of whose users the answer must name one.
    package var usersOfPhones: [String] = []
    /// The answer must name no user; with `usersOfPhones`, it need not.
    package var isNobody = false
    /// The answer must be no success.
    package var isRefused = false
    /// No answer must come at all: no connection, or a cut one.
    package var isNoAnswer = false
    package var redirect: String?
    /// `Retry-After` must be there, in whole seconds; false: it must not.
    package var retryAfter: Bool?
    /// The kept body that this one must equal byte for byte.
    package var bodyAs: String?
    package var state: AttemptState?
    /// The warnings of a scan, in any order.
    package var warnings: [String]?
    /// Members of `data`, by their path: `user.nickName`.
    package var data: [String: JSONValue] = [:]
    /// Members of `data` that must be there and not be empty.
    package var dataHas: [String] = []
    /// Texts that must not be in it.
    package var lacks: [String] = []
    /// Header fields by their lower-case name: a value, or whether they are there.
    package var headers: [String: JSONValue] = [:]

    package init() {}

    /// The members in a file, for the parser's messages and for the schema.
    enum Member: String, CaseIterable {
        case status
        case error
        case user
        case refused
        case noAnswer = "no_answer"
        case redirect
        case retryAfter = "retry_after"
        case bodyAs = "body_as"
        case state
        case warnings
        case data
        case dataHas = "data_has"
        case lacks
        case headers
    }
}
