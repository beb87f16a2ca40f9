//! Which person of an issuer elsewhere is which account here.

use idp::UserId;
use idp::store::Answer;
use idp::store::accounts::Account;
use idp::store::externals::{Admitted, Externals, Identity as Elsewhere, Linked, Linking, MAX_LINKED, Unlinking};
use rusqlite::{Connection, params};

use super::sql::{all, count, execute, ms, one, time};
use super::{Identity, accounts};
use crate::{Seal, StoreError};

fn holder(connection: &Connection, identity: &Elsewhere) -> Result<Option<UserId>, StoreError> {
    let sql = "SELECT account FROM externals WHERE issuer = ?1 AND subject = ?2";
    one(connection, sql, params![identity.issuer, identity.subject], |row| Ok(UserId(row.get(0)?)))
}

fn how_many(connection: &Connection, user: UserId) -> Result<usize, StoreError> {
    count(connection, "SELECT count(*) FROM externals WHERE account = ?1", [user.0])
}

fn insert(connection: &Connection, user: UserId, linked: &Linked) -> Result<(), StoreError> {
    let Linked { identity: Elsewhere { issuer, subject }, shown, since } = linked;
    let sql = "INSERT INTO externals (issuer, subject, account, shown, since_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
    execute(connection, sql, params![issuer, subject, user.0, shown, ms(*since)]).map(drop)
}

fn admit(connection: &Connection, seal: &Seal, account: &Account, linked: &Linked) -> Result<Admitted, StoreError> {
    if let Some(known) = holder(connection, &linked.identity)? {
        return Ok(Admitted::Known(known));
    }
    if accounts::holder(connection, &account.address)?.is_some() {
        return Ok(Admitted::AddressTaken);
    }
    accounts::insert(connection, seal, account)?;
    insert(connection, account.id, linked)?;
    Ok(Admitted::Made)
}

fn link(connection: &Connection, user: UserId, linked: &Linked) -> Result<Linking, StoreError> {
    if count(connection, "SELECT count(*) FROM accounts WHERE id = ?1", [user.0])? == 0 {
        return Ok(Linking::Nobody);
    }
    match holder(connection, &linked.identity)? {
        Some(known) if known == user => return Ok(Linking::Done),
        Some(_) => return Ok(Linking::Taken),
        None => {}
    }
    if how_many(connection, user)? >= MAX_LINKED {
        return Ok(Linking::TooMany);
    }
    insert(connection, user, linked)?;
    Ok(Linking::Done)
}

fn unlink(connection: &Connection, user: UserId, identity: &Elsewhere) -> Result<Unlinking, StoreError> {
    if holder(connection, identity)? != Some(user) {
        return Ok(Unlinking::NotThere);
    }
    let with_password = "SELECT count(*) FROM accounts WHERE id = ?1 AND password IS NOT NULL";
    if count(connection, with_password, [user.0])? == 0 && how_many(connection, user)? == 1 {
        return Ok(Unlinking::LastWay);
    }
    let sql = "DELETE FROM externals WHERE issuer = ?1 AND subject = ?2";
    execute(connection, sql, params![identity.issuer, identity.subject])?;
    Ok(Unlinking::Done)
}

impl Externals for Identity {
    fn holder(&self, identity: &Elsewhere) -> Answer<'_, Option<UserId>> {
        let identity = identity.clone();
        self.read(move |connection| holder(connection, &identity))
    }

    fn admit(&self, account: Account, linked: Linked) -> Answer<'_, Admitted> {
        let seal = self.database.seal().clone();
        self.change(move |connection| admit(connection, &seal, &account, &linked))
    }

    fn link(&self, user: UserId, linked: Linked) -> Answer<'_, Linking> {
        self.change(move |connection| link(connection, user, &linked))
    }

    fn unlink(&self, user: UserId, identity: Elsewhere) -> Answer<'_, Unlinking> {
        self.change(move |connection| unlink(connection, user, &identity))
    }

    fn linked_to(&self, user: UserId) -> Answer<'_, Vec<Linked>> {
        self.read(move |connection| {
            let sql = "SELECT issuer, subject, shown, since_ms FROM externals WHERE account = ?1 ORDER BY since_ms";
            all(connection, sql, [user.0], |row| {
                let identity = Elsewhere { issuer: row.get(0)?, subject: row.get(1)? };
                Ok(Linked { identity, shown: row.get(2)?, since: time(row.get(3)?) })
            })
        })
    }
}
