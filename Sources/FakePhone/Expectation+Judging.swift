internal import HTTPTypes

extension Expectation {
    /// What a judgement may need to know of the play.
    struct Facts {
        /// The userid that a phone is logged in as; nil when it is not.
        var userID: (String) throws -> String?
        var keptBody: (String) -> [UInt8]
    }

    /// Compares an answer with what it must be.
    ///
    /// - Throws: `StepEnd.failed` with the first thing that differs.
    func judge(_ reply: Reply, _ facts: Facts) throws {
        try judgeStatus(reply)
        try judgeUser(reply, facts)
        try judgeFields(reply)
        if let redirect {
            let got = reply.data?["redirect"]?.string
            guard got == redirect else {
                throw StepEnd.failed(expected: "redirect \(redirect)", got: got ?? "none")
            }
        }
        if let state {
            let got = (reply.data?["state"] ?? reply.data?["type"])?.string
            guard got == state.rawValue else {
                throw StepEnd.failed(expected: "state \(state.rawValue)", got: got ?? "none")
            }
        }
        try judgeData(reply)
        try judgeLacks(reply)
        if let name = bodyAs {
            let kept = facts.keptBody(name)
            guard reply.body == kept else {
                throw StepEnd.failed(
                    expected: "the bytes of '\(name)': \(Self.text(kept))",
                    got: Self.text(reply.body)
                )
            }
        }
    }

    /// Whether the answer is what it must be.
    func fits(_ reply: Reply, _ facts: Facts) -> Bool {
        do {
            try judge(reply, facts)
            return true
        } catch {
            return false
        }
    }

    private func judgeStatus(_ reply: Reply) throws {
        if isNoAnswer {
            throw StepEnd.failed(expected: "no answer", got: reply.summary)
        }
        if isRefused {
            guard !reply.isGranted else {
                throw StepEnd.failed(expected: "a refusal", got: reply.summary)
            }
        }
        if status == nil, error == nil {
            guard reply.isGranted || isRefused || isNobody else {
                throw StepEnd.failed(expected: "success", got: reply.summary)
            }
            return
        }
        let fits = (status ?? reply.status) == reply.status && (error ?? reply.error) == reply.error
        guard fits else {
            let expected = [status.map(String.init), error]
            throw StepEnd.failed(
                expected: expected.compactMap(\.self).joined(separator: " "),
                got: reply.summary
            )
        }
    }

    private func judgeUser(_ reply: Reply, _ facts: Facts) throws {
        let got = isNobody && !reply.isGranted ? nil : reply.userID
        if isNobody, got == nil { return }
        if isNobody, usersOfPhones.isEmpty, let got {
            throw StepEnd.failed(expected: "nobody to be logged in", got: "user \(got)")
        }
        guard !usersOfPhones.isEmpty else { return }
        var allowed: [String] = []
        for name in usersOfPhones {
            let userID = try facts.userID(name)
            if let userID, userID == got { return }
            allowed.append("the user of \(name), \(userID ?? "who is not logged in")")
        }
        if isNobody { allowed.append("nobody") }
        throw StepEnd.failed(
            expected: allowed.joined(separator: ", or "),
            got: got.map { isNobody ? "user \($0)" : $0 } ?? "no user"
        )
    }

    private func judgeLacks(_ reply: Reply) throws {
        let said = [String(decoding: reply.body, as: UTF8.self)] + reply.values.values.sorted()
        for text in lacks where said.contains(where: { $0.contains(text) }) {
            throw StepEnd.failed(expected: "an answer without '\(text)'", got: "one with it")
        }
    }

    private func judgeFields(_ reply: Reply) throws {
        if let retryAfter, (reply.retryAfterSeconds != nil) != retryAfter {
            throw StepEnd.failed(
                expected: retryAfter ? "Retry-After in whole seconds" : "no Retry-After",
                got: reply.fields[.retryAfter] ?? "no such field"
            )
        }
        for name in headers.keys.sorted() {
            guard let wanted = headers[name] else { continue }
            let got = HTTPField.Name(name).flatMap { reply.fields[$0] }
            switch wanted {
            case .bool(true) where got == nil:
                throw StepEnd.failed(expected: "a field \(name)", got: "no such field")
            case .bool(false) where got != nil:
                throw StepEnd.failed(expected: "no field \(name)", got: got ?? "")
            case .bool:
                break
            default:
                guard got == wanted.string else {
                    throw StepEnd.failed(
                        expected: "\(name): \(wanted.string ?? "")",
                        got: got ?? "no such field"
                    )
                }
            }
        }
    }

    private func judgeData(_ reply: Reply) throws {
        if let warnings {
            let got = (reply.data?["warnings"]?.array ?? []).compactMap(\.string).sorted()
            guard got == warnings.sorted() else {
                throw StepEnd.failed(
                    expected: "warnings: " + warnings.sorted().joined(separator: ", "),
                    got: got.isEmpty ? "none" : got.joined(separator: ", ")
                )
            }
        }
        for path in data.keys.sorted() {
            let got = Self.member(path, of: reply.data)
            guard let wanted = data[path], got == wanted else {
                throw StepEnd.failed(
                    expected: "data.\(path): \(Self.text(data[path]?.bytes ?? []))",
                    got: got.map { Self.text($0.bytes) } ?? "no such member"
                )
            }
        }
        for path in dataHas {
            let got = Self.member(path, of: reply.data)
            let isEmpty = got == nil || got == .null || got == "" || got == .array([])
            guard !isEmpty else {
                throw StepEnd.failed(
                    expected: "data.\(path) not to be empty",
                    got: got.map { Self.text($0.bytes) } ?? "no such member"
                )
            }
        }
    }

    /// `user.nickName`, `logins.0.client`.
    private static func member(_ path: String, of data: JSONValue?) -> JSONValue? {
        var value = data
        for name in path.split(separator: ".") {
            if let list = value?.array {
                guard let place = Int(name), list.indices.contains(place) else { return nil }
                value = list[place]
            } else {
                value = value?[String(name)]
            }
        }
        return value
    }

    private static func text(_ body: [UInt8]) -> String {
        Redaction().body(body).map { String($0.prefix(300)) } ?? "nothing"
    }
}

extension Reply {
    /// Whether the server did what it was asked: 2xx, or 101 for a WebSocket that stands.
    package var isGranted: Bool { isOK || status == 101 }

    /// Whether the server only says that it has no time for this, or is broken.
    package var isBusy: Bool { status == 429 || status >= 500 }
}
