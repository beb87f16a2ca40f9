//! Accounts: how they are written and read, and what goes with one that is deleted.

use std::time::SystemTime;

use idp::accounts::{Address, Commitment, Departure, PasswordHash, TotpSecret};
use idp::store::Answer;
use idp::store::accounts::{Account, Accounts, Authenticator, Change, Changed, Creation};
use idp::{Digest, UserId};
use rusqlite::{Connection, Params, Row, params};

use super::schema::{AUTHENTICATOR, OFFERED, PASSWORD};
use super::sql::{all, count, execute, ms, one, time};
use super::{Identity, changes, links};
use crate::{Seal, SealedColumn, StoreError};

const COLUMNS: &str = "id, address, name, is_verified, password, authenticator, used_step, offered, is_locked, \
                       generation, created_ms, changed_ms";

/// Opens what a column holds for this account, where it holds anything.
fn opened<T>(
    row: &Row<'_>,
    at: usize,
    seal: &Seal,
    (column, id): (SealedColumn, UserId),
    read: impl FnOnce(&[u8]) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    let Some(sealed) = row.get::<_, Option<Vec<u8>>>(at)? else { return Ok(None) };
    let value = seal.open(column, &id.0, &sealed)?;
    read(value.expose()).map(Some).ok_or_else(|| StoreError::damaged(format!("a sealed `{}` is none", column.column)))
}

fn totp(octets: &[u8]) -> Option<TotpSecret> {
    octets.try_into().ok().map(TotpSecret::from_octets)
}

fn password(octets: &[u8]) -> Option<PasswordHash> {
    std::str::from_utf8(octets).ok().and_then(|text| PasswordHash::parse(text).ok())
}

/// An address that was one when it was written.
pub(super) fn address(text: &str) -> Result<Address, StoreError> {
    Address::parse(text).map_err(|error| StoreError::damaged(format!("an address that is none: {error}")))
}

/// All of an account but its recovery codes.
fn account(row: &Row<'_>, seal: &Seal) -> Result<Account, StoreError> {
    let id = UserId(row.get(0)?);
    let secret = opened(row, 5, seal, (AUTHENTICATOR, id), totp)?;
    let used_step: Option<u64> = row.get(6)?;
    Ok(Account {
        id,
        address: address(&row.get::<_, String>(1)?)?,
        name: row.get(2)?,
        verified: row.get(3)?,
        password: opened(row, 4, seal, (PASSWORD, id), password)?,
        authenticator: secret.zip(used_step).map(|(secret, used_step)| Authenticator { secret, used_step }),
        offered: opened(row, 7, seal, (OFFERED, id), totp)?,
        recovery: Vec::new(),
        locked: row.get(8)?,
        generation: row.get(9)?,
        created: time(row.get(10)?),
        changed: time(row.get(11)?),
    })
}

/// The accounts of a condition, whole.
fn accounts(
    connection: &Connection,
    seal: &Seal,
    condition: &str,
    values: impl Params,
) -> Result<Vec<Account>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM accounts WHERE {condition}");
    let mut found = all(connection, &sql, values, |row| account(row, seal))?;
    let codes = "SELECT digest FROM recovery_codes WHERE account = ?1 ORDER BY place";
    for account in &mut found {
        account.recovery = all(connection, codes, [account.id.0], |row| Ok(Digest(row.get(0)?)))?;
    }
    Ok(found)
}

/// The account of that id.
pub(super) fn by_id(connection: &Connection, seal: &Seal, id: UserId) -> Result<Option<Account>, StoreError> {
    Ok(accounts(connection, seal, "id = ?1", [id.0])?.pop())
}

/// Who has that address.
pub(super) fn holder(connection: &Connection, address: &Address) -> Result<Option<UserId>, StoreError> {
    let sql = "SELECT id FROM accounts WHERE normal_address = ?1";
    one(connection, sql, [address.normal()], |row| Ok(UserId(row.get(0)?)))
}

/// Seals a value for its column in the row of an account.
pub(super) fn sealed(
    seal: &Seal,
    column: SealedColumn,
    id: UserId,
    value: Option<&[u8]>,
) -> Result<Option<Vec<u8>>, StoreError> {
    value.map(|value| seal.seal(column, &id.0, value)).transpose()
}

/// Writes a new account, whose address nobody has.
pub(super) fn insert(connection: &Connection, seal: &Seal, account: &Account) -> Result<(), StoreError> {
    let id = account.id;
    let password = account.password.as_ref().map(|hash| hash.expose().as_bytes());
    let authenticator = account.authenticator.as_ref();
    let secret = authenticator.map(|authenticator| authenticator.secret.expose().as_slice());
    let offered = account.offered.as_ref().map(|secret| secret.expose().as_slice());
    let sql = format!(
        "INSERT INTO accounts ({COLUMNS}, normal_address) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
    );
    let values = params![
        id.0,
        account.address.as_str(),
        account.name,
        account.verified,
        sealed(seal, PASSWORD, id, password)?,
        sealed(seal, AUTHENTICATOR, id, secret)?,
        authenticator.map(|authenticator| authenticator.used_step),
        sealed(seal, OFFERED, id, offered)?,
        account.locked,
        account.generation,
        ms(account.created),
        ms(account.changed),
        account.address.normal(),
    ];
    execute(connection, &sql, values)?;
    replace_recovery(connection, id, &account.recovery)
}

