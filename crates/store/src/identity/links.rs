//! Links that were mailed: each works once, and what it does happens in the same change.

use std::time::SystemTime;

use idp::accounts::PasswordHash;
use idp::store::Answer;
use idp::store::accounts::{Account, Change, Changed};
use idp::store::links::{Joined, Link, Links, MAX_LINKS, Moved, Purpose};
use idp::{Digest, UserId};
use rusqlite::{Connection, Row, params};

use super::sql::{execute, ms, one, time};
use super::{Identity, accounts, changes};
use crate::{Seal, StoreError};

const COLUMNS: &str = "digest, kind, subject, address, is_invited, expires_ms";

/// The word for a purpose in its column.
const fn kind(purpose: &Purpose) -> &'static str {
    match purpose {
        Purpose::Join { .. } => "join",
        Purpose::Reset { .. } => "reset",
        Purpose::Verify { .. } => "verify",
        Purpose::Move { .. } => "move",
    }
}

/// Whom it is about, as [`Purpose::is_about_same`] compares.
fn subject(purpose: &Purpose) -> Vec<u8> {
    match purpose {
        Purpose::Join { address, .. } => address.normal().as_bytes().to_vec(),
        Purpose::Reset { user } | Purpose::Verify { user, .. } | Purpose::Move { user, .. } => user.0.to_vec(),
    }
}

fn link(row: &Row<'_>) -> Result<Link, StoreError> {
    let none = || StoreError::damaged("a link that is none");
    let user = || row.get(2).map(UserId).map_err(StoreError::from);
    let address = || accounts::address(&row.get::<_, Option<String>>(3)?.ok_or_else(none)?);
    let purpose = match row.get::<_, String>(1)?.as_str() {
        "join" => Purpose::Join { address: address()?, invited: row.get(4)? },
        "reset" => Purpose::Reset { user: user()? },
        "verify" => Purpose::Verify { user: user()?, address: address()? },
        "move" => Purpose::Move { user: user()?, address: address()? },
        _ => return Err(none()),
    };
    Ok(Link { digest: Digest(row.get(0)?), purpose, expires: time(row.get(5)?) })
}

/// Drops all links of one person.
pub(super) fn drop_of(connection: &Connection, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM links WHERE subject = ?1 AND kind <> 'join'";
    execute(connection, sql, [user.0]).map(drop)
}

/// Drops those of one kind.
pub(super) fn drop_of_kind(connection: &Connection, user: UserId, kind: &str) -> Result<(), StoreError> {
    execute(connection, "DELETE FROM links WHERE subject = ?1 AND kind = ?2", params![user.0, kind]).map(drop)
}

fn find(connection: &Connection, digest: Digest, now: SystemTime) -> Result<Option<Link>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM links WHERE digest = ?1 AND expires_ms > ?2");
    one(connection, &sql, params![digest.0, ms(now)], link)
}

/// Uses a link of this kind up.
fn take(connection: &Connection, digest: Digest, wanted: &str, now: SystemTime) -> Result<Option<Purpose>, StoreError> {
    let sql = format!("DELETE FROM links WHERE digest = ?1 AND kind = ?2 AND expires_ms > ?3 RETURNING {COLUMNS}");
    Ok(one(connection, &sql, params![digest.0, wanted, ms(now)], link)?.map(|link| link.purpose))
}

