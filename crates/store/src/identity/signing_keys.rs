//! The keys that the issuer signs with, sealed.

use idp::apps::TokenAlgorithm;
use idp::store::Answer;
use idp::store::signing_keys::{KeptKey, SigningKeys};
use model::Secret;
use rusqlite::{Connection, Row, params};

use super::Identity;
use super::schema::SIGNING_KEY;
use super::sql::{all, execute, ms, one, time};
use crate::{Seal, StoreError};

/// All of a few.
pub(super) const ALL: &str = "SELECT id, algorithm, pkcs8, signs_from_ms FROM signing_keys ORDER BY signs_from_ms, id";

fn key(row: &Row<'_>, seal: &Seal) -> Result<KeptKey, StoreError> {
    let (id, written): (Box<str>, String) = (row.get(0)?, row.get(1)?);
    let algorithm = TokenAlgorithm::ALL.into_iter().find(|known| known.as_str() == written);
    let pkcs8 = seal.open(SIGNING_KEY, id.as_bytes(), &row.get::<_, Vec<u8>>(2)?)?;
    Ok(KeptKey {
        algorithm: algorithm.ok_or_else(|| StoreError::damaged("a signing key of no known algorithm"))?,
        pkcs8: Secret::new(pkcs8.expose().to_vec()),
        signs_from: time(row.get(3)?),
        id,
    })
}

fn add(connection: &Connection, seal: &Seal, key: &KeptKey, behind: Option<&str>) -> Result<bool, StoreError> {
    let last = "SELECT id FROM signing_keys WHERE algorithm = ?1 ORDER BY signs_from_ms DESC LIMIT 1";
    let last: Option<String> = one(connection, last, [key.algorithm.as_str()], |row| Ok(row.get(0)?))?;
    if last.as_deref() != behind {
        return Ok(false);
    }
    let sealed = seal.seal(SIGNING_KEY, key.id.as_bytes(), key.pkcs8.expose())?;
    let sql = "INSERT INTO signing_keys VALUES (?1, ?2, ?3, ?4)";
    execute(connection, sql, params![key.id, key.algorithm.as_str(), sealed, ms(key.signs_from)])?;
    Ok(true)
}

impl SigningKeys for Identity {
    fn all(&self) -> Answer<'_, Vec<KeptKey>> {
        let seal = self.database.seal().clone();
        self.read(move |connection| all(connection, ALL, [], |row| key(row, &seal)))
    }

    fn add(&self, key: KeptKey, behind: Option<Box<str>>) -> Answer<'_, bool> {
        let seal = self.database.seal().clone();
        self.change(move |connection| add(connection, &seal, &key, behind.as_deref()))
    }

    fn remove(&self, id: Box<str>) -> Answer<'_, ()> {
        self.change(move |connection| execute(connection, "DELETE FROM signing_keys WHERE id = ?1", [id]).map(drop))
    }
}
