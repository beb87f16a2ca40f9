//! The API keys that are made while the gateway runs.

use std::sync::Arc;

use auth::keys::{KeyBounds, KeyId, Origin};
use auth::{Change, KeyRecord, KeySecret, KeyStore, KeyStoreError, KeyUse, Pending, RecordError};
use model::KeyKind;
use rusqlite::{Connection, Params, Row, params};

use super::Identity;
use super::sql::{all, execute, lines, ms, time};
use crate::StoreError;

/// The columns of a [`KeyRecord`], in the order in which [`record`] reads them.
const COLUMNS: &str = "name, kind, apis, scopes, origins, networks, tier, owner, purpose, made_ms, expires_ms, \
                       revoked_ms, used_ms";
/// All of them: there are as many as people made by hand.
pub(super) const ALL: &str = "SELECT name, kind, apis, scopes, origins, networks, tier, owner, purpose, made_ms, \
                              expires_ms, revoked_ms, used_ms FROM api_keys ORDER BY name";

/// Why a change was not made: the store could not, or the key may not be so.
enum Refusal {
    Store(StoreError),
    Key(KeyStoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<RecordError> for Refusal {
    fn from(error: RecordError) -> Self {
        Self::Key(error.into())
    }
}

impl From<Refusal> for KeyStoreError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            // Names and ids are the only things that no two keys share.
            Refusal::Store(error) if error.is_conflict() => Self::Exists,
            Refusal::Store(error) => Self::Unavailable(Box::new(error)),
            Refusal::Key(error) => error,
        }
    }
}

fn none(what: &str) -> StoreError {
    StoreError::damaged(format!("{what} of a key that is none"))
}

/// All of a key but its secrets.
fn record(row: &Row<'_>) -> Result<KeyRecord, StoreError> {
    let list = |at| Ok::<_, StoreError>(row.get::<_, String>(at)?.lines().map(Arc::from).collect());
    let moment = |at| Ok::<_, StoreError>(row.get::<_, Option<i64>>(at)?.map(time));
    let kinds = [KeyKind::Publishable, KeyKind::Restricted, KeyKind::Secret];
    let kind: String = row.get(1)?;
    let origins: String = row.get(4)?;
    let networks: Option<String> = row.get(5)?;
    let networks = networks.map(|networks| networks.lines().map(str::parse).collect::<Result<_, _>>());
    Ok(KeyRecord {
        name: row.get(0)?,
        kind: kinds.into_iter().find(|known| known.as_str() == kind).ok_or_else(|| none("a kind"))?,
        apis: list(2)?,
        scopes: list(3)?,
        bounds: KeyBounds {
            origins: origins.lines().map(Origin::parse).collect::<Result<_, _>>().map_err(|_| none("an origin"))?,
            networks: networks.transpose().map_err(|_| none("a network"))?,
        },
        tier: row.get(6)?,
        owner: row.get(7)?,
        purpose: row.get(8)?,
        made_at: time(row.get(9)?),
        expires: moment(10)?,
        revoked_at: moment(11)?,
        last_used: moment(12)?,
        secrets: Vec::new(),
    })
}

fn secret(row: &Row<'_>) -> Result<KeySecret, StoreError> {
    let id: String = row.get(0)?;
    Ok(KeySecret {
        id: KeyId::parse(&id).ok_or_else(|| none("an id"))?,
        hash: row.get(1)?,
        made_at: time(row.get(2)?),
        until: row.get::<_, Option<i64>>(3)?.map(time),
    })
}

/// The keys of a statement, whole.
fn records(connection: &Connection, sql: &str, values: impl Params) -> Result<Vec<KeyRecord>, StoreError> {
    let mut found = all(connection, sql, values, record)?;
    let secrets = "SELECT id, hash, made_ms, until_ms FROM api_key_secrets WHERE key = ?1 ORDER BY place";
    for record in &mut found {
        record.secrets = all(connection, secrets, [&record.name], secret)?;
    }
    Ok(found)
}

