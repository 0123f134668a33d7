internal import HTTPTypes

/// How somebody's scan login is spoken to: which requests a browser and a phone send for what they do.
///
/// A file says it; Fixtures/Adapters/README.md is the reference. What a design does not have is absent
/// here, and whoever needs it is told so.
package struct Adapter: Sendable, Equatable {
    package var name: String
    package var about: String
    /// What counts as a success where a call says nothing of its own.
    package var success: Acceptance
    package var browser: [BrowserOperation: [Call]]
    package var phone: [PhoneOperation: [Call]]
    package var watching: Watching?
    /// How long a person reads before tapping confirm, which a server may insist on.
    package var readingTime = FakePhone.readingTime
    /// How a guesser makes up a scene; nil for 24 random characters.
    package var guess: Template?

    /// What a browser does.
    package enum BrowserOperation: String, Sendable, CaseIterable {
        case page
        case open
        case look
        case complete
        case cancel
        case session
        case logout
    }

    /// What a phone does.
    package enum PhoneOperation: String, Sendable, CaseIterable {
        case login
        case scan
        case confirm
        case cancel
        case profile
        case avatar
        case logins
        case revoke
    }

    /// One request of an operation.
    package struct Call: Sendable, Equatable {
        package var method: String
        package var path: Template
        /// In the file's order; one whose variable is unknown is left out.
        package var fields: [Field]
        /// The members of a JSON body; nil for a call without one.
        package var json: [Member]?
        /// The members of a form's body; nil for a call without one.
        package var form: [Member]?
        /// Variables that the caller makes up before it calls, in the file's order.
        package var make: [Member]
        /// Variables out of the answer.
        package var take: [Taking]
        package var success: Acceptance?
        /// The call is left out when this variable is known.
        package var unless: String?
    }

    /// A header field.
    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: Template
    }

    /// A JSON member, or a variable that is made up.
    package struct Member: Sendable, Equatable {
        package enum Kind: Sendable, Equatable {
            /// A text, empty where the variable is unknown.
            case text
            /// A number: `{launch:int}`.
            case number
            /// Left out where the variable is unknown: `{number?}`.
            case optional
        }

        package var name: String
        package var value: Template
        package var kind: Kind
    }

    /// Where in an answer a variable is found.
    package struct Taking: Sendable, Equatable {
        package enum Place: Sendable, Equatable {
            /// A path of member names: `data.user.userid`; empty is the whole body.
            case json([String])
            case header(String)
            case cookie(String)
        }

        package var name: String
        package var place: Place
        /// A value that stands for none.
        package var nothing: String?
        /// Whether a success without it is in order.
        package var isOptional: Bool
    }

    /// What counts as a success.
    package struct Acceptance: Sendable, Equatable {
        /// Nil for any status of 2xx.
        package var status: Int?
        /// A member that must have this value, as text.
        package var member: [String]?
        package var value: String?

        package init(status: Int? = nil, member: [String]? = nil, value: String? = nil) {
            self.status = status
            self.member = member
            self.value = value
        }

        func accepts(_ reply: Reply) -> Bool {
            guard status.map({ $0 == reply.status }) ?? (200..<300).contains(reply.status) else {
                return false
            }
            guard let member else { return true }
            return reply.json?.at(member)?.asText == value
        }
    }

    /// How a browser is told of its attempt.
    package struct Watching: Sendable, Equatable {
        package var webSocket: Template?
        package var eventStream: Template?
        package var poll: Poll?
        package var message: Message

        /// How a browser watches where nobody says how.
        package var usual: WatchKind {
            webSocket != nil ? .websocket : eventStream != nil ? .sse : .poll
        }

        package struct Poll: Sendable, Equatable {
            package var first: Template
            /// Each later question; `{seq}` and `{wait}` are known in it.
            package var again: Template
            /// Where in the answer the message is.
            package var inside: [String]
        }
    }

    /// What a message on a watch says.
    package struct Message: Sendable, Equatable {
        /// The members that may hold the state's name; empty when every message means `always`.
        package var state: [[String]]
        package var always: AttemptState?
        /// Their names of the states; empty where they are ours.
        package var states: [String: AttemptState]
        package var seq: [String]?
        package var lifetime: [String]?
        package var take: [Taking]
    }
}

