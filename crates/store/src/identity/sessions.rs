//! The browsers in which an app's person is known at a client door.

use std::time::SystemTime;

use idp::store::Answer;
use idp::store::sessions::{MAX_SESSIONS, Session, Sessions};
use idp::{Digest, GrantId, SessionId, SignInId, UserId};
use rusqlite::{Connection, Row, params};

use super::Identity;
use super::sql::{all, elements, execute, lines, ms, one, scopes, time};
use crate::StoreError;

/// The columns of a [`Session`], in the order in which [`session`] reads them.
const COLUMNS: &str = "id, cookie, csrf, grant_id, user, generation, app, scopes, sign_in, authenticated_ms, methods, \
                       origin, begun_ms, seen_ms";

fn session(row: &Row<'_>) -> Result<Session, StoreError> {
    Ok(Session {
        id: SessionId(row.get(0)?),
        cookie: Digest(row.get(1)?),
        csrf: Digest(row.get(2)?),
        grant: GrantId(row.get(3)?),
        user: UserId(row.get(4)?),
        generation: row.get(5)?,
        app: row.get(6)?,
        scopes: scopes(row.get_ref(7)?.as_str().map_err(rusqlite::Error::from)?)?,
        sign_in: row.get::<_, Option<[u8; 16]>>(8)?.map(SignInId),
        authenticated_at: time(row.get(9)?),
        methods: elements(&row.get::<_, String>(10)?),
        origin: row.get(11)?,
        begun: time(row.get(12)?),
        seen: time(row.get(13)?),
    })
}

fn insert(connection: &Connection, session: &Session) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO sessions ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
    );
    let values = params![
        session.id.0,
        session.cookie.0,
        session.csrf.0,
        session.grant.0,
        session.user.0,
        session.generation,
        session.app,
        session.scopes.to_string(),
        session.sign_in.map(|id| id.0),
        ms(session.authenticated_at),
        lines(&session.methods)?,
        session.origin,
        ms(session.begun),
        ms(session.seen),
    ];
    execute(connection, &sql, values).map(drop)
}

fn begin(connection: &Connection, begun: &Session, former: Option<Digest>) -> Result<Vec<Session>, StoreError> {
    let mut ended = Vec::new();
    if let Some(former) = former {
        let sql = format!("DELETE FROM sessions WHERE cookie = ?1 RETURNING {COLUMNS}");
        ended.extend(one(connection, &sql, [former.0], session)?);
    }
    let beyond = format!(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user = ?1 AND app = ?2 \
         ORDER BY seen_ms DESC, id DESC LIMIT -1 OFFSET ?3) RETURNING {COLUMNS}"
    );
    ended.extend(all(connection, &beyond, params![begun.user.0, begun.app, MAX_SESSIONS - 1], session)?);
    insert(connection, begun)?;
    Ok(ended)
}

impl Sessions for Identity {
    fn begin(&self, session: Session, former: Option<Digest>) -> Answer<'_, Vec<Session>> {
        self.change(move |connection| begin(connection, &session, former))
    }

    fn by_cookie(&self, cookie: Digest) -> Answer<'_, Option<Session>> {
        self.read(move |connection| {
            one(connection, &format!("SELECT {COLUMNS} FROM sessions WHERE cookie = ?1"), [cookie.0], session)
        })
    }

    fn by_id(&self, id: SessionId) -> Answer<'_, Option<Session>> {
        self.read(move |connection| {
            one(connection, &format!("SELECT {COLUMNS} FROM sessions WHERE id = ?1"), [id.0], session)
        })
    }

    fn list(&self, after: Option<SessionId>, at_most: usize) -> Answer<'_, Vec<Session>> {
        self.read(move |connection| {
            // Nothing is before the first id but nothing.
            let after = after.map_or_else(Vec::new, |id| id.0.to_vec());
            let sql = format!("SELECT {COLUMNS} FROM sessions WHERE id > ?1 ORDER BY id LIMIT ?2");
            all(connection, &sql, params![after, at_most], session)
        })
    }

    fn seen(&self, id: SessionId, at: SystemTime) -> Answer<'_, bool> {
        self.change(move |connection| {
            let sql = "UPDATE sessions SET seen_ms = ?2 WHERE id = ?1";
            Ok(execute(connection, sql, params![id.0, ms(at)])? > 0)
        })
    }

    fn end(&self, id: SessionId) -> Answer<'_, bool> {
        self.change(move |connection| Ok(execute(connection, "DELETE FROM sessions WHERE id = ?1", [id.0])? > 0))
    }

    fn of(&self, user: UserId) -> Answer<'_, Vec<Session>> {
        self.read(move |connection| {
            let sql = format!("SELECT {COLUMNS} FROM sessions WHERE user = ?1 ORDER BY begun_ms DESC, id DESC");
            all(connection, &sql, [user.0], session)
        })
    }

    fn end_of_user(&self, user: UserId) -> Answer<'_, Vec<SessionId>> {
        self.change(move |connection| {
            let sql = "DELETE FROM sessions WHERE user = ?1 RETURNING id";
            all(connection, sql, [user.0], |row| Ok(SessionId(row.get(0)?)))
        })
    }

    fn end_old(&self, begun: SystemTime, seen: SystemTime, at_most: usize) -> Answer<'_, usize> {
        self.change(move |connection| {
            let sql = "DELETE FROM sessions WHERE id IN \
                       (SELECT id FROM sessions WHERE begun_ms < ?1 OR seen_ms < ?2 LIMIT ?3)";
            execute(connection, sql, params![ms(begun), ms(seen), at_most])
        })
    }
}