fn put(connection: &Connection, link: &Link) -> Result<(), StoreError> {
    let (kind, subject) = (kind(&link.purpose), subject(&link.purpose));
    let (address, is_invited) = match &link.purpose {
        Purpose::Join { address, invited } => (Some(address.as_str()), *invited),
        Purpose::Verify { address, .. } | Purpose::Move { address, .. } => (Some(address.as_str()), false),
        Purpose::Reset { .. } => (None, false),
    };
    // All but so many of the latest go, so that with the new one there are no more than there may be.
    let crowding = "DELETE FROM links WHERE digest IN (SELECT digest FROM links WHERE subject = ?1 AND kind = ?2 \
                    ORDER BY expires_ms DESC, digest DESC LIMIT -1 OFFSET ?3)";
    execute(connection, crowding, params![subject, kind, MAX_LINKS - 1])?;
    let sql = format!("INSERT INTO links ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    execute(connection, &sql, params![link.digest.0, kind, subject, address, is_invited, ms(link.expires)]).map(drop)
}

fn join(
    connection: &Connection,
    seal: &Seal,
    digest: Digest,
    account: Account,
    now: SystemTime,
) -> Result<Joined, StoreError> {
    let taken = take(connection, digest, "join", now)?;
    let Some(Purpose::Join { address, .. }) = taken else { return Ok(Joined::NoLink) };
    let others = "DELETE FROM links WHERE subject = ?1 AND kind = 'join'";
    execute(connection, others, [address.normal().as_bytes()])?;
    if accounts::holder(connection, &address)?.is_some() {
        return Ok(Joined::AddressTaken);
    }
    accounts::insert(connection, seal, &Account { address, verified: true, ..account })?;
    Ok(Joined::Made)
}

fn reset(
    connection: &Connection,
    seal: &Seal,
    digest: Digest,
    hash: &PasswordHash,
    now: SystemTime,
) -> Result<Option<UserId>, StoreError> {
    let taken = take(connection, digest, "reset", now)?;
    let Some(Purpose::Reset { user }) = taken else { return Ok(None) };
    if accounts::by_id(connection, seal, user)?.is_none() {
        return Ok(None);
    }
    changes::set_password(connection, seal, user, hash, None)?;
    changes::set_verified(connection, user, now)?;
    Ok(Some(user))
}

fn verify(connection: &Connection, seal: &Seal, digest: Digest, now: SystemTime) -> Result<Option<UserId>, StoreError> {
    let taken = take(connection, digest, "verify", now)?;
    let Some(Purpose::Verify { user, address }) = taken else { return Ok(None) };
    let account = accounts::by_id(connection, seal, user)?;
    if account.is_none_or(|account| account.address != address) {
        return Ok(None);
    }
    changes::set_verified(connection, user, now)?;
    Ok(Some(user))
}

fn move_address(connection: &Connection, seal: &Seal, digest: Digest, now: SystemTime) -> Result<Moved, StoreError> {
    let taken = take(connection, digest, "move", now)?;
    let Some(Purpose::Move { user, address }) = taken else { return Ok(Moved::NoLink) };
    let Some(account) = accounts::by_id(connection, seal, user)? else { return Ok(Moved::NoLink) };
    let change = Change::Address { address, verified: true };
    Ok(match changes::change(connection, seal, user, change, now)? {
        Changed::Done => Moved::Moved { user, from: account.address },
        Changed::Nobody => Moved::NoLink,
        Changed::Refused => Moved::AddressTaken,
    })
}

impl Links for Identity {
    fn put(&self, link: Link) -> Answer<'_, ()> {
        self.change(move |connection| put(connection, &link))
    }

    fn find(&self, digest: Digest, now: SystemTime) -> Answer<'_, Option<Link>> {
        self.read(move |connection| find(connection, digest, now))
    }

    fn join(&self, digest: Digest, account: Account, now: SystemTime) -> Answer<'_, Joined> {
        let seal = self.database.seal().clone();
        self.change(move |connection| join(connection, &seal, digest, account, now))
    }

    fn reset(&self, digest: Digest, hash: PasswordHash, now: SystemTime) -> Answer<'_, Option<UserId>> {
        let seal = self.database.seal().clone();
        self.change(move |connection| reset(connection, &seal, digest, &hash, now))
    }

    fn verify(&self, digest: Digest, now: SystemTime) -> Answer<'_, Option<UserId>> {
        let seal = self.database.seal().clone();
        self.change(move |connection| verify(connection, &seal, digest, now))
    }

    fn move_address(&self, digest: Digest, now: SystemTime) -> Answer<'_, Moved> {
        let seal = self.database.seal().clone();
        self.change(move |connection| move_address(connection, &seal, digest, now))
    }

    fn drop_old(&self, before: SystemTime, at_most: usize) -> Answer<'_, usize> {
        self.change(move |connection| {
            let sql = "DELETE FROM links WHERE digest IN (SELECT digest FROM links WHERE expires_ms < ?1 LIMIT ?2)";
            execute(connection, sql, params![ms(before), at_most])
        })
    }
}
