//! The tables of the role `identity`, by the migrations that make them.

use crate::sqlite::{Migration, Schema};

/// What an identity provider keeps.
pub static SCHEMA: Schema = Schema { role: "identity", migrations: &[PROTOCOL], sealed: &[] };

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
CREATE INDEX grants_of_user ON grants (user) WHERE ended_ms IS NULL;
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
