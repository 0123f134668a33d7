extension World {
    /// Remembers a code under a new id.
    ///
    /// A code never expires.
    mutating func addCode(
        appid: String,
        path: String,
        scene: String,
        version: EnvironmentVersion
    ) -> String {
        let id = dice.text(16, of: .alphanumeric)
        codes.set(id, to: CodeRecord(appid: appid, path: path, scene: scene, version: version))
        return id
    }

    /// The id in what a code says, or nil when it is not one of a mock's codes.
    package static func codeID(in text: String) -> String? {
        guard let range = text.range(ofASCII: "/_mock/c/") else { return nil }
        let id = text[range.upperBound...]
        guard !id.isEmpty, id.utf8.allSatisfy(Set(Alphabet.alphanumeric.letters).contains) else {
            return nil
        }
        return String(id)
    }
}

extension String {
    /// The last place of some ASCII letters in the text.
    fileprivate func range(ofASCII part: String) -> Range<Index>? {
        var start = endIndex
        while start > startIndex {
            start = index(before: start)
            if self[start...].hasPrefix(part) {
                return start..<index(start, offsetBy: part.count)
            }
        }
        return nil
    }
}
