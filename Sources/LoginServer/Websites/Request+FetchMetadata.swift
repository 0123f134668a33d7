import HTTPTypes
import HummingbirdCore

/// What a browser says of a request by itself: no page can write these fields (Fetch Metadata).
///
/// Browsers that say nothing, and what is no browser, are let through.
extension Request {
    /// Refuses what a page of another site fetches for a picture, a script or a frame of its own, and
    /// what a browser fetches before anybody wants to go there: it would change what this browser has
    /// under way, and nobody would see that (T3, T24).
    func checkIsForWindow() throws(EdgeError) {
        let uses = headers[values: .secFetchDest]
        guard uses.allSatisfy({ $0 == "document" }) else { throw .notForWindow }
        // `prefetch`, and `prefetch;prerender` with what a browser may add; older ones have it in `Purpose`.
        let purposes = headers[values: .secPurpose] + headers[values: .purpose]
        guard !purposes.contains(where: { $0.lowercased().hasPrefix("prefetch") }) else {
            throw .notForWindow
        }
    }

    /// Refuses, beside that, a window that another site's page sends here: only our own page ends or
    /// collects a website's login, or a person who types the address (T3).
    func checkIsFromOurPage() throws(EdgeError) {
        try checkIsForWindow()
        let sites = headers[values: .secFetchSite]
        guard sites.allSatisfy({ $0 == "same-origin" || $0 == "none" }) else { throw .csrf }
    }
}
