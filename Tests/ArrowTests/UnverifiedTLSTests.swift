import Testing

/// Nowhere in the house is a certificate, or its name, let through unseen.
struct UnverifiedTLSTests {
    /// What would: NIOSSL's two weaker ways, and a callback that decides instead of BoringSSL.
    ///
    /// `.none` is not said at all, so that none of them can hide behind another type's.
    private static func flaws(in file: String) -> [String] {
        SwiftSource.code(of: file)
            .matches(of: /\.none\b|\bnoHostnameVerification\b|\bcustomVerificationCallback\b/)
            .map { String($0.0) }
    }

    @Test func `T41 no certificate goes unverified in the house`() throws {
        let files = try ProjectTree.swiftFiles(under: "Sources")
        #expect(files.count > 100)
        for file in files {
            #expect(Self.flaws(in: file.text).isEmpty, "\(file.path)")
        }
    }

    @Test(arguments: [
        "tls.certificateVerification = .none",
        "tls.certificateVerification = .noHostnameVerification",
        "certificateVerification: .none,",
        "NIOSSLClientHandler(context: c, customVerificationCallback: f)",
    ])
    func `T41 code that lets a certificate through is noticed`(code: String) {
        #expect(Self.flaws(in: code).count == 1)
        #expect(Self.flaws(in: "// " + code).isEmpty)
    }
}
