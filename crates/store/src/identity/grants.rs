//! Grants, how they end, and what is dropped when nobody can use it any more.

use std::sync::Arc;
use std::time::SystemTime;

use idp::store::Answer;
use idp::store::grants::{Endings, Grant, Grants, Rotate, Rotation, Standing};
use idp::{Digest, GrantId, SignInId, UserId};
use rusqlite::{Connection, Row, params};

use super::sql::{all, count, elements, execute, lines, ms, one, scopes, time};
use super::{Identity, refresh};
use crate::StoreError;

/// The columns of a [`Grant`], in the order in which [`grant`] reads them.
pub(super) const COLUMNS: &str = "id, user, generation, app, scopes, resources, sign_in, authenticated_ms, methods, \
                                  bound_to, begun_ms, used_ms, ended_ms";

/// Reads the columns above from the front of a row.
pub(super) fn grant(row: &Row<'_>) -> Result<Grant, StoreError> {
    Ok(Grant {
        id: GrantId(row.get(0)?),
        user: UserId(row.get(1)?),
        generation: row.get(2)?,
        app: row.get(3)?,
        scopes: scopes(row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?)?,
        resources: elements(&row.get::<_, String>(5)?),
        sign_in: row.get::<_, Option<[u8; 16]>>(6)?.map(SignInId),
        authenticated_at: time(row.get(7)?),
        methods: elements(&row.get::<_, String>(8)?),
        bound_to: row.get(9)?,
        begun: time(row.get(10)?),
        used: time(row.get(11)?),
        ended: row.get::<_, Option<i64>>(12)?.map(time),
    })
}

/// Keeps a grant that waits for its code to be redeemed, or its device to ask.
pub(super) fn keep(connection: &Connection, grant: &Grant) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO grants ({COLUMNS}, turned_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?11)"
    );
    let values = params![
        grant.id.0,
        grant.user.0,
        grant.generation,
        grant.app,
        grant.scopes.to_string(),
        lines(&grant.resources)?,
        grant.sign_in.map(|id| id.0),
        ms(grant.authenticated_at),
        lines(&grant.methods)?,
        grant.bound_to,
        ms(grant.begun),
        ms(grant.used),
        grant.ended.map(ms),
    ];
    execute(connection, &sql, values).map(drop)
}

/// Begins a grant that has not ended, with its first refresh token.
pub(super) fn begin(
    connection: &Connection,
    id: GrantId,
    refresh: Option<Digest>,
    bound_to: Option<&str>,
    now: SystemTime,
) -> Result<Option<Grant>, StoreError> {
    let sql = format!(
        "UPDATE grants SET is_begun = 1, bound_to = ?2, used_ms = ?3, turned_ms = ?3, siblings = ?4 \
         WHERE id = ?1 AND ended_ms IS NULL RETURNING {COLUMNS}"
    );
    let begun = one(connection, &sql, params![id.0, bound_to, ms(now), usize::from(refresh.is_some())], grant)?;
    if let (Some(_), Some(digest)) = (&begun, refresh) {
        refresh::keep(connection, digest, id, 0)?;
    }
    Ok(begun)
}

/// Ends one, where it has not ended.
pub(super) fn end(connection: &Connection, id: GrantId, now: SystemTime) -> Result<bool, StoreError> {
    let sql = "UPDATE grants SET ended_ms = ?2 WHERE id = ?1 AND ended_ms IS NULL";
    Ok(execute(connection, sql, params![id.0, ms(now)])? > 0)
}

fn id(row: &Row<'_>) -> Result<GrantId, StoreError> {
    Ok(GrantId(row.get(0)?))
}

fn end_of_user(
    connection: &Connection,
    user: UserId,
    app: Option<&str>,
    now: SystemTime,
) -> Result<Vec<GrantId>, StoreError> {
    let forget = "DELETE FROM consents WHERE user = ?1 AND (?2 IS NULL OR app = ?2)";
    execute(connection, forget, params![user.0, app])?;
    let end = "UPDATE grants SET ended_ms = ?3 WHERE user = ?1 AND (?2 IS NULL OR app = ?2) AND ended_ms IS NULL \
               RETURNING id";
    all(connection, end, params![user.0, app, ms(now)], id)
}

