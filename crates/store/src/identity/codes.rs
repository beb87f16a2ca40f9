//! Authorization codes: each works once, and is remembered as long as its grant.

use idp::GrantId;
use idp::store::Answer;
use idp::store::codes::{Code, Codes, Redeem, Redemption};
use rusqlite::{Connection, params};

use super::sql::{execute, ms, one, time};
use super::{Identity, grants};
use crate::StoreError;

fn issue(connection: &Connection, code: &Code) -> Result<(), StoreError> {
    grants::keep(connection, &code.grant)?;
    let sql = "INSERT INTO codes (digest, grant_id, redirect_uri, challenge, nonce, key, expires_ms) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let Code { digest, grant, redirect_uri, challenge, nonce, key, expires } = code;
    execute(connection, sql, params![digest.0, grant.id.0, redirect_uri, challenge, nonce, key, ms(*expires)]).map(drop)
}

/// The code, and whether it had been used.
fn find(connection: &Connection, shown: &Redeem) -> Result<Option<(Code, bool)>, StoreError> {
    let sql = format!(
        "SELECT {}, redirect_uri, challenge, nonce, key, expires_ms, is_used FROM codes \
         JOIN grants ON grants.id = grant_id WHERE digest = ?1",
        grants::COLUMNS
    );
    one(connection, &sql, [shown.shown.0], |row| {
        let code = Code {
            digest: shown.shown,
            grant: grants::grant(row)?,
            redirect_uri: row.get(13)?,
            challenge: row.get(14)?,
            nonce: row.get(15)?,
            key: row.get(16)?,
            expires: time(row.get(17)?),
        };
        Ok((code, row.get(18)?))
    })
}

fn redeem(connection: &Connection, shown: &Redeem) -> Result<Redemption, StoreError> {
    let Some((code, was_used)) = find(connection, shown)? else { return Ok(Redemption::Unknown) };
    let id: GrantId = code.grant.id;
    // Whatever becomes of it, it works no more.
    execute(connection, "UPDATE codes SET is_used = 1 WHERE digest = ?1", [shown.shown.0])?;
    let refusal = if was_used {
        Some(Redemption::Replayed(id))
    } else if let Some(mismatch) = code.mismatch(shown) {
        Some(Redemption::Mismatch(mismatch))
    } else if code.expires <= shown.now {
        Some(Redemption::Expired)
    } else {
        None
    };
    if let Some(refusal) = refusal {
        grants::end(connection, id, shown.now)?;
        return Ok(refusal);
    }
    let begun = grants::begin(connection, id, shown.refresh, shown.bound_to.as_deref(), shown.now)?;
    let redeemed = |grant| Redemption::Redeemed { grant: Box::new(grant), nonce: code.nonce };
    Ok(begun.map_or(Redemption::Ended, redeemed))
}

impl Codes for Identity {
    fn issue(&self, code: Code) -> Answer<'_, ()> {
        self.change(move |connection| issue(connection, &code))
    }

    fn redeem(&self, shown: Redeem) -> Answer<'_, Redemption> {
        self.change(move |connection| redeem(connection, &shown))
    }
}
