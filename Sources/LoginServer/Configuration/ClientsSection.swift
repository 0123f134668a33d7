import Foundation
import LoginDomain
import LoginService
import Yams

/// The part of a configuration file that names websites.
///
///     clients:
///       - id: shop
///         name: Shop
///         redirect_uris: [https://shop.example/callback]
///         secret_file: /run/secrets/shop
struct ClientsSection {
    /// The names that a website's part may have.
    private enum Word: String, CaseIterable {
        case id
        case name
        case redirectURIs = "redirect_uris"
        case postLogoutRedirectURIs = "post_logout_redirect_uris"
        case secret
        case secretFile = "secret_file"
        case isPublic = "public"
        case proofKey = "pkce"
        case isPairwise = "pairwise"
        case numberMatching = "number_matching"
        case shares
        case allowsRefresh = "refresh_tokens"
    }

    static let name = "clients"
    /// A shorter one has been thought of by somebody (T36).
    static let secretCharactersMin = 32

    private let file: String
    private let allowsLoopback: Bool
    private(set) var parties: [RelyingParty] = []
    /// What is wrong, a line each.
    private(set) var problems: [String] = []
    /// What an operator should know of the files that secrets lie in, a line each.
    private(set) var warnings: [String] = []

    init(_ node: Node, file: String, allowsLoopback: Bool) {
        self.file = file
        self.allowsLoopback = allowsLoopback
        guard let list = node.sequence else {
            problems.append("\(place(node)): \(Self.name) must be a list of websites.")
            return
        }
        for entry in list { read(entry) }
    }

    private func place(_ node: Node) -> String {
        node.mark.map { "\(file):\($0.line)" } ?? file
    }

    private mutating func read(_ entry: Node) {
        guard let mapping = entry.mapping else {
            problems.append("\(place(entry)): a website is a list of names and values.")
            return
        }
        var values: [Word: Node] = [:]
        var flaws: [String] = []
        for (key, value) in mapping {
            guard let word = Word(rawValue: key.string ?? "") else {
                flaws.append("\(key.string ?? "?") is nothing that a website has.")
                continue
            }
            values[word] = value
        }
        let id = text(values, .id, &flaws)
        let who = "\(place(entry)): \(Self.name): \(id.map { String($0.prefix(64)) } ?? "?")"
        let party = flaws.isEmpty ? draft(values, id, &flaws).flatMap { judge($0, &flaws) } : nil
        problems += flaws.map { "\(who): \($0)" }
        guard let party, flaws.isEmpty else { return }
        guard !parties.contains(where: { $0.id == party.id }) else {
            problems.append("\(who): the id is there twice.")
            return
        }
        parties.append(party)
    }

    private func judge(_ draft: ClientDraft, _ flaws: inout [String]) -> RelyingParty? {
        do {
            // It gets the moment it came when it is written down.
            return try draft.judged(allowsLoopback: allowsLoopback, in: .file, at: .earliest)
        } catch {
            flaws += error.lines
            return nil
        }
    }

    private mutating func draft(
        _ values: [Word: Node],
        _ id: String?,
        _ flaws: inout [String]
    ) -> ClientDraft? {
        guard let id = id.flatMap({ RelyingPartyID(text: $0) }) else {
            flaws.append("id must be 3 to 64 of A-Z, a-z, 0-9, - and _.")
            return nil
        }
        // `clients show -shop` would be an option.
        if id.text.hasPrefix("-") { flaws.append("id must not begin with -.") }
        let isPublic = flag(values, .isPublic, &flaws)
        let secret = flaws.isEmpty ? secret(values, isPublic: isPublic, &flaws) : nil
        var draft = ClientDraft(
            id: id,
            name: text(values, .name, &flaws) ?? "",
            redirectURIs: texts(values, .redirectURIs, &flaws),
            postLogoutRedirectURIs: texts(values, .postLogoutRedirectURIs, &flaws),
            secret: secret.map { clientSecretDigest(of: $0) }
        )
        switch text(values, .proofKey, &flaws) {
        case nil, "required": break
        case "optional": draft.isProofKeyRequired = false
        default: flaws.append("pkce must be required or optional.")
        }
        draft.isPairwise = flag(values, .isPairwise, &flaws)
        if let word = text(values, .numberMatching, &flaws) {
            if let matching = NumberMatching(rawValue: word) {
                draft.numberMatching = matching
            } else {
                let words = NumberMatching.allCases.map(\.rawValue).joined(separator: ", ")
                flaws.append("number_matching must be one of \(words).")
            }
        }
        draft.shares = shares(values, &flaws)
        draft.allowsRefresh = flag(values, .allowsRefresh, &flaws)
        draft.isConfigured = true
        return flaws.isEmpty ? draft : nil
    }

