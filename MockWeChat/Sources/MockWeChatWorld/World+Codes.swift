import Crypto
import FoundationEssentials

extension World {
    /// Remembers a code under its id.
    ///
    /// The same order always has the same id, as the real service draws the same picture for it; so a
    /// picture can be cached, and it means the same in every run with the seed. A code never expires.
    mutating func addCode(_ code: CodeRecord, at now: Moment) -> String {
        let id = codeID(of: code)
        codes.set(id, to: code)
        recentCodes.removeAll { $0.id == id }
        recentCodes.append((id, now))
        if recentCodes.count > WorldLimits.recentCodesMax { recentCodes.removeFirst() }
        return id
    }

    /// The codes made last, the newest first, for the virtual phone to pick from.
    package func codesJSON(at now: Moment) -> JSON {
        let list = recentCodes.reversed().compactMap { id, at -> JSON? in
            guard let code = codes[id] else { return nil }
            return [
                "id": .string(id),
                "appid": .string(code.appid),
                "path": .string(code.path),
                "scene": .string(code.scene),
                "env_version": .string(code.version.rawValue),
                "at": .string(at.iso8601),
            ]
        }
        return ["now": .string(now.iso8601), "codes": .array(list)]
    }

    /// The picture of a code that is there, for people to see.
    package func picture(ofCode id: String, publicURL: String) throws(ControlError) -> PictureOrder
    {
        guard codes[id] != nil else { throw .codeUnknown(id) }
        return PictureOrder(
            text: "\(publicURL)/_mock/c/\(id)",
            width: WorldLimits.pictureWidth.lowerBound,
            red: 0,
            green: 0,
            blue: 0,
            transparent: false
        )
    }

    private func codeID(of code: CodeRecord) -> String {
        let words = [
            String(description.seed), code.appid, code.path, code.scene, code.version.rawValue,
            code.kind.rawValue,
        ]
        let digest = SHA256.hash(data: Array(words.joined(separator: "\u{0}").utf8))
        let letters = Alphabet.alphanumeric.letters
        // Fifteen letters fit into a Swift string without a heap of its own: 89 bits are plenty.
        let id = digest.prefix(15).map { letters[Int($0) % letters.count] }
        return String(decoding: id, as: UTF8.self)
    }

    /// The id in what a code says, or nil when it is not one of a mock's codes.
    package static func codeID(in text: String) -> String? {
        let mark = "/_mock/c/".utf8
        // It begins behind the last mark there is, and has no slash of its own.
        let id = text.utf8.reversed().prefix { $0 != mark.last }.reversed()
        guard !id.isEmpty, text.utf8.dropLast(id.count).suffix(mark.count).elementsEqual(mark),
            id.allSatisfy(Alphabet.alphanumeric.letters.contains)
        else { return nil }
        return String(decoding: id, as: UTF8.self)
    }
}
