//! The tables of the role `identity`, by the migrations that make them.

use crate::SealedColumn;
use crate::sqlite::{Migration, Schema};

/// What an identity provider keeps.
pub static SCHEMA: Schema = Schema {
    role: "identity",
    migrations: &[PROTOCOL, PEOPLE, SIGNING_KEYS, SESSIONS, API_KEYS, EXTERNALS, APPS],
    sealed: &[PASSWORD, AUTHENTICATOR, OFFERED, SIGNING_KEY],
};

/// Hashes of passwords.
pub(super) const PASSWORD: SealedColumn = of_accounts("password");
/// What authenticator apps share with this house.
pub(super) const AUTHENTICATOR: SealedColumn = of_accounts("authenticator");
/// The same, shown and not confirmed yet.
pub(super) const OFFERED: SealedColumn = of_accounts("offered");

/// What the issuer signs with.
pub(super) const SIGNING_KEY: SealedColumn = SealedColumn { table: "signing_keys", column: "pkcs8", key: "id" };

const fn of_accounts(column: &'static str) -> SealedColumn {
    SealedColumn { table: "accounts", column, key: "id" }
}

const PROTOCOL: Migration = Migration {
    name: "grants, codes, devices, pushed requests, consents",
    sql: "
CREATE TABLE grants (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    user BLOB NOT NULL CHECK (length(user) = 16),
    generation INTEGER NOT NULL,
    app TEXT NOT NULL,
    scopes TEXT NOT NULL,
    resources TEXT NOT NULL,
    sign_in BLOB CHECK (length(sign_in) = 16),
    authenticated_ms INTEGER NOT NULL,
    methods TEXT NOT NULL,
    bound_to TEXT,
    begun_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    -- Whether its code was redeemed, or its device has asked.
    is_begun INTEGER NOT NULL DEFAULT 0 CHECK (is_begun IN (0, 1)),
    turn INTEGER NOT NULL DEFAULT 0,
    turned_ms INTEGER NOT NULL,
    -- Refresh tokens of the present turn.
    siblings INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_of_user ON grants (user);
CREATE INDEX grants_of_sign_in ON grants (sign_in) WHERE ended_ms IS NULL AND sign_in IS NOT NULL;
CREATE INDEX grants_ended ON grants (ended_ms) WHERE ended_ms IS NOT NULL;
CREATE INDEX grants_last ON grants (coalesce(ended_ms, used_ms));

CREATE TABLE refresh_tokens (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    grant_id BLOB NOT NULL REFERENCES grants ON DELETE CASCADE,
    turn INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_of_grant ON refresh_tokens (grant_id, turn);

CREATE TABLE codes (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    grant_id BLOB NOT NULL REFERENCES grants ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    nonce TEXT,
    key TEXT,
    expires_ms INTEGER NOT NULL,
    is_used INTEGER NOT NULL DEFAULT 0 CHECK (is_used IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX codes_of_grant ON codes (grant_id);
CREATE INDEX codes_unused ON codes (expires_ms) WHERE is_used = 0;

CREATE TABLE devices (
    device BLOB PRIMARY KEY CHECK (length(device) = 32),
    user_code BLOB NOT NULL CHECK (length(user_code) = 32),
    app TEXT NOT NULL,
    scopes TEXT NOT NULL,
    resources TEXT NOT NULL,
    interval_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    -- NULL as long as nobody has said anything, then 1 for yes and 0 for no.
    is_allowed INTEGER CHECK (is_allowed IN (0, 1)),
    grant_id BLOB REFERENCES grants ON DELETE SET NULL,
    is_redeemed INTEGER NOT NULL DEFAULT 0 CHECK (is_redeemed IN (0, 1)),
    asked_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_user_code ON devices (user_code);
CREATE INDEX devices_of_app ON devices (app, expires_ms);
CREATE INDEX devices_of_grant ON devices (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX devices_expiring ON devices (expires_ms);

CREATE TABLE pushed_requests (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    app TEXT NOT NULL,
    parameters TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pushed_requests_of_app ON pushed_requests (app, expires_ms);
CREATE INDEX pushed_requests_expiring ON pushed_requests (expires_ms);

CREATE TABLE consents (
    user BLOB NOT NULL CHECK (length(user) = 16),
    app TEXT NOT NULL,
    scopes TEXT NOT NULL,
    changed_ms INTEGER NOT NULL,
    PRIMARY KEY (user, app)
) STRICT, WITHOUT ROWID;

-- Access tokens that were made void before they ended by themselves.
CREATE TABLE void_tokens (id TEXT PRIMARY KEY, until_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX void_tokens_ending ON void_tokens (until_ms);
",
};

const PEOPLE: Migration = Migration {
    name: "accounts, sign-ins, links",
    sql: "
CREATE TABLE accounts (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    address TEXT NOT NULL,
    -- What no two accounts share.
    normal_address TEXT NOT NULL UNIQUE,
    name TEXT,
    is_verified INTEGER NOT NULL CHECK (is_verified IN (0, 1)),
    -- Sealed: the hash, which is worth nothing to who has the database alone.
    password BLOB,
    -- Sealed.
    authenticator BLOB,
    used_step INTEGER,
    -- Sealed.
    offered BLOB,
    is_locked INTEGER NOT NULL CHECK (is_locked IN (0, 1)),
    generation INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    CHECK ((authenticator IS NULL) = (used_step IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
    account BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    place INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (account, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE sign_ins (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    cookie BLOB NOT NULL UNIQUE CHECK (length(cookie) = 32),
    account BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    started_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    by_password INTEGER NOT NULL CHECK (by_password IN (0, 1)),
    by_otp INTEGER NOT NULL CHECK (by_otp IN (0, 1)),
    by_federation INTEGER NOT NULL CHECK (by_federation IN (0, 1)),
    agent TEXT NOT NULL,
    address TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_ins_of_account ON sign_ins (account, seen_ms, id);
CREATE INDEX sign_ins_started ON sign_ins (started_ms);
CREATE INDEX sign_ins_seen ON sign_ins (seen_ms);

CREATE TABLE links (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    kind TEXT NOT NULL CHECK (kind IN ('join', 'reset', 'verify', 'move')),
    -- Whom it is about: the id of an account, or the address that wants to join, as addresses are compared.
    subject BLOB NOT NULL,
    address TEXT,
    is_invited INTEGER NOT NULL CHECK (is_invited IN (0, 1)),
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX links_of_subject ON links (subject, kind, expires_ms);
CREATE INDEX links_expiring ON links (expires_ms);

-- What stays of accounts that were deleted.
CREATE TABLE departures (
    number INTEGER PRIMARY KEY,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    mac BLOB NOT NULL CHECK (length(mac) = 32),
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX departures_by_time ON departures (at_ms, number);

-- The grants of accounts that were deleted: tokens of them may still be about.
CREATE TABLE lost_grants (id BLOB PRIMARY KEY CHECK (length(id) = 16), ended_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX lost_grants_ended ON lost_grants (ended_ms);
",
};

const SIGNING_KEYS: Migration = Migration {
    name: "signing keys",
    sql: "
CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    algorithm TEXT NOT NULL,
    -- Sealed.
    pkcs8 BLOB NOT NULL,
    signs_from_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX signing_keys_by_time ON signing_keys (algorithm, signs_from_ms);
",
};

const SESSIONS: Migration = Migration {
    name: "sessions",
    sql: "
CREATE TABLE sessions (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    cookie BLOB NOT NULL UNIQUE CHECK (length(cookie) = 32),
    csrf BLOB NOT NULL CHECK (length(csrf) = 32),
    grant_id BLOB NOT NULL CHECK (length(grant_id) = 16),
    user BLOB NOT NULL CHECK (length(user) = 16),
    generation INTEGER NOT NULL,
    app TEXT NOT NULL,
    scopes TEXT NOT NULL,
    sign_in BLOB CHECK (length(sign_in) = 16),
    authenticated_ms INTEGER NOT NULL,
    methods TEXT NOT NULL,
    origin TEXT NOT NULL,
    begun_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user, app, seen_ms, id);
CREATE INDEX sessions_begun ON sessions (begun_ms);
CREATE INDEX sessions_seen ON sessions (seen_ms);
",
};

const API_KEYS: Migration = Migration {
    name: "API keys",
    sql: "
CREATE TABLE api_keys (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('publishable', 'restricted', 'secret')),
    apis TEXT NOT NULL,
    scopes TEXT NOT NULL,
    origins TEXT NOT NULL,
    -- NULL for anywhere.
    networks TEXT,
    tier TEXT,
    owner TEXT,
    purpose TEXT,
    made_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    revoked_ms INTEGER,
    used_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key_secrets (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL REFERENCES api_keys ON DELETE CASCADE,
    -- The newest is the first.
    place INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    made_ms INTEGER NOT NULL,
    until_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX api_key_secrets_of_key ON api_key_secrets (key, place);
",
};

const EXTERNALS: Migration = Migration {
    name: "accounts elsewhere",
    sql: "
CREATE TABLE externals (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    -- What the issuer called the person, for their own eyes.
    shown TEXT,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX externals_of_account ON externals (account, since_ms);
",
};

const APPS: Migration = Migration {
    name: "apps",
    sql: "
CREATE TABLE apps (
    name TEXT PRIMARY KEY,
    -- In the words of the file, as JSON.
    registration TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE app_secrets (
    app TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
    -- The newest is the first.
    place INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    made_ms INTEGER NOT NULL,
    until_ms INTEGER,
    PRIMARY KEY (app, place)
) STRICT, WITHOUT ROWID;

-- Names of apps that were removed: tokens of them may still be about.
CREATE TABLE lost_apps (name TEXT PRIMARY KEY, removed_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX lost_apps_removed ON lost_apps (removed_ms);

-- For the end of all that one app has.
CREATE INDEX grants_of_app ON grants (app) WHERE ended_ms IS NULL;
CREATE INDEX sessions_of_app ON sessions (app);
CREATE INDEX consents_of_app ON consents (app);
",
};