/// These recovery codes in place of all that there are.
pub(super) fn replace_recovery(connection: &Connection, id: UserId, codes: &[Digest]) -> Result<(), StoreError> {
    execute(connection, "DELETE FROM recovery_codes WHERE account = ?1", [id.0])?;
    for (place, code) in codes.iter().enumerate() {
        execute(connection, "INSERT INTO recovery_codes VALUES (?1, ?2, ?3)", params![id.0, place, code.0])?;
    }
    Ok(())
}

fn use_recovery(connection: &Connection, id: UserId, code: Digest) -> Result<Option<usize>, StoreError> {
    let used = "DELETE FROM recovery_codes WHERE account = ?1 AND digest = ?2";
    if execute(connection, used, params![id.0, code.0])? == 0 {
        return Ok(None);
    }
    count(connection, "SELECT count(*) FROM recovery_codes WHERE account = ?1", [id.0]).map(Some)
}

/// Deletes an account and everything that is about it. What refers to a row goes with the row.
fn delete(connection: &Connection, id: UserId, departure: Departure) -> Result<bool, StoreError> {
    if execute(connection, "DELETE FROM accounts WHERE id = ?1", [id.0])? == 0 {
        return Ok(false);
    }
    links::drop_of(connection, id)?;
    let at_ms = ms(departure.at);
    // Of these no more than a random name is left, so that their tokens are still refused.
    let lost = "INSERT INTO lost_grants SELECT id, coalesce(ended_ms, ?2) FROM grants WHERE user = ?1";
    execute(connection, lost, params![id.0, at_ms])?;
    execute(connection, "DELETE FROM grants WHERE user = ?1", [id.0])?;
    execute(connection, "DELETE FROM consents WHERE user = ?1", [id.0])?;
    execute(connection, "DELETE FROM sessions WHERE user = ?1", [id.0])?;
    let Commitment { salt, mac } = departure.commitment;
    let kept = "INSERT INTO departures (salt, mac, at_ms) VALUES (?1, ?2, ?3)";
    execute(connection, kept, params![salt, mac, at_ms])?;
    Ok(true)
}

impl Accounts for Identity {
    fn create(&self, account: Account) -> Answer<'_, Creation> {
        let seal = self.database.seal().clone();
        self.change(move |connection| {
            if holder(connection, &account.address)?.is_some() {
                return Ok(Creation::AddressTaken);
            }
            insert(connection, &seal, &account)?;
            Ok(Creation::Made)
        })
    }

    fn by_id(&self, id: UserId) -> Answer<'_, Option<Account>> {
        let seal = self.database.seal().clone();
        self.read(move |connection| by_id(connection, &seal, id))
    }

    fn by_address(&self, address: &Address) -> Answer<'_, Option<Account>> {
        let (seal, normal) = (self.database.seal().clone(), address.normal().to_owned());
        self.read(move |connection| Ok(accounts(connection, &seal, "normal_address = ?1", [normal])?.pop()))
    }

    fn list(&self, after: Option<UserId>, at_most: usize) -> Answer<'_, Vec<Account>> {
        let seal = self.database.seal().clone();
        self.read(move |connection| {
            // Nothing is before the first id but nothing.
            let after = after.map_or_else(Vec::new, |id| id.0.to_vec());
            accounts(connection, &seal, "id > ?1 ORDER BY id LIMIT ?2", params![after, at_most])
        })
    }

    fn change(&self, id: UserId, change: Change, now: SystemTime) -> Answer<'_, Changed> {
        let seal = self.database.seal().clone();
        self.change(move |connection| changes::change(connection, &seal, id, change, now))
    }

    fn use_step(&self, id: UserId, step: u64) -> Answer<'_, bool> {
        self.change(move |connection| {
            let sql = "UPDATE accounts SET used_step = ?2 WHERE id = ?1 AND used_step < ?2";
            Ok(execute(connection, sql, params![id.0, step])? > 0)
        })
    }

    fn use_recovery(&self, id: UserId, code: Digest) -> Answer<'_, Option<usize>> {
        self.change(move |connection| use_recovery(connection, id, code))
    }

    fn delete(&self, id: UserId, departure: Departure) -> Answer<'_, bool> {
        self.change(move |connection| delete(connection, id, departure))
    }

    fn departures(&self, skip: usize, at_most: usize) -> Answer<'_, Vec<Departure>> {
        self.read(move |connection| {
            all(connection, DEPARTURES, params![at_most, skip], |row| {
                let commitment = Commitment { salt: row.get(0)?, mac: row.get(1)? };
                Ok(Departure { commitment, at: time(row.get(2)?) })
            })
        })
    }
}

/// For whoever looks through the records; no request does.
pub(super) const DEPARTURES: &str = "SELECT salt, mac, at_ms FROM departures ORDER BY at_ms, number LIMIT ?1 OFFSET ?2";