/// Drops what nobody can use any more; grants take what belongs to them along.
fn drop_old(
    connection: &Connection,
    before: SystemTime,
    unused: SystemTime,
    at_most: usize,
) -> Result<usize, StoreError> {
    let expired = [
        "DELETE FROM codes WHERE digest IN (SELECT digest FROM codes WHERE is_used = 0 AND expires_ms < ?1 LIMIT ?2)",
        "DELETE FROM devices WHERE device IN (SELECT device FROM devices WHERE expires_ms < ?1 LIMIT ?2)",
        "DELETE FROM pushed_requests WHERE digest IN \
         (SELECT digest FROM pushed_requests WHERE expires_ms < ?1 LIMIT ?2)",
        "DELETE FROM void_tokens WHERE id IN (SELECT id FROM void_tokens WHERE until_ms < ?1 LIMIT ?2)",
    ];
    let mut dropped = 0;
    for sql in expired {
        dropped += execute(connection, sql, params![ms(before), at_most])?;
    }
    let grants = "DELETE FROM grants WHERE id IN \
                  (SELECT id FROM grants WHERE coalesce(ended_ms, used_ms) < ?1 LIMIT ?2)";
    dropped += execute(connection, grants, params![ms(unused), at_most])?;
    let lost = "DELETE FROM lost_grants WHERE id IN (SELECT id FROM lost_grants WHERE ended_ms < ?1 LIMIT ?2)";
    dropped += execute(connection, lost, params![ms(unused), at_most])?;
    let apps = "DELETE FROM lost_apps WHERE name IN (SELECT name FROM lost_apps WHERE removed_ms < ?1 LIMIT ?2)";
    Ok(dropped + execute(connection, apps, params![ms(unused), at_most])?)
}

impl Grants for Identity {
    fn rotate(&self, asked: Rotate) -> Answer<'_, Rotation> {
        self.change(move |connection| refresh::rotate(connection, &asked))
    }

    fn of_token(&self, token: Digest) -> Answer<'_, Option<(Grant, Standing)>> {
        self.read(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS}, grants.turn = refresh_tokens.turn FROM refresh_tokens \
                 JOIN grants ON grants.id = grant_id WHERE digest = ?1"
            );
            one(connection, &sql, [token.0], |row| {
                Ok((grant(row)?, if row.get(13)? { Standing::Present } else { Standing::Past }))
            })
        })
    }

    fn by_id(&self, id: GrantId) -> Answer<'_, Option<Grant>> {
        self.read(move |connection| {
            let sql = format!("SELECT {COLUMNS} FROM grants WHERE id = ?1 AND is_begun = 1");
            one(connection, &sql, [id.0], grant)
        })
    }

    fn of_user(&self, user: UserId) -> Answer<'_, Vec<Grant>> {
        self.read(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM grants WHERE user = ?1 AND ended_ms IS NULL AND is_begun = 1 \
                 ORDER BY begun_ms DESC, id"
            );
            all(connection, &sql, [user.0], grant)
        })
    }

    fn end(&self, id: GrantId, now: SystemTime) -> Answer<'_, bool> {
        self.change(move |connection| end(connection, id, now))
    }

    fn end_of_user(&self, user: UserId, app: Option<Arc<str>>, now: SystemTime) -> Answer<'_, Vec<GrantId>> {
        self.change(move |connection| end_of_user(connection, user, app.as_deref(), now))
    }

    fn end_of_sign_in(&self, sign_in: SignInId, now: SystemTime) -> Answer<'_, Vec<GrantId>> {
        self.change(move |connection| {
            // As `Grant::is_offline` has it.
            let sql = "UPDATE grants SET ended_ms = ?2 WHERE sign_in = ?1 AND ended_ms IS NULL \
                       AND instr(' ' || scopes || ' ', ' offline_access ') = 0 RETURNING id";
            all(connection, sql, params![sign_in.0, ms(now)], id)
        })
    }

    fn revoke_token(&self, id: Box<str>, until: SystemTime) -> Answer<'_, ()> {
        self.change(move |connection| {
            let sql = "INSERT INTO void_tokens VALUES (?1, ?2) ON CONFLICT DO UPDATE SET until_ms = excluded.until_ms";
            execute(connection, sql, params![id, ms(until)]).map(drop)
        })
    }

    fn is_token_revoked(&self, id: Box<str>) -> Answer<'_, bool> {
        self.read(move |connection| Ok(count(connection, "SELECT count(*) FROM void_tokens WHERE id = ?1", [id])? > 0))
    }

    fn ended_since(&self, since: SystemTime) -> Answer<'_, Endings> {
        self.read(move |connection| {
            let grants = all(connection, ENDED, [ms(since)], |row| Ok((id(row)?, time(row.get(1)?))))?;
            let void = "SELECT id, until_ms FROM void_tokens ORDER BY id";
            let tokens = all(connection, void, [], |row| Ok((row.get(0)?, time(row.get(1)?))))?;
            Ok(Endings { grants, tokens })
        })
    }

    fn drop_old(&self, before: SystemTime, unused: SystemTime, at_most: usize) -> Answer<'_, usize> {
        self.change(move |connection| drop_old(connection, before, unused, at_most))
    }
}

/// Those that were ended, those of accounts that are gone, and those that a new password, a lock or a sign-out
/// everywhere made void: these have no end of their own, and tokens of them are about for as long as any.
pub(super) const ENDED: &str = "
SELECT id, ended_ms FROM grants WHERE ended_ms >= ?1
UNION ALL SELECT id, ended_ms FROM lost_grants WHERE ended_ms >= ?1
UNION ALL SELECT grants.id, accounts.changed_ms FROM grants JOIN accounts ON accounts.id = grants.user
    WHERE coalesce(grants.ended_ms, grants.used_ms) >= ?1 AND grants.ended_ms IS NULL
    AND (accounts.is_locked OR accounts.generation <> grants.generation)";
