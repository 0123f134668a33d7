/// One thing that was said between a person and a server, for the transcript.
package struct Exchange: Sendable, Equatable {
    /// Who spoke: a browser or a phone by its name, or a server when it pushed.
    package var from: String
    package var to: String
    /// The call (`POST /mp/scan`) or the pushed message (`push scanned`).
    package var what: String
    /// The outcome in a few words: `200`, `410 scene_unavailable`, `no connection`.
    package var outcome: String
    /// How long the answer took; nil for a push.
    package var milliseconds: Int?
    /// What went out and came back, one line each, secrets shortened.
    package var details: [String]

    package init(
        from: String,
        to: String,
        what: String,
        outcome: String,
        milliseconds: Int? = nil,
        details: [String] = []
    ) {
        self.from = from
        self.to = to
        self.what = what
        self.outcome = outcome
        self.milliseconds = milliseconds
        self.details = details
    }
}
