/// A kind of picture, told by its first bytes.
enum ImageKind: Sendable, CaseIterable {
    case png
    case jpeg
    case gif

    init?(_ bytes: ArraySlice<UInt8>) {
        guard let kind = Self.allCases.first(where: { bytes.starts(with: $0.signature) }) else {
            return nil
        }
        self = kind
    }

    private var signature: [UInt8] {
        switch self {
        case .png: [0x89, 0x50, 0x4E, 0x47]
        case .jpeg: [0xFF, 0xD8, 0xFF]
        case .gif: [0x47, 0x49, 0x46, 0x38]
        }
    }
}
