//! What people need not be asked again.

use std::sync::Arc;
use std::time::SystemTime;

use idp::store::Answer;
use idp::store::consents::{Consents, Given};
use idp::{Scopes, UserId};
use rusqlite::{Connection, params};

use super::Identity;
use super::sql::{all, execute, ms, one, scopes, time};
use crate::StoreError;

fn given(connection: &Connection, user: UserId, app: &str) -> Result<Scopes, StoreError> {
    let sql = "SELECT scopes FROM consents WHERE user = ?1 AND app = ?2";
    let found = one(connection, sql, params![user.0, app], |row| scopes(&row.get::<_, String>(0)?))?;
    Ok(found.unwrap_or_default())
}

impl Consents for Identity {
    fn given(&self, user: UserId, app: Arc<str>) -> Answer<'_, Scopes> {
        self.read(move |connection| given(connection, user, &app))
    }

    fn remember(&self, user: UserId, app: Arc<str>, scopes: Scopes, now: SystemTime) -> Answer<'_, ()> {
        self.change(move |connection| {
            let all = given(connection, user, &app)?.union(&scopes);
            let sql = "INSERT INTO consents VALUES (?1, ?2, ?3, ?4) \
                       ON CONFLICT DO UPDATE SET scopes = excluded.scopes, changed_ms = excluded.changed_ms";
            execute(connection, sql, params![user.0, app, all.to_string(), ms(now)]).map(drop)
        })
    }

    fn given_by(&self, user: UserId) -> Answer<'_, Vec<Given>> {
        self.read(move |connection| {
            let sql = "SELECT app, scopes, changed_ms FROM consents WHERE user = ?1 ORDER BY app";
            all(connection, sql, [user.0], |row| {
                Ok(Given { app: row.get(0)?, scopes: scopes(&row.get::<_, String>(1)?)?, changed: time(row.get(2)?) })
            })
        })
    }
}
