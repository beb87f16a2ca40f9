//! Devices that wait for a person to allow them elsewhere.

use std::time::{Duration, SystemTime};

use idp::store::Answer;
use idp::store::devices::{Device, Devices, MAX_WAITING, Poll, Polled, SLOWER_BY, Waiting};
use idp::store::grants::Grant;
use idp::{Digest, GrantId};
use rusqlite::{Connection, Row, params};

use super::sql::{count, elements, execute, lines, ms, one, scopes, time};
use super::{Identity, grants};
use crate::StoreError;

/// The columns of a [`Device`], in the order in which [`device`] reads them.
const COLUMNS: &str = "device, user_code, app, scopes, resources, interval_ms, expires_ms";

/// A device with what became of it.
struct Waiter {
    device: Device,
    is_allowed: Option<bool>,
    grant: Option<GrantId>,
    is_redeemed: bool,
    asked: Option<SystemTime>,
}

fn device(row: &Row<'_>) -> Result<Device, StoreError> {
    Ok(Device {
        device: Digest(row.get(0)?),
        user_code: Digest(row.get(1)?),
        app: row.get(2)?,
        scopes: scopes(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?,
        resources: elements(&row.get::<_, String>(4)?),
        interval: Duration::from_millis(row.get(5)?),
        expires: time(row.get(6)?),
    })
}

fn wait(connection: &Connection, device: &Device, now: SystemTime) -> Result<Waiting, StoreError> {
    let taken = "SELECT count(*) FROM devices WHERE user_code = ?1 AND expires_ms > ?2";
    if count(connection, taken, params![device.user_code.0, ms(now)])? > 0 {
        return Ok(Waiting::Taken);
    }
    let waiting = "SELECT count(*) FROM devices WHERE app = ?1 AND expires_ms > ?2";
    if count(connection, waiting, params![device.app, ms(now)])? >= MAX_WAITING {
        return Ok(Waiting::Crowded);
    }
    let Device { device, user_code, app, scopes, resources, interval, expires } = device;
    let sql = format!("INSERT INTO devices ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    let interval_ms = span_ms(*interval);
    let values = params![device.0, user_code.0, app, scopes.to_string(), lines(resources)?, interval_ms, ms(*expires)];
    execute(connection, &sql, values)?;
    Ok(Waiting::Begun)
}

/// The device of a user code on which nobody has decided.
fn undecided(connection: &Connection, user_code: Digest, now: SystemTime) -> Result<Option<Device>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM devices WHERE user_code = ?1 AND expires_ms > ?2 AND is_allowed IS NULL");
    one(connection, &sql, params![user_code.0, ms(now)], device)
}

fn decide(
    connection: &Connection,
    user_code: Digest,
    grant: Option<&Grant>,
    now: SystemTime,
) -> Result<bool, StoreError> {
    let Some(waiting) = undecided(connection, user_code, now)? else { return Ok(false) };
    if let Some(grant) = grant {
        grants::keep(connection, grant)?;
    }
    let sql = "UPDATE devices SET is_allowed = ?2, grant_id = ?3 WHERE device = ?1";
    execute(connection, sql, params![waiting.device.0, grant.is_some(), grant.map(|grant| grant.id.0)])?;
    Ok(true)
}

fn waiter(connection: &Connection, poll: &Poll) -> Result<Option<Waiter>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, is_allowed, grant_id, is_redeemed, asked_ms FROM devices WHERE device = ?1 AND app = ?2"
    );
    one(connection, &sql, params![poll.shown.0, poll.app], |row| {
        Ok(Waiter {
            device: device(row)?,
            is_allowed: row.get(7)?,
            grant: row.get::<_, Option<[u8; 16]>>(8)?.map(GrantId),
            is_redeemed: row.get(9)?,
            asked: row.get::<_, Option<i64>>(10)?.map(time),
        })
    })
}

fn poll(connection: &Connection, poll: &Poll) -> Result<Polled, StoreError> {
    let Some(waiter) = waiter(connection, poll)? else { return Ok(Polled::Unknown) };
    if waiter.is_redeemed {
        let Some(id) = waiter.grant else { return Ok(Polled::Unknown) };
        grants::end(connection, id, poll.now)?;
        return Ok(Polled::Replayed(id));
    }
    if waiter.device.expires <= poll.now {
        return Ok(Polled::Expired);
    }
    let since = |asked| poll.now.duration_since(asked).unwrap_or(Duration::ZERO);
    let is_too_soon = waiter.asked.is_some_and(|asked| since(asked) < waiter.device.interval);
    let slower = if is_too_soon { SLOWER_BY } else { Duration::ZERO };
    let noted = "UPDATE devices SET asked_ms = ?2, interval_ms = interval_ms + ?3 WHERE device = ?1";
    execute(connection, noted, params![poll.shown.0, ms(poll.now), span_ms(slower)])?;
    match waiter.is_allowed {
        _ if is_too_soon => Ok(Polled::SlowDown),
        None => Ok(Polled::Pending),
        Some(false) => Ok(Polled::Denied),
        Some(true) => redeem(connection, poll, waiter.grant),
    }
}

fn redeem(connection: &Connection, poll: &Poll, grant: Option<GrantId>) -> Result<Polled, StoreError> {
    execute(connection, "UPDATE devices SET is_redeemed = 1 WHERE device = ?1", [poll.shown.0])?;
    // A grant that was dropped or has ended meanwhile begins no more.
    let Some(id) = grant else { return Ok(Polled::Denied) };
    let begun = grants::begin(connection, id, poll.refresh, poll.bound_to.as_deref(), poll.now)?;
    Ok(begun.map_or(Polled::Denied, Polled::Redeemed))
}

fn span_ms(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

impl Devices for Identity {
    fn wait(&self, device: Device, now: SystemTime) -> Answer<'_, Waiting> {
        self.change(move |connection| wait(connection, &device, now))
    }

    fn by_user_code(&self, user_code: Digest, now: SystemTime) -> Answer<'_, Option<Device>> {
        self.read(move |connection| undecided(connection, user_code, now))
    }

    fn decide(&self, user_code: Digest, grant: Option<Grant>, now: SystemTime) -> Answer<'_, bool> {
        self.change(move |connection| decide(connection, user_code, grant.as_ref(), now))
    }

    fn poll(&self, asked: Poll) -> Answer<'_, Polled> {
        self.change(move |connection| poll(connection, &asked))
    }
}
