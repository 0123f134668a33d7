import GRDB
import LoginStoreSQLite
import Testing

/// No look-up of a login reads a whole table, and none of a website.
struct QueryPlanTests {
    @Test(arguments: [
        "SELECT * FROM parked WHERE cookie = x'00'",
        "DELETE FROM parked WHERE rowid IN (SELECT rowid FROM parked WHERE parked_at < 1 LIMIT 2)",
        "SELECT * FROM website_grant WHERE code = x'00'",
        "SELECT * FROM website_grant WHERE token = x'00'",
        "SELECT * FROM website_grant WHERE refresh_family = x'00'",
        """
        UPDATE website_grant SET state = 'revoked'
        WHERE session = x'00' AND is_offline = 1 AND state <> 'revoked'
        """,
        """
        SELECT id, (SELECT max(refresh_expires_at) FROM website_grant
            WHERE website_grant.session = login.session AND is_offline = 1)
        FROM login WHERE user = 'u'
        """,
        "SELECT session FROM login WHERE id = 'l'",
        "SELECT openid, unionid FROM user WHERE id = 'u'",
        """
        DELETE FROM website_grant WHERE rowid IN
            (SELECT rowid FROM website_grant WHERE forgettable_at < 1 LIMIT 2)
        """,
        """
        UPDATE website_grant SET state = 'revoked' WHERE id IN (
            SELECT id FROM website_grant INDEXED BY website_grant_user
            WHERE user = 'u' AND client = 'c' AND is_offline = 1 AND state <> 'revoked' AND id <> 'i'
            ORDER BY code_expires_at DESC, id DESC LIMIT -1 OFFSET 9)
        """,
        "UPDATE website_grant SET state = 'revoked' WHERE client = 'c' AND state <> 'revoked'",
        "DELETE FROM website_grant WHERE client = 'c'",
        "DELETE FROM website_grant WHERE user = 'u'",
        "SELECT * FROM client WHERE id = 'c'",
        "SELECT subject FROM subject WHERE user = 'u' AND sector = ''",
        "SELECT max(parked_at) FROM parked",
    ])
    func `each look-up of a website's rows goes by an index`(sql: String) async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            try SQLiteLoginStore(path: path).close()
            let raw = try RawDatabase(path: path)
            let plan = try raw.rows("EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }
            try raw.close()
            #expect(!plan.isEmpty)
            for step in plan where step.hasPrefix("SCAN") {
                // The rows of a list that was just made are no table.
                #expect(step.contains("USING"), "\(plan)")
            }
        }
    }
}
