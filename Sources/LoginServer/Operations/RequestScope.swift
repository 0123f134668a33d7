package import Logging

/// Which request is being answered: every line that is logged meanwhile carries its id.
package enum RequestScope {
    @TaskLocal static var id: String?

    /// Puts the id of the request into log lines.
    package static let metadata = Logger.MetadataProvider {
        id.map { ["request": "\($0)"] } ?? [:]
    }
}
