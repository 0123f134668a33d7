/// What other websites ask of us and are told, as a pure function of bytes, keys and time.
///
/// Owns: how requests to `/authorize`, `/token`, `/userinfo`, `/end_session` and `/revoke` are read
/// and judged, PKCE, ID tokens, the key ring, discovery.
/// Does not own: HTTP, rows, who is logged in, the dice and the clock. It never decides that
/// somebody is logged in: that is what an attempt is for.
/// Called by: `LoginService`, `LoginServer`, and the program for its keys.
///
/// Sources: OpenID Connect Core 1.0, Discovery 1.0, RP-Initiated Logout 1.0; RFC 6749, 6750, 7009,
/// 7515, 7517, 7636, 7638, 9207, 9700.
