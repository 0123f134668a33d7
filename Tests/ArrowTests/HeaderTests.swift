import Testing

/// Every room opens with a page: what it owns, what it does not, who calls it.
struct HeaderTests {
    @Test func `every room has one header page`() throws {
        for folder in try ProjectTree.roomFolders()
        where HousePlan.room(folder.name)?.kind == .room {
            let pages = folder.files.filter { Self.isHeaderPage($0.text) }.map(\.path)
            #expect(pages.count == 1, "\(folder.name): \(pages)")
        }
    }

    @Test(
        arguments: [
            ("/// Logins.\n///\n/// Owns: a.\n/// Does not own: b.\n/// Called by: c.\n", true),
            ("/// Logins.\n///\n/// Owns: a.\n/// Called by: c.\n", false),
            ("let text = \"Owns: a. Does not own: b. Called by: c.\"\n", false),
            ("/// Logins.\n", false),
        ])
    func `a header page is told by its three words`(text: String, isPage: Bool) {
        #expect(Self.isHeaderPage(text) == isPage)
    }

    private static func isHeaderPage(_ text: String) -> Bool {
        ["Owns:", "Does not own:", "Called by:"].allSatisfy { word in
            text.split(separator: "\n").contains { $0.hasPrefix("/// \(word)") }
        }
    }
}
