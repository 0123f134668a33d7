import GRDB

/// The schema, as the list of steps that led to it.
///
/// Append only: a step that has shipped never changes, and each runs in a transaction of its own.
enum Migrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: attempts, users, sessions") { db in
            try db.execute(sql: first)
        }
        migrator.registerMigration("2: human checks, pictures, recent logins") { db in
            try db.execute(sql: second)
        }
        migrator.registerMigration("3: ledger, caps") { db in
            try db.execute(sql: third)
        }
        migrator.registerMigration("4: audit log") { db in
            try db.execute(sql: fourth)
        }
        migrator.registerMigration("5: websites") { db in
            try db.execute(sql: fifth)
        }
        migrator.registerMigration("6: phone numbers, what a login was checked by") { db in
            try db.execute(sql: sixth)
        }
        migrator.registerMigration("7: how the phone came to a login") { db in
            try db.execute(sql: seventh)
        }
        return migrator
    }

    /// Times are milliseconds since 1970.
    ///
    /// BLOBs are SHA-256 digests: no secret lies in this file.
    private static let first = """
        CREATE TABLE user (
            id TEXT NOT NULL PRIMARY KEY,
            openid TEXT NOT NULL UNIQUE,
            unionid TEXT,
            role TEXT NOT NULL,
            nick_name TEXT NOT NULL,
            avatar_url TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE attempt (
            id TEXT NOT NULL PRIMARY KEY,
            chain TEXT NOT NULL,
            cookie BLOB NOT NULL UNIQUE,
            scene BLOB NOT NULL UNIQUE,
            address TEXT NOT NULL,
            user_agent TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            scene_expires_at INTEGER NOT NULL,
            cap_at INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('created', 'scanned', 'confirmed', 'redeemed',
                'cancelled', 'expired', 'superseded')),
            seq INTEGER NOT NULL,
            owner TEXT REFERENCES user (id) ON DELETE CASCADE,
            phone BLOB,
            nonce BLOB,
            scanned_at INTEGER,
            confirm_expires_at INTEGER,
            -- When the present state ends by itself; NULL once the attempt has ended.
            deadline INTEGER
        ) STRICT;
        CREATE INDEX attempt_due ON attempt (deadline) WHERE deadline IS NOT NULL;
        CREATE INDEX attempt_ended ON attempt (created_at) WHERE deadline IS NULL;

        CREATE TABLE phone_session (
            token BLOB NOT NULL PRIMARY KEY,
            user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX phone_session_expiry ON phone_session (expires_at);

        CREATE TABLE used_code (
            code BLOB NOT NULL PRIMARY KEY,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX used_code_expiry ON used_code (expires_at);

        CREATE TABLE browser_session (
            cookie BLOB NOT NULL PRIMARY KEY,
            user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX browser_session_seen ON browser_session (seen_at);
        """

    private static let second = """
        -- How the code was read last, and what the confirm must carry; NULL while not scanned.
        ALTER TABLE attempt ADD COLUMN launch INTEGER;
        ALTER TABLE attempt ADD COLUMN number INTEGER;

        -- From here on user.avatar_url holds the name of a picture below, or nothing.
        UPDATE user SET avatar_url = '';
        CREATE TABLE avatar (
            name TEXT NOT NULL PRIMARY KEY,
            user TEXT NOT NULL UNIQUE REFERENCES user (id) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            bytes BLOB NOT NULL
        ) STRICT;

        CREATE TABLE login (
            id TEXT NOT NULL PRIMARY KEY,
            user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            -- The digest of the session's cookie; the session itself may be gone.
            session BLOB NOT NULL,
            client_name TEXT NOT NULL,
            client_host TEXT NOT NULL,
            address TEXT NOT NULL,
            user_agent TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX login_user ON login (user, at);
        CREATE INDEX login_at ON login (at);
        """

    /// One row about the file itself: how often it changed, whose epoch it belongs to, and how many
    /// rows there are of each kind that has a cap.
    ///
    /// The counts are kept by triggers, in the transaction of the rows they count: to count a hundred
    /// thousand rows at every login would be dear.
    private static let third = """
        CREATE TABLE ledger (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            -- 0 in a file that was never served, -1 in a backup (T38).
            epoch INTEGER NOT NULL,
            -- Transactions that changed something.
            changes INTEGER NOT NULL,
            -- The clock when it was last served (T42).
            started_at INTEGER,
            boot TEXT,
            since_boot INTEGER,
            live_attempts INTEGER NOT NULL,
            ended_attempts INTEGER NOT NULL,
            phone_sessions INTEGER NOT NULL,
            used_codes INTEGER NOT NULL,
            browser_sessions INTEGER NOT NULL
        ) STRICT;
        INSERT INTO ledger SELECT 1, 0, 0, NULL, NULL, NULL,
            (SELECT count(*) FROM attempt WHERE deadline IS NOT NULL),
            (SELECT count(*) FROM attempt WHERE deadline IS NULL),
            (SELECT count(*) FROM phone_session),
            (SELECT count(*) FROM used_code),
            (SELECT count(*) FROM browser_session);

        CREATE TRIGGER attempt_comes AFTER INSERT ON attempt BEGIN
            UPDATE ledger SET
                live_attempts = live_attempts + (NEW.deadline IS NOT NULL),
                ended_attempts = ended_attempts + (NEW.deadline IS NULL);
        END;
        CREATE TRIGGER attempt_ends AFTER UPDATE OF deadline ON attempt
        WHEN (OLD.deadline IS NULL) <> (NEW.deadline IS NULL) BEGIN
            UPDATE ledger SET
                live_attempts = live_attempts
                    + (NEW.deadline IS NOT NULL) - (OLD.deadline IS NOT NULL),
                ended_attempts = ended_attempts
                    + (NEW.deadline IS NULL) - (OLD.deadline IS NULL);
        END;
        CREATE TRIGGER attempt_goes AFTER DELETE ON attempt BEGIN
            UPDATE ledger SET
                live_attempts = live_attempts - (OLD.deadline IS NOT NULL),
                ended_attempts = ended_attempts - (OLD.deadline IS NULL);
        END;
        CREATE TRIGGER phone_session_comes AFTER INSERT ON phone_session BEGIN
            UPDATE ledger SET phone_sessions = phone_sessions + 1;
        END;
        CREATE TRIGGER phone_session_goes AFTER DELETE ON phone_session BEGIN
            UPDATE ledger SET phone_sessions = phone_sessions - 1;
        END;
        CREATE TRIGGER used_code_comes AFTER INSERT ON used_code BEGIN
            UPDATE ledger SET used_codes = used_codes + 1;
        END;
        CREATE TRIGGER used_code_goes AFTER DELETE ON used_code BEGIN
            UPDATE ledger SET used_codes = used_codes - 1;
        END;
        CREATE TRIGGER browser_session_comes AFTER INSERT ON browser_session BEGIN
            UPDATE ledger SET browser_sessions = browser_sessions + 1;
        END;
        CREATE TRIGGER browser_session_goes AFTER DELETE ON browser_session BEGIN
            UPDATE ledger SET browser_sessions = browser_sessions - 1;
        END;

        CREATE INDEX browser_session_created ON browser_session (created_at);
        """

    /// Entries are in the order in which they were written, and go from the oldest end alone.
    private static let fourth = """
        CREATE TABLE audit (
            id INTEGER NOT NULL PRIMARY KEY,
            at INTEGER NOT NULL,
            code TEXT,
            what TEXT NOT NULL,
            reason TEXT,
            user TEXT,
            address TEXT,
            user_agent TEXT,
            launch INTEGER
        ) STRICT;
        CREATE INDEX audit_code ON audit (code) WHERE code IS NOT NULL;
        """

    /// Websites: what they are, what they asked for, what they were given.
    ///
    /// A website's request is JSON: it is looked up by nothing that is in it. Codes and access tokens
    /// are digests, and so are the secrets of clients; signing keys are encrypted.
    private static let fifth = """
        CREATE TABLE client (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            -- JSON arrays.
            redirect_uris TEXT NOT NULL,
            post_logout_redirect_uris TEXT NOT NULL,
            -- NULL for a public client.
            secret BLOB,
            is_proof_key_required INTEGER NOT NULL,
            is_pairwise INTEGER NOT NULL,
            number_matching TEXT NOT NULL,
            -- Scopes with spaces between them.
            shares TEXT NOT NULL,
            allows_refresh INTEGER NOT NULL,
            is_configured INTEGER NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE subject (
            user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            -- Empty for all websites that share one name of the user.
            sector TEXT NOT NULL,
            subject TEXT NOT NULL UNIQUE,
            PRIMARY KEY (user, sector)
        ) STRICT;

        -- Requests that wait for their browser's first code.
        CREATE TABLE parked (
            cookie BLOB NOT NULL PRIMARY KEY,
            chain TEXT NOT NULL,
            request TEXT NOT NULL,
            parked_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX parked_at ON parked (parked_at);
        -- How the phone comes to it: by the code, or by a link on the same device.
        ALTER TABLE attempt ADD COLUMN way TEXT NOT NULL DEFAULT 'code'
            CHECK (way IN ('code', 'link'));
        -- Then they wait here; NULL for a plain login.
        ALTER TABLE attempt ADD COLUMN request TEXT;
        -- And then here, until they have their answer.
        ALTER TABLE browser_session ADD COLUMN pending TEXT;
        -- The client's id and the scopes that its owner has agreed to, with spaces between them.
        ALTER TABLE browser_session ADD COLUMN consent TEXT;

        -- The login that made the session. Those from before logins were noted get a name too.
        ALTER TABLE browser_session ADD COLUMN login TEXT NOT NULL DEFAULT '';
        CREATE INDEX login_session ON login (session);
        UPDATE browser_session SET login = coalesce(
            (SELECT id FROM login WHERE login.session = browser_session.cookie),
            lower(hex(randomblob(8)))
        );
        DROP INDEX login_session;

        CREATE TABLE website_grant (
            id TEXT NOT NULL PRIMARY KEY,
            client TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
            user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            -- The digest of the session's cookie; the session itself may be gone.
            session BLOB NOT NULL,
            login TEXT NOT NULL,
            redirect_uri TEXT NOT NULL,
            -- With spaces between them.
            scopes TEXT NOT NULL,
            nonce TEXT,
            code_challenge TEXT,
            authenticated_at INTEGER NOT NULL,
            code BLOB NOT NULL UNIQUE,
            code_expires_at INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('issued', 'redeemed', 'revoked')),
            token BLOB,
            token_expires_at INTEGER,
            -- Whether it may outlive its session.
            is_offline INTEGER NOT NULL,
            -- The digests of the halves of its refresh tokens: what they share, the other half of the
            -- newest, and of the one that was exchanged last.
            refresh_family BLOB,
            refresh_turn BLOB,
            exchanged_turn BLOB,
            exchanged_at INTEGER,
            refresh_expires_at INTEGER,
            -- What the newest access token is for.
            token_scopes TEXT,
            -- When nothing of it can be used any more.
            forgettable_at INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX website_grant_token ON website_grant (token) WHERE token IS NOT NULL;
        CREATE UNIQUE INDEX website_grant_refresh ON website_grant (refresh_family)
            WHERE refresh_family IS NOT NULL;
        CREATE INDEX website_grant_session ON website_grant (session) WHERE is_offline = 1;
        CREATE INDEX website_grant_client ON website_grant (client);
        CREATE INDEX website_grant_user ON website_grant (user);
        CREATE INDEX website_grant_end ON website_grant (forgettable_at);

        CREATE TABLE signing_key (
            kid TEXT NOT NULL PRIMARY KEY,
            published_at INTEGER NOT NULL,
            sealed BLOB NOT NULL
        ) STRICT;

        ALTER TABLE ledger ADD COLUMN parked_requests INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ledger ADD COLUMN grants INTEGER NOT NULL DEFAULT 0;
        CREATE TRIGGER parked_comes AFTER INSERT ON parked BEGIN
            UPDATE ledger SET parked_requests = parked_requests + 1;
        END;
        CREATE TRIGGER parked_goes AFTER DELETE ON parked BEGIN
            UPDATE ledger SET parked_requests = parked_requests - 1;
        END;
        CREATE TRIGGER website_grant_comes AFTER INSERT ON website_grant BEGIN
            UPDATE ledger SET grants = grants + 1;
        END;
        CREATE TRIGGER website_grant_goes AFTER DELETE ON website_grant BEGIN
            UPDATE ledger SET grants = grants - 1;
        END;
        """

    /// What a phone's owner showed of themselves beyond their openid.
    private static let sixth = """
        -- E.164, as WeChat said it; NULL until the owner gave it.
        ALTER TABLE user ADD COLUMN phone_number TEXT;
        -- The strictest rule about numbers that the session's login has met.
        ALTER TABLE browser_session ADD COLUMN number_matching TEXT NOT NULL DEFAULT 'off';
        """

    /// A website may ask more of a login that came by a link.
    private static let seventh = """
        ALTER TABLE browser_session ADD COLUMN way TEXT NOT NULL DEFAULT 'code'
            CHECK (way IN ('code', 'link'));
        ALTER TABLE website_grant ADD COLUMN way TEXT NOT NULL DEFAULT 'code'
            CHECK (way IN ('code', 'link'));
        """
}
