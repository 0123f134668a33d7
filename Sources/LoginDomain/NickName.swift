/// A name that a person typed for themselves: hostile until it has passed here (T26).
package struct NickName: Sendable, Equatable {
    package let text: String

    /// Grapheme clusters: what a person calls letters.
    package static let lettersMax = 64
    /// Code points in one of them; the longest emoji in use have ten.
    package static let scalarsPerLetterMax = 10

    /// Why a name is refused.
    package enum Flaw: Error, Sendable, Equatable {
        case tooLong
        case spaceAtTheEnds
        /// It holds something that is not seen or changes how the rest is seen.
        case invisible
        /// A letter with more marks on it than any language has.
        case overloaded

        /// A sentence for the person.
        package var reason: String {
            switch self {
            case .tooLong: "The nickname may have at most \(NickName.lettersMax) letters."
            case .spaceAtTheEnds: "The nickname must not begin or end with a space."
            case .invisible:
                "The nickname must not hold line breaks, control or invisible characters."
            case .overloaded: "The nickname holds a letter with too many marks."
            }
        }
    }

    /// Takes a name in Unicode's composed form (NFC); the empty one says: no name.
    ///
    /// Nothing is repaired: what a person sees as their name is what they typed, or it is refused.
    package init(composed text: String) throws(Flaw) {
        guard text.count <= Self.lettersMax else { throw .tooLong }
        if let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
            first.properties.isWhitespace || last.properties.isWhitespace
        {
            throw .spaceAtTheEnds
        }
        if let first = text.unicodeScalars.first, Self.isMark(first) { throw .invisible }
        for letter in text {
            let scalars = Array(letter.unicodeScalars)
            guard scalars.count <= Self.scalarsPerLetterMax else { throw .overloaded }
            for (index, scalar) in scalars.enumerated() {
                if Self.isGlue(scalar, at: index, in: scalars) { continue }
                guard Self.isVisible(scalar) else { throw .invisible }
            }
        }
        self.text = text
    }

    /// Whether a code point is one of the two invisible ones that emoji are put together with, in a
    /// place where it does that.
    ///
    /// Elsewhere they would make two names that look the same.
    private static func isGlue(
        _ scalar: Unicode.Scalar,
        at index: Int,
        in letter: [Unicode.Scalar]
    ) -> Bool {
        let isEmoji = letter[0].properties.isEmoji
        // Digits are emoji too, as far as they stand on a key.
        let isKey = letter.count == 3 && letter[2] == "\u{20E3}"
        let isPicture = letter[0].value >= 0xA9
        switch scalar {
        case "\u{FE0F}": return isEmoji && (isPicture || isKey)
        case "\u{200D}":
            return isEmoji && isPicture && index + 1 < letter.count
                && letter[index + 1].properties.isEmoji
        default: return false
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        // Bidirectional overrides, joiners, fillers, soft hyphens.
        if properties.isDefaultIgnorableCodePoint || properties.isBidiControl { return false }
        // A blank that is no space: braille without a dot.
        if scalar == "\u{2800}" { return false }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            return false
        case .spaceSeparator:
            return scalar == " " || scalar == "\u{3000}"
        default:
            return true
        }
    }
}
