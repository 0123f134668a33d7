extension Ledger {
    /// Switches.
    static let switches: [LedgerRule] = [
        LedgerRule(
            "switch.forced_refresh_overlap_s",
            "Switch forced_refresh_overlap_s: how long the old stable token works after a forced refresh; 0 unless given",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.forced_refresh_overlap_s"
        ),
        LedgerRule(
            "switch.early_force_is_refused",
            "Switch early_force_is_refused: a forced refresh too soon answers 45009 instead of the current token",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.early_force_is_refused"
        ),
        LedgerRule(
            "switch.image_content_type",
            "Switch image_content_type: the type of pictures",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.image_content_type"
        ),
        LedgerRule(
            "switch.errcodes_without_rid",
            "Switch errcodes_without_rid: numbers whose text has no request id; 43002 unless given",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.errcodes_without_rid"
        ),
        LedgerRule(
            "switch.errcodes_with_comma",
            "Switch errcodes_with_comma: numbers with a comma before the request id everywhere",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.errcodes_with_comma"
        ),
        LedgerRule(
            "switch.errmsg",
            "Switch errmsg: texts of the team's own",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.errmsg"
        ),
        LedgerRule(
            "switch.garbage_token_errcode",
            "Switch garbage_token_errcode: what an unknown token answers: 40001 unless given, or 40014",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.garbage_token_errcode"
        ),
        LedgerRule(
            "switch.unknown_members_are_ignored",
            "Switch unknown_members_are_ignored: bodies with unknown members are taken",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.unknown_members_are_ignored"
        ),
        LedgerRule(
            "switch.numbers_may_be_text",
            "Switch numbers_may_be_text: numbers in bodies may be text",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.numbers_may_be_text"
        ),
        LedgerRule(
            "switch.odd_widths_are_refused",
            "Switch odd_widths_are_refused: widths outside of 280 to 1280 answer 40097",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.odd_widths_are_refused"
        ),
        LedgerRule(
            "switch.unreleased_errcode",
            "Switch unreleased_errcode: what check_path false answers for an app that is not released: 40066 unless given, or 41030",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.unreleased_errcode"
        ),
        LedgerRule(
            "switch.unchecked_pages_errcode",
            "Switch unchecked_pages_errcode: what too many unchecked pages answer: 45029 unless given, 41030 or 45009",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.unchecked_pages_errcode"
        ),
        LedgerRule(
            "switch.codes_per_minute_errcode",
            "Switch codes_per_minute_errcode: what too many codes a minute answer: 45009 unless given, or 45011",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.codes_per_minute_errcode"
        ),
        LedgerRule(
            "switch.foreign_code_errcode",
            "Switch foreign_code_errcode: what another app's js_code answers: 40029 unless given, or 40013",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.foreign_code_errcode"
        ),
        LedgerRule(
            "switch.failed_exchange_spends_code",
            "Switch failed_exchange_spends_code: a wrong secret spends the js_code",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.failed_exchange_spends_code"
        ),
        LedgerRule(
            "switch.allow_list_on_code2session",
            "Switch allow_list_on_code2session: the allow list of addresses holds for jscode2session too",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.allow_list_on_code2session"
        ),
        LedgerRule(
            "switch.allow_list_before_secret",
            "Switch allow_list_before_secret: the allow list is asked before the secret is compared",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.allow_list_before_secret"
        ),
        LedgerRule(
            "switch.get_calls_accept_post",
            "Switch get_calls_accept_post: GET calls take POST too",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.get_calls_accept_post"
        ),
        LedgerRule(
            "switch.secret_reset_ends_tokens",
            "Switch secret_reset_ends_tokens: a new secret ends the tokens of the old one",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.secret_reset_ends_tokens"
        ),
        LedgerRule(
            "switch.session_key_lifetime_s",
            "Switch session_key_lifetime_s: how long a session_key lives after its last use; 259,200 s unless given",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.session_key_lifetime_s"
        ),
        LedgerRule(
            "switch.session_key_refresh_gap_s",
            "Switch session_key_refresh_gap_s: how soon after the last key a login replaces it; 300 s unless given",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.session_key_refresh_gap_s"
        ),
        LedgerRule(
            "switch.quota_get_shows_rate_limit",
            "Switch quota_get_shows_rate_limit: quota/get shows rate_limit; it does unless told not to",
            .assumed,
            source: "Uncertain in WeChat's documents",
            date: "2026-11",
            where: "world file, switches.quota_get_shows_rate_limit"
        ),
    ]
}