fn find(connection: &Connection, name: &str) -> Result<Option<KeyRecord>, StoreError> {
    Ok(records(connection, &format!("SELECT {COLUMNS} FROM api_keys WHERE name = ?1"), [name])?.pop())
}

fn insert(connection: &Connection, record: &KeyRecord) -> Result<(), StoreError> {
    let texts = |all: &[String]| lines(all);
    let origins: Vec<String> = record.bounds.origins.iter().map(ToString::to_string).collect();
    let networks = record.bounds.networks.as_ref();
    let networks: Option<Vec<String>> = networks.map(|ranges| ranges.iter().map(ToString::to_string).collect());
    let sql =
        format!("INSERT INTO api_keys ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
    let values = params![
        record.name,
        record.kind.as_str(),
        lines(&record.apis)?,
        lines(&record.scopes)?,
        texts(&origins)?,
        networks.as_deref().map(texts).transpose()?,
        record.tier,
        record.owner,
        record.purpose,
        ms(record.made_at),
        record.expires.map(ms),
        record.revoked_at.map(ms),
        record.last_used.map(ms),
    ];
    execute(connection, &sql, values)?;
    let sql = "INSERT INTO api_key_secrets (id, key, place, hash, made_ms, until_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    for (place, secret) in record.secrets.iter().enumerate() {
        let KeySecret { id, hash, made_at, until } = secret;
        execute(connection, sql, params![id.as_str(), record.name, place, hash, ms(*made_at), until.map(ms)])?;
    }
    Ok(())
}

/// Forgets a key, and its secrets with it. No where there is none.
fn delete(connection: &Connection, name: &str) -> Result<bool, StoreError> {
    Ok(execute(connection, "DELETE FROM api_keys WHERE name = ?1", [name])? > 0)
}

fn change(connection: &Connection, name: &str, change: Change) -> Result<KeyRecord, Refusal> {
    let before = find(connection, name)?.ok_or(Refusal::Key(KeyStoreError::Missing))?;
    let after = KeyRecord { name: Arc::clone(&before.name), ..change(before)? };
    delete(connection, name)?;
    insert(connection, &after)?;
    Ok(after)
}

impl Identity {
    fn change_keys<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, Refusal> + Send + 'static,
    ) -> Pending<'_, T> {
        let changed = self.database.change(change);
        Box::pin(async move { Ok(changed.await?) })
    }

    fn read_keys<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Refusal> + Send + 'static,
    ) -> Pending<'_, T> {
        let found = self.database.read(read);
        Box::pin(async move { Ok(found.await?) })
    }
}

impl KeyStore for Identity {
    fn all(&self) -> Pending<'_, Vec<KeyRecord>> {
        self.read_keys(|connection| Ok(records(connection, ALL, [])?))
    }

    fn find(&self, name: Arc<str>) -> Pending<'_, Option<KeyRecord>> {
        self.read_keys(move |connection| Ok(find(connection, &name)?))
    }

    fn create(&self, record: KeyRecord) -> Pending<'_, ()> {
        self.change_keys(move |connection| Ok(insert(connection, &record)?))
    }

    fn change(&self, name: Arc<str>, made: Change) -> Pending<'_, KeyRecord> {
        self.change_keys(move |connection| change(connection, &name, made))
    }

    fn delete(&self, name: Arc<str>) -> Pending<'_, ()> {
        self.change_keys(
            move |connection| {
                if delete(connection, &name)? { Ok(()) } else { Err(Refusal::Key(KeyStoreError::Missing)) }
            },
        )
    }

    fn note_used(&self, uses: Vec<KeyUse>) -> Pending<'_, ()> {
        self.change_keys(move |connection| {
            let sql = "UPDATE api_keys SET used_ms = ?2 WHERE name = ?1 AND (used_ms IS NULL OR used_ms < ?2)";
            for KeyUse { name, at } in uses {
                execute(connection, sql, params![name, ms(at)])?;
            }
            Ok(())
        })
    }
}
