// One table for reading and writing, so that the two cannot part.

extension WorldSwitches {
    private enum Field {
        case flag(any WritableKeyPath<WorldSwitches, Bool> & Sendable)
        case seconds(any WritableKeyPath<WorldSwitches, Int64> & Sendable)
        /// A number of WeChat's, out of those that are thinkable.
        case errcode(any WritableKeyPath<WorldSwitches, Int> & Sendable, [Int])
    }

    private static let fields: [(name: String, field: Field)] = [
        ("forced_refresh_overlap_s", .seconds(\.forcedRefreshOverlapSeconds)),
        ("early_force_is_refused", .flag(\.refusesEarlyForce)),
        ("garbage_token_errcode", .errcode(\.garbageTokenErrcode, [40001, 40014])),
        ("unknown_members_are_ignored", .flag(\.ignoresUnknownMembers)),
        ("numbers_may_be_text", .flag(\.takesNumbersAsText)),
        ("odd_widths_are_refused", .flag(\.refusesOddWidths)),
        ("unreleased_errcode", .errcode(\.unreleasedErrcode, [40066, 41030])),
        ("unchecked_pages_errcode", .errcode(\.uncheckedPagesErrcode, [45029, 41030, 45009])),
        ("codes_per_minute_errcode", .errcode(\.codesPerMinuteErrcode, [45009, 45011])),
        ("foreign_code_errcode", .errcode(\.foreignCodeErrcode, [40029, 40013])),
        ("failed_exchange_spends_code", .flag(\.failedExchangeSpendsCode)),
        ("allow_list_on_code2session", .flag(\.allowListOnCode2session)),
        ("allow_list_before_secret", .flag(\.checksAllowListFirst)),
        ("get_calls_accept_post", .flag(\.getCallsAcceptPost)),
        ("secret_reset_ends_tokens", .flag(\.secretResetEndsTokens)),
        ("session_key_lifetime_s", .seconds(\.sessionKeyLifetimeSeconds)),
        ("session_key_refresh_gap_s", .seconds(\.sessionKeyRefreshGapSeconds)),
        ("quota_get_shows_rate_limit", .flag(\.quotaShowsRate)),
    ]

    private static let errcodeRange = -1_000_000...1_000_000_000

    init(reading reader: SourceReader) throws(DescriptionError) {
        let others = [
            "image_content_type", "errcodes_without_rid", "errcodes_with_comma", "errmsg",
        ]
        let members = try reader.members(Self.fields.map(\.name) + others)
        self.init()
        for (name, field) in Self.fields {
            guard let reader = members[name] else { continue }
            switch field {
            case .flag(let path): self[keyPath: path] = try reader.bool()
            case .seconds(let path):
                self[keyPath: path] = Int64(try reader.integer(0...315_360_000))
            case .errcode(let path, let choices):
                let code = try reader.integer(Self.errcodeRange)
                guard choices.contains(code) else {
                    throw reader.wrong(choices.map(String.init).joined(separator: " or "))
                }
                self[keyPath: path] = code
            }
        }
        imageContentType =
            try members["image_content_type"]?.text(countMax: 128) ?? imageContentType
        errcodesWithoutRequestID =
            try members["errcodes_without_rid"]?.integers(Self.errcodeRange)
            ?? errcodesWithoutRequestID
        errcodesWithComma =
            try members["errcodes_with_comma"]?.integers(Self.errcodeRange) ?? errcodesWithComma
        for (name, reader) in try members["errmsg"]?.map() ?? [] {
            guard let code = Int(name), Self.errcodeRange.contains(code) else {
                throw reader.wrong("a number of WeChat's as the name of the text")
            }
            texts.append(Text(errcode: code, text: try reader.text()))
        }
    }

    var json: JSON {
        var members = Self.fields.map { name, field in
            switch field {
            case .flag(let path): JSONMember(name, .bool(self[keyPath: path]))
            case .seconds(let path): JSONMember(name, .integer(Int(self[keyPath: path])))
            case .errcode(let path, _): JSONMember(name, .integer(self[keyPath: path]))
            }
        }
        members += [
            JSONMember("image_content_type", .string(imageContentType)),
            JSONMember(
                "errcodes_without_rid",
                .array(errcodesWithoutRequestID.map { .integer($0) })
            ),
            JSONMember("errcodes_with_comma", .array(errcodesWithComma.map { .integer($0) })),
            JSONMember(
                "errmsg",
                .object(texts.map { JSONMember(String($0.errcode), .string($0.text)) })
            ),
        ]
        return .object(members)
    }
}
