//! The apps that are registered while the gateway runs, and what goes with one that is removed.

use std::sync::Arc;
use std::time::SystemTime;

use idp::apps::Registration;
use idp::store::Answer;
use idp::store::apps::{APPS_AT_MOST, AppRecord, AppRecords, AppSecret, Registered, Removed};
use idp::{Digest, GrantId, SessionId};
use rusqlite::{Connection, Params, Row, params};

use super::Identity;
use super::sql::{all, count, execute, ms, time};
use crate::StoreError;

/// All of them: there are as many as people made by hand.
pub(super) const ALL: &str = "SELECT name, registration, made_ms, changed_ms FROM apps ORDER BY name";
/// Likewise.
pub(super) const COUNT: &str = "SELECT count(*) FROM apps";

fn written(registration: &Registration) -> Result<String, StoreError> {
    registration.to_text().map_err(|error| StoreError::damaged(format!("an app that cannot be written: {error}")))
}

/// All of an app but its secrets.
fn record(row: &Row<'_>) -> Result<AppRecord, StoreError> {
    let registration = Registration::of_text(&row.get::<_, String>(1)?);
    Ok(AppRecord {
        name: row.get(0)?,
        registration: registration.map_err(|error| StoreError::damaged(format!("an app that is none: {error}")))?,
        secrets: Vec::new(),
        made: time(row.get(2)?),
        changed: time(row.get(3)?),
    })
}

fn secret(row: &Row<'_>) -> Result<AppSecret, StoreError> {
    let until = row.get::<_, Option<i64>>(2)?.map(time);
    Ok(AppSecret { digest: Digest(row.get(0)?), made: time(row.get(1)?), until })
}

/// The apps of a statement, whole.
fn records(connection: &Connection, sql: &str, values: impl Params) -> Result<Vec<AppRecord>, StoreError> {
    let mut found = all(connection, sql, values, record)?;
    let secrets = "SELECT digest, made_ms, until_ms FROM app_secrets WHERE app = ?1 ORDER BY place";
    for record in &mut found {
        record.secrets = all(connection, secrets, [&record.name], secret)?;
    }
    Ok(found)
}

fn find(connection: &Connection, name: &str) -> Result<Option<AppRecord>, StoreError> {
    let sql = "SELECT name, registration, made_ms, changed_ms FROM apps WHERE name = ?1";
    Ok(records(connection, sql, [name])?.pop())
}

/// These secrets in place of all that there are.
fn replace_secrets(connection: &Connection, name: &str, secrets: &[AppSecret]) -> Result<(), StoreError> {
    execute(connection, "DELETE FROM app_secrets WHERE app = ?1", [name])?;
    let sql = "INSERT INTO app_secrets (app, place, digest, made_ms, until_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
    for (place, AppSecret { digest, made, until }) in secrets.iter().enumerate() {
        execute(connection, sql, params![name, place, digest.0, ms(*made), until.map(ms)])?;
    }
    Ok(())
}

fn create(connection: &Connection, record: &AppRecord) -> Result<Registered, StoreError> {
    if find(connection, &record.name)?.is_some() {
        return Ok(Registered::Exists);
    }
    if count(connection, COUNT, [])? >= APPS_AT_MOST {
        return Ok(Registered::Full);
    }
    // What was begun with one that is gone may have been kept a moment after it went.
    end_what_is_left(connection, &record.name, record.made)?;
    let sql = "INSERT INTO apps (name, registration, made_ms, changed_ms) VALUES (?1, ?2, ?3, ?4)";
    let AppRecord { name, registration, secrets, made, changed } = record;
    execute(connection, sql, params![name, written(registration)?, ms(*made), ms(*changed)])?;
    replace_secrets(connection, name, secrets)?;
    Ok(Registered::Kept)
}

/// Ends everything that an app of this name has.
fn end_what_is_left(connection: &Connection, name: &str, now: SystemTime) -> Result<Removed, StoreError> {
    let end = "UPDATE grants SET ended_ms = ?2 WHERE app = ?1 AND ended_ms IS NULL RETURNING id";
    let grants = all(connection, end, params![name, ms(now)], |row| Ok(GrantId(row.get(0)?)))?;
    let sessions =
        all(connection, "DELETE FROM sessions WHERE app = ?1 RETURNING id", [name], |row| Ok(SessionId(row.get(0)?)))?;
    for forget in [
        "DELETE FROM consents WHERE app = ?1",
        "DELETE FROM devices WHERE app = ?1",
        "DELETE FROM pushed_requests WHERE app = ?1",
    ] {
        execute(connection, forget, [name])?;
    }
    Ok(Removed { grants, sessions })
}

fn remove(connection: &Connection, name: &str, now: SystemTime) -> Result<Option<Removed>, StoreError> {
    if execute(connection, "DELETE FROM apps WHERE name = ?1", [name])? == 0 {
        return Ok(None);
    }
    let removed = end_what_is_left(connection, name, now)?;
    let lost = "INSERT INTO lost_apps VALUES (?1, ?2) ON CONFLICT DO UPDATE SET removed_ms = excluded.removed_ms";
    execute(connection, lost, params![name, ms(now)])?;
    Ok(Some(removed))
}

impl AppRecords for Identity {
    fn create(&self, record: AppRecord) -> Answer<'_, Registered> {
        self.change(move |connection| create(connection, &record))
    }

    fn find(&self, name: Arc<str>) -> Answer<'_, Option<AppRecord>> {
        self.read(move |connection| find(connection, &name))
    }

    fn all(&self) -> Answer<'_, Vec<AppRecord>> {
        self.read(|connection| records(connection, ALL, []))
    }

    fn change(&self, name: Arc<str>, registration: Registration, now: SystemTime) -> Answer<'_, bool> {
        self.change(move |connection| {
            let sql = "UPDATE apps SET registration = ?2, changed_ms = ?3 WHERE name = ?1";
            Ok(execute(connection, sql, params![name, written(&registration)?, ms(now)])? > 0)
        })
    }

    fn rotate(&self, name: Arc<str>, secret: AppSecret, until: SystemTime) -> Answer<'_, bool> {
        self.change(move |connection| {
            let sql = "UPDATE apps SET changed_ms = ?2 WHERE name = ?1";
            if execute(connection, sql, params![name, ms(secret.made)])? == 0 {
                return Ok(false);
            }
            let before = find(connection, &name)?.and_then(|record| record.secrets.into_iter().next());
            let before = before.map(|before| AppSecret { until: Some(until), ..before });
            let secrets: Vec<AppSecret> = std::iter::once(secret).chain(before).collect();
            replace_secrets(connection, &name, &secrets)?;
            Ok(true)
        })
    }

    fn remove(&self, name: Arc<str>, now: SystemTime) -> Answer<'_, Option<Removed>> {
        self.change(move |connection| remove(connection, &name, now))
    }

    fn removed_since(&self, since: SystemTime) -> Answer<'_, Vec<(Arc<str>, SystemTime)>> {
        self.read(move |connection| {
            let sql = "SELECT name, removed_ms FROM lost_apps WHERE removed_ms >= ?1 ORDER BY removed_ms, name";
            all(connection, sql, [ms(since)], |row| Ok((row.get(0)?, time(row.get(1)?))))
        })
    }
}
