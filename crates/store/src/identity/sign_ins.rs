//! The browsers in which people are signed in at the provider.

use std::time::SystemTime;

use idp::store::Answer;
use idp::store::sign_ins::{Begun, MAX_SIGN_INS, Methods, SignIn, SignIns};
use idp::{Digest, SignInId, UserId};
use rusqlite::{Connection, Row, params};

use super::Identity;
use super::sql::{all, count, execute, ms, one, time};
use crate::StoreError;

/// The columns of a [`SignIn`], in the order in which [`sign_in`] reads them.
const COLUMNS: &str = "id, cookie, account, started_ms, seen_ms, by_password, by_otp, by_federation, agent, address";

fn sign_in(row: &Row<'_>) -> Result<SignIn, StoreError> {
    let address = row.get_ref(9)?.as_str().map_err(rusqlite::Error::from)?.parse();
    Ok(SignIn {
        id: SignInId(row.get(0)?),
        cookie: Digest(row.get(1)?),
        user: UserId(row.get(2)?),
        started: time(row.get(3)?),
        seen: time(row.get(4)?),
        methods: Methods { password: row.get(5)?, otp: row.get(6)?, federated: row.get(7)? },
        agent: row.get(8)?,
        address: address.map_err(|_| StoreError::damaged("an address of a machine that is none"))?,
    })
}

/// Ends all of one person but one.
pub(super) fn end_all(connection: &Connection, user: UserId, keep: Option<SignInId>) -> Result<(), StoreError> {
    let sql = "DELETE FROM sign_ins WHERE account = ?1 AND id IS NOT ?2";
    execute(connection, sql, params![user.0, keep.map(|id| id.0)]).map(drop)
}

fn begin(connection: &Connection, begun: &SignIn, generation: u64) -> Result<Begun, StoreError> {
    let fresh = "SELECT count(*) FROM accounts WHERE id = ?1 AND is_locked = 0 AND generation = ?2";
    if count(connection, fresh, params![begun.user.0, generation])? == 0 {
        return Ok(Begun::Stale);
    }
    let oldest_first = "SELECT id FROM sign_ins WHERE account = ?1 ORDER BY seen_ms, id";
    let mut ended = all(connection, oldest_first, [begun.user.0], |row| Ok(SignInId(row.get(0)?)))?;
    ended.truncate((ended.len() + 1).saturating_sub(MAX_SIGN_INS));
    for id in &ended {
        execute(connection, "DELETE FROM sign_ins WHERE id = ?1", [id.0])?;
    }
    let SignIn { id, cookie, user, started, seen, methods, agent, address } = begun;
    let sql = format!("INSERT INTO sign_ins ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    let Methods { password, otp, federated } = methods;
    let values =
        params![id.0, cookie.0, user.0, ms(*started), ms(*seen), password, otp, federated, agent, address.to_string()];
    execute(connection, &sql, values)?;
    Ok(Begun::Begun(ended))
}

impl SignIns for Identity {
    fn begin(&self, sign_in: SignIn, generation: u64) -> Answer<'_, Begun> {
        self.change(move |connection| begin(connection, &sign_in, generation))
    }

    fn by_cookie(&self, cookie: Digest) -> Answer<'_, Option<SignIn>> {
        self.read(move |connection| {
            one(connection, &format!("SELECT {COLUMNS} FROM sign_ins WHERE cookie = ?1"), [cookie.0], sign_in)
        })
    }

    fn of(&self, user: UserId) -> Answer<'_, Vec<SignIn>> {
        self.read(move |connection| {
            let sql = format!("SELECT {COLUMNS} FROM sign_ins WHERE account = ?1 ORDER BY started_ms DESC, id");
            all(connection, &sql, [user.0], sign_in)
        })
    }

    fn seen(&self, id: SignInId, at: SystemTime) -> Answer<'_, bool> {
        self.change(move |connection| {
            let sql = "UPDATE sign_ins SET seen_ms = ?2 WHERE id = ?1";
            Ok(execute(connection, sql, params![id.0, ms(at)])? > 0)
        })
    }

    fn end(&self, user: UserId, id: SignInId) -> Answer<'_, bool> {
        self.change(move |connection| {
            let sql = "DELETE FROM sign_ins WHERE id = ?1 AND account = ?2";
            Ok(execute(connection, sql, params![id.0, user.0])? > 0)
        })
    }

    fn end_old(&self, started: SystemTime, seen: SystemTime, at_most: usize) -> Answer<'_, usize> {
        self.change(move |connection| {
            let sql = "DELETE FROM sign_ins WHERE id IN \
                       (SELECT id FROM sign_ins WHERE started_ms < ?1 OR seen_ms < ?2 LIMIT ?3)";
            execute(connection, sql, params![ms(started), ms(seen), at_most])
        })
    }
}
