//! What is changed of an account, and what ends with it.

use std::time::SystemTime;

use idp::accounts::{Address, PasswordHash};
use idp::store::accounts::{Change, Changed};
use idp::{SignInId, UserId};
use rusqlite::types::ToSql;
use rusqlite::{Connection, params};

use super::accounts::{by_id, holder, replace_recovery, sealed};
use super::schema::{AUTHENTICATOR, OFFERED, PASSWORD};
use super::sql::{count, execute, ms};
use super::{links, sign_ins};
use crate::{Seal, StoreError};

/// Makes one change, and notes when.
pub(super) fn change(
    connection: &Connection,
    seal: &Seal,
    id: UserId,
    change: Change,
    now: SystemTime,
) -> Result<Changed, StoreError> {
    if count(connection, "SELECT count(*) FROM accounts WHERE id = ?1", [id.0])? == 0 {
        return Ok(Changed::Nobody);
    }
    let changed = make(connection, seal, id, change)?;
    if changed == Changed::Done {
        set(connection, id, "changed_ms = ?2", &ms(now))?;
    }
    Ok(changed)
}

fn make(connection: &Connection, seal: &Seal, id: UserId, change: Change) -> Result<Changed, StoreError> {
    match change {
        Change::Name(name) => set(connection, id, "name = ?2", &name)?,
        Change::Address { address, verified } => return give_address(connection, id, &address, verified),
        Change::Locked(true) => {
            sign_ins::end_all(connection, id, None)?;
            set(connection, id, "is_locked = ?2, generation = generation + 1", &true)?;
        }
        Change::Locked(false) => set(connection, id, "is_locked = ?2", &false)?,
        Change::Password { hash, keep } => set_password(connection, seal, id, &hash, keep)?,
        Change::Offer(secret) => {
            set(connection, id, "offered = ?2", &sealed(seal, OFFERED, id, Some(secret.expose()))?)?;
        }
        Change::NoSecondFactor => {
            set(connection, id, "authenticator = ?2, used_step = ?2", &None::<i64>)?;
            replace_recovery(connection, id, &[])?;
        }
        Change::End { keep } => {
            sign_ins::end_all(connection, id, keep)?;
            set(connection, id, "generation = generation + ?2", &1)?;
        }
        other => return make_where_it_holds(connection, seal, id, other),
    }
    Ok(Changed::Done)
}

/// The changes that say what has to hold for them.
fn make_where_it_holds(
    connection: &Connection,
    seal: &Seal,
    id: UserId,
    change: Change,
) -> Result<Changed, StoreError> {
    let Some(account) = by_id(connection, seal, id)? else { return Ok(Changed::Nobody) };
    match change {
        Change::Rehash { from, to } if account.password.as_ref() == Some(&from) => {
            write_password(connection, seal, id, &to)?;
        }
        Change::Confirm { secret, step, recovery } if account.offered.as_ref() == Some(&secret) => {
            let sql = "UPDATE accounts SET authenticator = ?2, used_step = ?3, offered = NULL WHERE id = ?1";
            let authenticator = sealed(seal, AUTHENTICATOR, id, Some(secret.expose()))?;
            execute(connection, sql, params![id.0, authenticator, step])?;
            replace_recovery(connection, id, &recovery)?;
        }
        Change::Recovery(codes) if account.authenticator.is_some() => replace_recovery(connection, id, &codes)?,
        _ => return Ok(Changed::Refused),
    }
    Ok(Changed::Done)
}

/// Another password ends everything that was given out under the one before.
pub(super) fn set_password(
    connection: &Connection,
    seal: &Seal,
    id: UserId,
    hash: &PasswordHash,
    keep: Option<SignInId>,
) -> Result<(), StoreError> {
    write_password(connection, seal, id, hash)?;
    set(connection, id, "generation = generation + ?2", &1)?;
    sign_ins::end_all(connection, id, keep)?;
    links::drop_of_kind(connection, id, "reset")
}

fn write_password(connection: &Connection, seal: &Seal, id: UserId, hash: &PasswordHash) -> Result<(), StoreError> {
    set(connection, id, "password = ?2", &sealed(seal, PASSWORD, id, Some(hash.expose().as_bytes()))?)
}

fn give_address(connection: &Connection, id: UserId, address: &Address, verified: bool) -> Result<Changed, StoreError> {
    if holder(connection, address)?.is_some_and(|holder| holder != id) {
        return Ok(Changed::Refused);
    }
    let sql = "UPDATE accounts SET address = ?2, normal_address = ?3, is_verified = ?4 WHERE id = ?1";
    execute(connection, sql, params![id.0, address.as_str(), address.normal(), verified])?;
    links::drop_of(connection, id)?;
    Ok(Changed::Done)
}

/// Notes that the person reads the address of the account.
pub(super) fn set_verified(connection: &Connection, id: UserId, now: SystemTime) -> Result<(), StoreError> {
    set(connection, id, "is_verified = 1, changed_ms = ?2", &ms(now))
}

fn set(connection: &Connection, id: UserId, columns: &str, value: &dyn ToSql) -> Result<(), StoreError> {
    execute(connection, &format!("UPDATE accounts SET {columns} WHERE id = ?1"), params![id.0, value]).map(drop)
}
