/// The kinds of fields that a subscribe message may have; a field's name begins with its kind.
///
/// WeChat page api_sendmessage, "parameter value limits".
enum SubscribeField: String, CaseIterable, Sendable {
    // Longer names first: `phone_number` must not be taken for another kind.
    case characterString = "character_string"
    case phoneNumber = "phone_number"
    case carNumber = "car_number"
    case number
    case letter
    case symbol
    case phrase
    case amount
    case thing
    case name
    case date
    case time

    /// The most characters a value of this kind may have.
    private func lengthMax(_ value: String) -> Int {
        switch self {
        case .thing, .date, .time, .amount: 20
        case .number, .letter, .characterString: 32
        case .phrase, .symbol: 5
        // Ten Chinese characters, or twenty Latin letters.
        case .name: value.unicodeScalars.allSatisfy(\.isASCII) ? 20 : 10
        case .phoneNumber: 17
        case .carNumber: 8
        }
    }

    private func accepts(_ value: String) -> Bool {
        let scalars = value.unicodeScalars
        guard scalars.count <= lengthMax(value) else { return false }
        switch self {
        case .number: return Double(value) != nil
        case .letter: return scalars.allSatisfy { $0.isASCII && $0.properties.isAlphabetic }
        case .characterString: return scalars.allSatisfy(\.isASCII)
        case .phrase: return scalars.allSatisfy { $0.properties.isIdeographic }
        case .thing, .symbol, .amount, .name, .date, .time, .phoneNumber, .carNumber: return true
        }
    }

    /// Refuses the first field that is not what its name says; WeChat names it.
    static func check(_ data: JSON?) throws(WeChatError) {
        guard let fields = data?.members else { throw .invalidArgument("data") }
        for field in fields {
            guard let value = field.value["value"]?.string, !value.isEmpty else {
                throw .emptyArgument("data.\(field.name).value")
            }
            guard let kind = allCases.first(where: { field.name.hasPrefix($0.rawValue) }),
                kind.accepts(value)
            else { throw .invalidArgument("data.\(field.name).value") }
        }
    }
}
