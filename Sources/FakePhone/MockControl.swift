internal import Foundation
internal import HTTPTypes

/// The mock's own controls: its clock, its faults, its journal.
package struct MockControl: Sendable {
    package let weChat: ServerAddress
    private let line: Line

    package init(weChat: ServerAddress, line: Line) {
        self.weChat = weChat
        self.line = line
    }

    /// `GET /_mock/health`.
    package func health() async throws(FakePhoneError) -> Reply {
        try await line.say(.get, "/_mock/health", to: weChat)
    }

    /// Moves the mock's clock forward.
    package func advance(seconds: Int) async throws(FakePhoneError) -> Reply {
        try await line.say(
            .post,
            "/_mock/clock",
            to: weChat,
            json: ["advance_seconds": .int(seconds)]
        )
    }

    /// Lets the mock's clock stand still (`frozen`) or run (`real`).
    package func setClock(mode: String) async throws(FakePhoneError) -> Reply {
        try await line.say(.post, "/_mock/clock", to: weChat, json: ["mode": .string(mode)])
    }

    /// The names of everybody the mock knows.
    package func people() async throws(FakePhoneError) -> [String] {
        let reply = try await line.say(.get, "/_mock/world", to: weChat)
        guard reply.isOK, let people = reply.json?["people"]?.array else {
            throw .badAnswer(from: weChat.name, "the world is \(reply.summary)")
        }
        return people.compactMap { $0["name"]?.string }
    }

    /// Makes a person.
    package func addPerson(_ name: String) async throws(FakePhoneError) -> Reply {
        try await line.say(.post, "/_mock/people", to: weChat, json: ["name": .string(name)])
    }

    /// How many calls of an endpoint counted against a quota, over all apps.
    package func cost(of endpoint: String) async throws(FakePhoneError) -> Int {
        let reply = try await line.say(.get, "/_mock/costs", to: weChat)
        guard reply.isOK, case .object(let apps) = reply.json?["apps"] else {
            throw .badAnswer(from: weChat.name, "the costs are \(reply.summary)")
        }
        return apps.keys.sorted().reduce(0) { sum, app in
            sum + (apps[app]?[endpoint]?["calls"]?.int ?? 0)
        }
    }

    /// Sets a fault; its members go to the mock as they are.
    package func setFault(_ fault: JSONValue) async throws(FakePhoneError) -> Reply {
        try await line.say(.post, "/_mock/faults", to: weChat, json: fault)
    }

    /// Takes away one fault.
    ///
    /// One that has run out already is gone, which is as good.
    package func clearFault(id: String) async throws(FakePhoneError) -> Reply {
        try await line.say(.delete, "/_mock/faults/\(id)", to: weChat)
    }

    /// Takes away every fault.
    package func clearFaults() async throws(FakePhoneError) -> Reply {
        try await line.say(.delete, "/_mock/faults", to: weChat)
    }

    /// The number of the newest entry of the journal; 0 when it is empty.
    package func journalEnd() async throws(FakePhoneError) -> Int {
        let reply = try await line.say(.get, "/_mock/journal?limit=1", to: weChat)
        return try entries(reply).last?["seq"]?.int ?? 0
    }

    /// How many calls of `endpoint` came after the journal's entry `seq`.
    package func calls(
        of endpoint: String,
        after seq: Int
    ) async throws(FakePhoneError) -> Int {
        let encoded =
            endpoint.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? endpoint
        let reply = try await line.say(
            .get,
            "/_mock/journal?endpoint=\(encoded)&limit=1000",
            to: weChat
        )
        // The filter is the mock's; the check here keeps a mock without it honest.
        return try entries(reply).count { entry in
            entry["endpoint"]?.string == endpoint && (entry["seq"]?.int ?? 0) > seq
        }
    }

    /// The endpoints that were called after the journal's entry `seq`, in their order.
    package func calls(after seq: Int) async throws(FakePhoneError) -> [String] {
        let reply = try await line.say(.get, "/_mock/journal?limit=1000", to: weChat)
        return try entries(reply).compactMap { entry in
            (entry["seq"]?.int ?? 0) > seq ? entry["endpoint"]?.string : nil
        }
    }

    private func entries(_ reply: Reply) throws(FakePhoneError) -> [JSONValue] {
        guard reply.isOK, let entries = reply.json?["entries"]?.array else {
            throw .badAnswer(from: weChat.name, "the journal is \(reply.summary)")
        }
        return entries
    }
}
