//! Refresh tokens: how each follows another within its family.

use std::time::{Duration, SystemTime};

use idp::store::grants::{Grant, KEPT_TURNS, MAX_SIBLINGS, Rotate, Rotation};
use idp::{Digest, GrantId};
use rusqlite::{Connection, params};

use super::grants::{self, COLUMNS};
use super::sql::{execute, ms, one, time};
use crate::StoreError;

/// A grant with the turn that its refresh tokens are of.
struct Family {
    grant: Grant,
    turn: u64,
    turned: SystemTime,
    siblings: usize,
}

/// What is to happen to a family of which a token was shown.
enum Verdict {
    NotTheirs,
    Ended,
    Expired,
    Replayed,
    Crowded,
    /// Another token of the present turn.
    Again,
    /// A new turn.
    Turn,
}

/// Keeps a token of a turn.
pub(super) fn keep(connection: &Connection, digest: Digest, id: GrantId, turn: u64) -> Result<(), StoreError> {
    execute(connection, "INSERT INTO refresh_tokens VALUES (?1, ?2, ?3)", params![digest.0, id.0, turn]).map(drop)
}

/// Makes the next token out of one that was shown.
pub(super) fn rotate(connection: &Connection, asked: &Rotate) -> Result<Rotation, StoreError> {
    let Some((mut family, turn)) = family(connection, asked.shown)? else { return Ok(Rotation::Unknown) };
    let id = family.grant.id;
    match judge(&family, turn, asked) {
        Verdict::NotTheirs => Ok(Rotation::NotTheirs),
        Verdict::Ended => Ok(Rotation::Ended),
        Verdict::Crowded => Ok(Rotation::Crowded),
        Verdict::Expired => grants::end(connection, id, asked.now).map(|_| Rotation::Expired),
        Verdict::Replayed => {
            grants::end(connection, id, asked.now)?;
            family.grant.ended = Some(time(ms(asked.now)));
            Ok(Rotation::Replayed(family.grant))
        }
        Verdict::Again => {
            let sql = "UPDATE grants SET used_ms = ?2, siblings = siblings + 1 WHERE id = ?1";
            execute(connection, sql, params![id.0, ms(asked.now)])?;
            keep(connection, asked.next, id, family.turn)?;
            Ok(Rotation::Again(used(family.grant, asked.now)))
        }
        Verdict::Turn => {
            let next = family.turn + 1;
            let sql = "UPDATE grants SET used_ms = ?2, turned_ms = ?2, turn = ?3, siblings = 1 WHERE id = ?1";
            execute(connection, sql, params![id.0, ms(asked.now), next])?;
            keep(connection, asked.next, id, next)?;
            forget(connection, id, next)?;
            Ok(Rotation::Rotated(used(family.grant, asked.now)))
        }
    }
}

/// The family of a token, and the turn that the token is of.
fn family(connection: &Connection, shown: Digest) -> Result<Option<(Family, u64)>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, grants.turn, turned_ms, siblings, refresh_tokens.turn FROM refresh_tokens \
         JOIN grants ON grants.id = grant_id WHERE digest = ?1"
    );
    one(connection, &sql, [shown.0], |row| {
        let family = Family {
            grant: grants::grant(row)?,
            turn: row.get(13)?,
            turned: time(row.get(14)?),
            siblings: row.get(15)?,
        };
        Ok((family, row.get(16)?))
    })
}

/// The order matters: who may not know anything learns nothing, and changes nothing.
fn judge(family: &Family, turn: u64, asked: &Rotate) -> Verdict {
    let since = |then: SystemTime| asked.now.duration_since(then).unwrap_or(Duration::ZERO);
    let Family { grant, .. } = family;
    let is_bound_elsewhere = grant.bound_to.is_some() && grant.bound_to != asked.key;
    let is_racing = turn.checked_add(1) == Some(family.turn) && since(family.turned) <= asked.grace;
    if grant.app != asked.app || is_bound_elsewhere {
        Verdict::NotTheirs
    } else if grant.ended.is_some() {
        Verdict::Ended
    } else if since(grant.used) > asked.idle {
        Verdict::Expired
    } else if turn == family.turn {
        Verdict::Turn
    } else if !is_racing {
        Verdict::Replayed
    } else if family.siblings >= MAX_SIBLINGS {
        Verdict::Crowded
    } else {
        Verdict::Again
    }
}

/// Drops the tokens of the turns that need not be known any more.
fn forget(connection: &Connection, id: GrantId, turn: u64) -> Result<(), StoreError> {
    let Some(oldest) = turn.checked_sub(KEPT_TURNS) else { return Ok(()) };
    execute(connection, "DELETE FROM refresh_tokens WHERE grant_id = ?1 AND turn < ?2", params![id.0, oldest]).map(drop)
}

fn used(grant: Grant, now: SystemTime) -> Grant {
    Grant { used: time(ms(now)), ..grant }
}
