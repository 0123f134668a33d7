/// The letters that a random text is made of.
struct Alphabet: Sendable {
    let letters: [UInt8]

    private init(_ letters: String) {
        self.letters = Array(letters.utf8)
    }

    static let hex = Alphabet("0123456789abcdef")
    static let alphanumeric = Alphabet(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    )
    static let base64URL = Alphabet(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )
    /// What the Host of a request may have to stand in a URL.
    static let authority = Alphabet(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:[]"
    )
}
