//! What becomes of an older copy before it takes the place of what there is: what has ended does not come back with it.
//!
//! A copy holds sign-ins, grants and keys as they were. Whoever has signed out since, and whatever was revoked, would
//! live again. So all sign-ins of the copy end, and every token that was given out is void, because the keys that it was
//! signed with are left out; unless these are to be kept. Where the store that is replaced can be read, what it knows to
//! have ended is ended in the copy in any case.
//!
//! Deliberately as in the copy: addresses, names, passwords and authenticator apps. A copy is brought back for those.

use std::time::SystemTime;

use model::Clock;
use rusqlite::Connection;

use super::sql::ms;
use crate::StoreError;

/// What is to become of the sign-ins of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIns {
    /// Everybody signs in again, in every browser and application.
    End,
    /// They go on, but for those that the replaced store knows to have ended.
    Keep,
}

/// What was done with a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amended {
    /// Whether the replaced store could be read, so that what has ended in it was known.
    pub is_compared: bool,
    /// Whether everybody has to sign in again.
    pub are_signed_out: bool,
    /// Keys of the copy that were revoked since, or have lost every text that they had.
    pub revoked_keys: Vec<String>,
    /// Accounts of the copy that the replaced store did not have: deleted since, most likely.
    pub accounts_back: usize,
    /// Accounts that the replaced store had and the copy has not: made since.
    pub accounts_gone: usize,
}

/// What nobody can go on with who began it before.
const HALF_DONE: &str = "
DELETE FROM codes; DELETE FROM devices; DELETE FROM pushed_requests; DELETE FROM links;
UPDATE accounts SET offered = NULL;
";

/// Everything that a sign-in stands on. Without the keys no token that was given out is believed by anybody.
const SIGN_INS: &str = "
DELETE FROM sign_ins; DELETE FROM sessions; DELETE FROM signing_keys;
UPDATE accounts SET generation = generation + 1;
";

/// What the replaced store knows to be over, of what is in the copy whatever becomes of the sign-ins.
const OVER: &str = "
UPDATE accounts SET is_locked = 1 WHERE id IN (SELECT id FROM replaced.accounts WHERE is_locked);
DELETE FROM recovery_codes WHERE account IN (SELECT id FROM replaced.accounts) AND NOT EXISTS
    (SELECT 1 FROM replaced.recovery_codes AS left
     WHERE left.account = recovery_codes.account AND left.digest = recovery_codes.digest);
UPDATE accounts SET used_step = max(used_step, coalesce(
    (SELECT used_step FROM replaced.accounts AS now WHERE now.id = accounts.id), 0)) WHERE used_step IS NOT NULL;
DELETE FROM api_key_secrets WHERE key IN (SELECT name FROM replaced.api_keys)
    AND id NOT IN (SELECT id FROM replaced.api_key_secrets);
";

/// The same of sign-ins, so that those that are kept go on where they were, and no token of an earlier turn does.
const OVER_OF_SIGN_INS: &str = "
DELETE FROM sign_ins WHERE account IN (SELECT id FROM replaced.accounts)
    AND id NOT IN (SELECT id FROM replaced.sign_ins);
DELETE FROM sessions WHERE user IN (SELECT id FROM replaced.accounts) AND id NOT IN (SELECT id FROM replaced.sessions);
UPDATE accounts SET generation = max(generation, coalesce(
    (SELECT generation FROM replaced.accounts AS now WHERE now.id = accounts.id), 0));
DELETE FROM refresh_tokens WHERE grant_id IN (SELECT id FROM replaced.grants);
INSERT INTO refresh_tokens SELECT token.* FROM replaced.refresh_tokens AS token JOIN grants ON grants.id = token.grant_id;
UPDATE grants SET (used_ms, ended_ms, is_begun, turn, turned_ms, siblings) =
    (SELECT used_ms, ended_ms, is_begun, turn, turned_ms, siblings FROM replaced.grants AS now WHERE now.id = grants.id)
    WHERE id IN (SELECT id FROM replaced.grants);
INSERT OR IGNORE INTO lost_grants SELECT * FROM replaced.lost_grants;
INSERT OR IGNORE INTO void_tokens SELECT * FROM replaced.void_tokens;
";

/// Amends a copy of this schema that is about to take the place of the store; in `replaced` is what it replaces, where
/// that can be read.
///
/// # Errors
/// The copy cannot be amended, and must not be put in place.
pub fn amend(
    copy: &Connection,
    is_compared: bool,
    sign_ins: SignIns,
    clock: &dyn Clock,
) -> Result<Amended, StoreError> {
    let (now, keeps) = (clock.wall(), sign_ins == SignIns::Keep);
    copy.execute_batch(HALF_DONE)?;
    if !keeps {
        copy.execute_batch(SIGN_INS)?;
        copy.execute("UPDATE grants SET ended_ms = ?1 WHERE ended_ms IS NULL", [ms(now)])?;
    }
    let mut amended =
        Amended { is_compared, are_signed_out: !keeps, revoked_keys: Vec::new(), accounts_back: 0, accounts_gone: 0 };
    if is_compared {
        copy.execute_batch(OVER)?;
        if keeps {
            copy.execute_batch(OVER_OF_SIGN_INS)?;
            end_what_is_lost(copy, now)?;
        }
        amended.revoked_keys = revoke_keys(copy, now)?;
        let missing = |from: &str, other: &str| {
            format!("SELECT count(*) FROM {from}.accounts WHERE id NOT IN (SELECT id FROM {other}.accounts)")
        };
        amended.accounts_back = count(copy, &missing("main", "replaced"))?;
        amended.accounts_gone = count(copy, &missing("replaced", "main"))?;
    }
    Ok(amended)
}

/// Grants of people who are in the copy and left since, and grants that began since: their tokens may still be about.
fn end_what_is_lost(copy: &Connection, now: SystemTime) -> Result<(), StoreError> {
    let left = "UPDATE grants SET ended_ms = ?1 WHERE ended_ms IS NULL AND id IN (SELECT id FROM lost_grants)";
    copy.execute(left, [ms(now)])?;
    let begun = "INSERT OR IGNORE INTO lost_grants SELECT id, ?1 FROM replaced.grants \
                 WHERE id NOT IN (SELECT id FROM grants)";
    copy.execute(begun, [ms(now)])?;
    Ok(())
}

fn revoke_keys(copy: &Connection, now: SystemTime) -> Result<Vec<String>, StoreError> {
    let sql = "UPDATE api_keys SET revoked_ms = ?1 WHERE revoked_ms IS NULL \
               AND (name IN (SELECT name FROM replaced.api_keys WHERE revoked_ms IS NOT NULL) \
                    OR NOT EXISTS (SELECT 1 FROM api_key_secrets WHERE key = name)) RETURNING name";
    let mut statement = copy.prepare(sql)?;
    let names = statement.query_map([ms(now)], |row| row.get(0))?;
    let mut names = names.collect::<Result<Vec<String>, _>>()?;
    names.sort();
    Ok(names)
}

fn count(copy: &Connection, sql: &str) -> Result<usize, StoreError> {
    Ok(copy.query_row(sql, [], |row| row.get(0))?)
}
