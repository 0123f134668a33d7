// Texts of a few hundred bytes are looked through all the time; as characters, that would take most of it.
extension [UInt8] {
    /// Where some letters end that occur here; nil where they do not.
    func end(of part: String) -> Int? {
        let part = part.utf8
        guard let first = part.first, count >= part.count else { return nil }
        for start in 0...(count - part.count) where self[start] == first {
            let end = start + part.count
            if self[start..<end].elementsEqual(part) { return end }
        }
        return nil
    }

    /// What stands between some letters and the next quotation mark; nil where they do not occur.
    func text(after part: String) -> String? {
        end(of: part).map { start in
            String(decoding: self[start...].prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
        }
    }
}