extension Adapter {
    /// The names of all that browsers and phones do, each once.
    static let operationNames = Set(
        BrowserOperation.allCases.map(\.rawValue) + PhoneOperation.allCases.map(\.rawValue)
    ).sorted()

    /// The names of members and fields that hold what nobody else may know.
    var secretNames: Set<String> {
        // What a person reads or types, and what stands on the screen.
        let open: Set<String> = [
            "appid", "id", "launch", "lifetime", "nickname", "now_ms", "number", "origin",
            "picture", "role", "userid",
        ]
        let isSecret = { (value: Template) in value.names.contains { !open.contains($0) } }
        var names: Set<String> = []
        for call in Array(browser.values.joined()) + Array(phone.values.joined()) {
            for member in (call.json ?? []) + (call.form ?? []) where isSecret(member.value) {
                names.insert(member.name.lowercased())
            }
            for field in call.fields where isSecret(field.value) {
                names.insert(field.name.lowercased())
            }
            for taking in call.take where !open.contains(taking.name) {
                if case .json(let path) = taking.place, let last = path.last {
                    names.insert(last.lowercased())
                }
                if case .header(let name) = taking.place { names.insert(name.lowercased()) }
            }
        }
        return names
    }

    /// Whether there is such a variable in this design.
    func knows(_ variable: String) -> Bool {
        let ours: Set<String> = ["appid", "cookie", "js_code", "launch", "picture", "scene"]
        let calls = Array(browser.values.joined()) + Array(phone.values.joined())
        return ours.contains(variable)
            || calls.contains { call in
                call.make.contains { $0.name == variable }
                    || call.take.contains { $0.name == variable }
            }
    }
}

extension Adapter.Message {
    /// What the message says; nil when it says nothing that the adapter knows.
    func read(_ json: JSONValue) -> Push? {
        let said = state.lazy.compactMap { json.at($0)?.string }.first
        let state =
            if state.isEmpty { always } else {
                said.flatMap { states.isEmpty ? AttemptState(rawValue: $0) : states[$0] }
            }
        guard let state else { return nil }
        var number = 0
        if let seq {
            guard let said = json.at(seq)?.int else { return nil }
            number = said
        }
        var seconds = 0
        if let lifetime {
            guard let said = json.at(lifetime)?.int else { return nil }
            seconds = said
        }
        var values: [String: String] = [:]
        for taking in take {
            guard let value = taking.value(in: json) else {
                guard taking.isOptional else { return nil }
                continue
            }
            values[taking.name] = value
        }
        return Push(state: state, seq: number, expiresInSeconds: seconds, values: values)
    }

    /// What a text says.
    func read(text: String) -> WatchEvent {
        if let json = JSONValue(Array(text.utf8)), let push = read(json) { return .push(push) }
        return .nonsense(Redaction().body(Array(text.utf8)) ?? "an empty message")
    }
}

extension Adapter.Taking {
    /// The place in words: `data.image`, `the field Location`.
    var inWords: String {
        switch place {
        case .json(let path): path.isEmpty ? "the body" : path.joined(separator: ".")
        case .header(let name): "the field \(name)"
        case .cookie(let name): "the cookie \(name)"
        }
    }

    func value(in json: JSONValue?) -> String? {
        guard case .json(let path) = place else { return nil }
        return kept(json?.at(path)?.asText)
    }

    func value(in reply: Reply) -> String? {
        switch place {
        case .json:
            return value(in: reply.json)
        case .header(let name):
            return kept(HTTPField.Name(name).flatMap { reply.fields[$0] })
        case .cookie(let name):
            var jar = CookieJar()
            for value in reply.fields[values: .setCookie] { jar.store(value) }
            return kept(jar.cookies.first { $0.name == name }?.value)
        }
    }

    private func kept(_ value: String?) -> String? {
        guard let value, !value.isEmpty, value != nothing else { return nil }
        return value
    }
}

extension JSONValue {
    /// The value at a path of member names.
    func at(_ path: [String]) -> JSONValue? {
        path.reduce(self) { value, name in value?[name] }
    }

    /// A text, number or truth value as text; nil for null.
    var asText: String? {
        switch self {
        case .null: nil
        case .string(let text): text
        case .int(let number): String(number)
        case .bool(let value): value ? "true" : "false"
        case .double, .array, .object: String(decoding: bytes, as: UTF8.self)
        }
    }
}
