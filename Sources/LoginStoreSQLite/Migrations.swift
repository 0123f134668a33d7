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
}
