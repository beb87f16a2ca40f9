//! Sessions in memory: for tests, and as the shortest answer to what the trait means.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::future::ready;
#[expect(clippy::disallowed_types, reason = "in tests alone; nothing waits while it is held")]
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::SystemTime;

use super::{MAX_SESSIONS, Session, Sessions};
use crate::store::Answer;
use crate::{Digest, SessionId, UserId};

/// Sessions in memory.
#[derive(Debug, Default)]
pub struct MemorySessions {
    #[expect(clippy::disallowed_types, reason = "see the import")]
    sessions: Mutex<BTreeMap<SessionId, Session>>,
}

impl MemorySessions {
    fn answer<T: Send + 'static>(&self, made: impl FnOnce(&mut BTreeMap<SessionId, Session>) -> T) -> Answer<'_, T> {
        let made = made(&mut self.sessions.lock().unwrap_or_else(PoisonError::into_inner));
        Box::pin(ready(Ok(made)))
    }
}

impl Sessions for MemorySessions {
    fn begin(&self, session: Session, former: Option<Digest>) -> Answer<'_, Vec<Session>> {
        self.answer(|sessions| {
            let is_former = |known: &Session| former == Some(known.cookie);
            let mut ended: Vec<Session> =
                sessions.extract_if(.., |_, known| is_former(known)).map(|(_, it)| it).collect();
            let same = |known: &&Session| known.user == session.user && known.app == session.app;
            let mut others: Vec<Session> = sessions.values().filter(same).cloned().collect();
            others.sort_by_key(|known| Reverse((known.seen, known.id)));
            ended.extend(others.into_iter().skip(MAX_SESSIONS - 1));
            sessions.retain(|id, _| ended.iter().all(|ended| ended.id != *id));
            sessions.insert(session.id, session);
            ended
        })
    }

    fn by_cookie(&self, cookie: Digest) -> Answer<'_, Option<Session>> {
        self.answer(|sessions| sessions.values().find(|known| known.cookie == cookie).cloned())
    }

    fn by_id(&self, id: SessionId) -> Answer<'_, Option<Session>> {
        self.answer(|sessions| sessions.get(&id).cloned())
    }

    fn list(&self, after: Option<SessionId>, at_most: usize) -> Answer<'_, Vec<Session>> {
        self.answer(|sessions| {
            let later = sessions.iter().filter(|(id, _)| after.is_none_or(|after| **id > after));
            later.take(at_most).map(|(_, known)| known.clone()).collect()
        })
    }

    fn seen(&self, id: SessionId, at: SystemTime) -> Answer<'_, bool> {
        self.answer(|sessions| sessions.get_mut(&id).map(|known| known.seen = at).is_some())
    }

    fn end(&self, id: SessionId) -> Answer<'_, bool> {
        self.answer(|sessions| sessions.remove(&id).is_some())
    }

    fn of(&self, user: UserId) -> Answer<'_, Vec<Session>> {
        self.answer(|sessions| {
            let mut own: Vec<Session> = sessions.values().filter(|known| known.user == user).cloned().collect();
            own.sort_by_key(|known| Reverse((known.begun, known.id)));
            own
        })
    }

    fn end_of_user(&self, user: UserId) -> Answer<'_, Vec<SessionId>> {
        self.answer(|sessions| sessions.extract_if(.., |_, known| known.user == user).map(|(id, _)| id).collect())
    }

    fn end_old(&self, begun: SystemTime, seen: SystemTime, at_most: usize) -> Answer<'_, usize> {
        self.answer(|sessions| {
            let is_old = |known: &Session| known.begun < begun || known.seen < seen;
            sessions.extract_if(.., |_, known| is_old(known)).take(at_most).count()
        })
    }
}
