//! Authorization requests that were pushed.

use std::sync::Arc;
use std::time::SystemTime;

use idp::Digest;
use idp::store::Answer;
use idp::store::pushed::{MAX_PUSHED, Pushed, PushedRequests};
use rusqlite::{Connection, params};

use super::Identity;
use super::sql::{count, execute, ms, one, time};
use crate::StoreError;

/// How many go with one that comes.
const AT_ONCE: usize = 4;

fn push(connection: &Connection, pushed: &Pushed, now: SystemTime) -> Result<bool, StoreError> {
    let waiting = "SELECT count(*) FROM pushed_requests WHERE app = ?1 AND expires_ms > ?2";
    if count(connection, waiting, params![pushed.app, ms(now)])? >= MAX_PUSHED {
        return Ok(false);
    }
    // Those that are over go with the next that comes: else a flood would stay until somebody tidies up.
    let over = "DELETE FROM pushed_requests WHERE digest IN \
                (SELECT digest FROM pushed_requests WHERE app = ?1 AND expires_ms <= ?2 LIMIT ?3)";
    execute(connection, over, params![pushed.app, ms(now), AT_ONCE])?;
    // The same request a second time is the same request.
    let sql = "INSERT INTO pushed_requests VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET app = excluded.app, \
               parameters = excluded.parameters, expires_ms = excluded.expires_ms";
    let Pushed { digest, app, parameters, expires } = pushed;
    execute(connection, sql, params![digest.0, app, parameters, ms(*expires)])?;
    Ok(true)
}

fn find(connection: &Connection, digest: Digest, app: &str, now: SystemTime) -> Result<Option<Pushed>, StoreError> {
    let sql =
        "SELECT app, parameters, expires_ms FROM pushed_requests WHERE digest = ?1 AND app = ?2 AND expires_ms > ?3";
    one(connection, sql, params![digest.0, app, ms(now)], |row| {
        Ok(Pushed { digest, app: row.get(0)?, parameters: row.get(1)?, expires: time(row.get(2)?) })
    })
}

impl PushedRequests for Identity {
    fn push(&self, pushed: Pushed, now: SystemTime) -> Answer<'_, bool> {
        self.change(move |connection| push(connection, &pushed, now))
    }

    fn read(&self, digest: Digest, app: Arc<str>, now: SystemTime) -> Answer<'_, Option<Pushed>> {
        self.read(move |connection| find(connection, digest, &app, now))
    }

    fn take(&self, digest: Digest, app: Arc<str>, now: SystemTime) -> Answer<'_, Option<Pushed>> {
        self.change(move |connection| {
            let found = find(connection, digest, &app, now)?;
            let sql = "DELETE FROM pushed_requests WHERE digest = ?1 AND app = ?2";
            execute(connection, sql, params![digest.0, app]).map(|_| found)
        })
    }
}