    private func shares(_ values: [Word: Node], _ flaws: inout [String]) -> Set<OpenIDScope> {
        guard let node = values[.shares] else { return [] }
        let words = node.sequence.map { $0.map { $0.scalar?.string ?? "" } } ?? [""]
        let shares = words.compactMap { OpenIDScope(sharing: $0) }
        if shares.count < words.count {
            flaws.append("shares must be a list of \(OpenIDScope.sharedNames).")
        }
        return Set(shares)
    }

    /// The secret; nil for a public website, and for one that has none that will do.
    private mutating func secret(
        _ values: [Word: Node],
        isPublic: Bool,
        _ flaws: inout [String]
    ) -> String? {
        let direct = text(values, .secret, &flaws)
        let path = text(values, .secretFile, &flaws)
        guard flaws.isEmpty else { return nil }
        switch (direct, path, isPublic) {
        case (nil, nil, true):
            return nil
        case (let secret?, nil, false):
            warn(SecretFile.warning(file, "The configuration file with a website's secret,"))
            return judged(secret, &flaws)
        case (nil, let path?, false):
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                flaws.append("secret_file: \(path) cannot be read.")
                return nil
            }
            warn(SecretFile.warning(path, "The secret_file"))
            return judged(text.trimmingCharacters(in: .whitespacesAndNewlines), &flaws)
        default:
            flaws.append("one of secret, secret_file and public: true is needed, and only one.")
            return nil
        }
    }

    private mutating func warn(_ line: String?) {
        // Several websites may have theirs in one file.
        guard let line, !warnings.contains(line) else { return }
        warnings.append(line)
    }

    private func judged(_ secret: String, _ flaws: inout [String]) -> String? {
        guard secret.utf8.count >= Self.secretCharactersMin,
            secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            flaws.append(
                "the secret must have at least \(Self.secretCharactersMin) characters of ASCII, such "
                    + "as 'openssl rand -hex 32' prints."
            )
            return nil
        }
        // RFC 6749 section 2.3.1 has clients encode it for the Basic scheme, and many do not.
        guard secret.utf8.allSatisfy(Unreserved.contains) else {
            flaws.append(
                "the secret must be of A-Z, a-z, 0-9, -, ., _ and ~ alone: not every website's "
                    + "library encodes other characters. 'openssl rand -hex 32' prints a good one."
            )
            return nil
        }
        return secret
    }

    // MARK: - Values

    private func text(
        _ values: [Word: Node],
        _ word: Word,
        _ flaws: inout [String]
    ) -> String? {
        guard let node = values[word] else { return nil }
        guard let scalar = node.scalar, [Tag(.str), Tag(.int)].contains(node.tag) else {
            flaws.append("\(word.rawValue) must be a text in quotes.")
            return nil
        }
        return scalar.string
    }

    private func texts(
        _ values: [Word: Node],
        _ word: Word,
        _ flaws: inout [String]
    ) -> [String] {
        guard let node = values[word] else { return [] }
        let texts = node.sequence.map { $0.map { $0.tag == Tag(.str) ? $0.scalar?.string : nil } }
        guard let texts, !texts.contains(nil) else {
            flaws.append("\(word.rawValue) must be a list of addresses.")
            return []
        }
        return texts.compactMap { $0 }
    }

    private func flag(
        _ values: [Word: Node],
        _ word: Word,
        _ flaws: inout [String]
    ) -> Bool {
        guard let node = values[word] else { return false }
        guard let flag = node.bool else {
            flaws.append("\(word.rawValue) must be true or false.")
            return false
        }
        return flag
    }
}
