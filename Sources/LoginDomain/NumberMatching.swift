/// When the phone must type the number that only the browser's page shows (RFC 10027, "request
/// binding with out-of-band data").
package enum NumberMatching: String, Sendable, CaseIterable {
    case off
    /// When browser and phone are on different networks, as far as their addresses tell.
    case networks
    case always

    /// The numbers there are: two digits, and no zero in front that a person could leave out.
    package static let numbers = 10...99

    package func isRequired(browser: String, phone: String) -> Bool {
        switch self {
        case .off: false
        case .networks: !Network.isSame(browser, phone)
        case .always: true
        }
    }
}

extension NumberMatching: Comparable {
    /// The stricter is the greater: a login that meets it meets the lesser, too.
    package static func < (left: NumberMatching, right: NumberMatching) -> Bool {
        left.strictness < right.strictness
    }

    private var strictness: Int {
        switch self {
        case .off: 0
        case .networks: 1
        case .always: 2
        }
    }
}

extension Attempt {
    /// The strictest rule about numbers that a login by this attempt meets, where the server asks `rule`
    /// of everybody.
    ///
    /// To be read before the login is collected: after that nobody knows any more whether a number
    /// was typed.
    package func numberMatchingMet(under rule: NumberMatching) -> NumberMatching {
        guard case .confirmed(let scan) = state else { return .off }
        if scan.number != nil { return .always }
        // Nobody typed one, so nothing that wants one always is met, whatever is in force by now.
        return min(.networks, max(rule, request?.numberMatching ?? .off))
    }

    /// Whether the phone must type the browser's number: when the server asks it of everybody, or the
    /// website of its own users.
    package func isNumberRequired(phone address: String, _ policy: LoginPolicy) -> Bool {
        [policy.numberMatching, request?.numberMatching ?? .off].contains {
            $0.isRequired(browser: browser.address, phone: address)
        }
    }
}

/// Whether two addresses are likely to be of one network: a hint, and never a proof.
package enum Network {
    /// The same first 24 bits of IPv4, or 48 bits of IPv6: what one connection's household or office
    /// has.
    ///
    /// Addresses that cannot be read are of no network. IPv4 inside of IPv6 counts as IPv4.
    package static func isSame(_ one: String, _ other: String) -> Bool {
        guard let one = prefix(one), let other = prefix(other) else { return false }
        return one == other
    }

    /// Who counts as one stranger where strangers are counted: an address of IPv4, a /64 of IPv6, because
    /// whoever has one address of it has all of them (T32).
    ///
    /// What cannot be read counts for itself.
    package static func stranger(_ address: String) -> String {
        guard address.utf8.contains(UInt8(ascii: ":")) else { return address }
        let bare = address.prefix { $0 != "%" }
        if let last = bare.split(separator: ":").last, last.contains(".") { return String(last) }
        guard let groups = groups(bare) else { return address }
        return groups.prefix(4).map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
    }

    private static func prefix(_ address: String) -> [UInt16]? {
        if address.utf8.contains(UInt8(ascii: ":")) {
            let bare = address.prefix { $0 != "%" }
            if let last = bare.split(separator: ":").last, last.contains(".") {
                return prefix(String(last))
            }
            return groups(bare).map { [6] + $0.prefix(3) }
        }
        let parts = address.utf8.split(
            separator: UInt8(ascii: "."),
            omittingEmptySubsequences: false
        )
        let bytes = parts.compactMap { UInt8(Substring($0)) }
        guard parts.count == 4, bytes.count == 4 else { return nil }
        return [4] + bytes.prefix(3).map(UInt16.init)
    }

    /// The eight groups of an IPv6 address (RFC 4291 section 2.2).
    private static func groups(_ address: Substring) -> [UInt16]? {
        let halves = split(address)
        let read = halves.map { half in
            half.split(separator: ":", omittingEmptySubsequences: false)
                .filter { !$0.isEmpty }
                .map { $0.utf8.count <= 4 ? UInt16($0, radix: 16) : nil }
        }
        guard !read.joined().contains(nil) else { return nil }
        let front = read[0].compactMap { $0 }
        let count = read.joined().count
        if halves.count == 1 { return count == 8 ? front : nil }
        guard halves.count == 2, count < 8 else { return nil }
        return front + Array(repeating: 0, count: 8 - count) + read[1].compactMap { $0 }
    }

    /// The parts before and after `::`.
    private static func split(_ address: Substring) -> [Substring] {
        var rest = address
        var parts: [Substring] = []
        var index = rest.startIndex
        while index < rest.endIndex {
            let next = rest.index(after: index)
            if rest[index] == ":", next < rest.endIndex, rest[next] == ":" {
                parts.append(rest[..<index])
                rest = rest[rest.index(after: next)...]
                index = rest.startIndex
            } else {
                index = next
            }
        }
        return parts + [rest]
    }
}
