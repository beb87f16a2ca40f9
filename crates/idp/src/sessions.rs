//! Browser sessions: an app's person is known by a cookie, and tokens never leave the house.
//!
//! ```text
//! page      GET /auth/session/start?app=page&return_to=/orders   on the app's own host
//!           → the authorization endpoint of the provider, with PKCE and a state that only this browser can have made
//!           → GET /auth/session/callback?code=…&state=…&iss=…    again on the app's own host
//!           the code is redeemed within the house, the session begins, its cookie is set
//!           → /orders
//! ```
//!
//! A session comes of a grant and ends with it. Where it stands on something that has ended (the grant, an older
//! generation of the account), it is void, whatever the store still holds of it.
//!
//! INVARIANT: a beginning is bound to the browser in which it was begun (RFC 9700 §4.7), and the cookie of a session is
//! new each time, so that nobody is put into a session of somebody else's making.

mod beginning;
mod endpoints;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;

use crate::apps::{AppSettings, Apps};
use crate::store::StoreError;
use crate::store::accounts::Accounts;
use crate::store::grants::ProtocolStore;
use crate::store::sessions::{Session, Sessions};
use crate::store::sign_ins::SignIns;
use crate::{Digest, Endpoint, SessionId, Settings};

pub use beginning::{AppPath, AppPathError};
pub use endpoints::SessionError;

/// How long somebody is believed to be in a session without asking the store again; so often it is noted as well that
/// the session is in use.
pub const KNOWN_FOR: Duration = Duration::from_secs(60);

/// What the sessions of one configuration stand on.
pub struct BrowserSessions {
    settings: Arc<Settings>,
    apps: Arc<Apps>,
    kept: Arc<dyn Sessions>,
    protocol: Arc<dyn ProtocolStore>,
    accounts: Arc<dyn Accounts>,
    sign_ins: Arc<dyn SignIns>,
    clock: Arc<dyn model::Clock>,
    ends: Arc<dyn Ends>,
}

/// What a session and all else rests on; they outlive a configuration.
#[derive(Clone)]
pub struct Ground {
    /// Sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Grants, codes and what belongs to them.
    pub protocol: Arc<dyn ProtocolStore>,
    /// Accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Sign-ins at the provider.
    pub sign_ins: Arc<dyn SignIns>,
    /// The time.
    pub clock: Arc<dyn model::Clock>,
    /// Who hears of ends.
    pub ends: Arc<dyn Ends>,
}

/// Who has to hear at once that something ended: whoever remembers what was verified.
pub trait Ends: Send + Sync {
    /// This session has ended; it could have been believed until then.
    fn session(&self, id: SessionId, until: SystemTime);
    /// This grant has ended, with everything that came of it.
    fn grant(&self, id: crate::GrantId, until: SystemTime);
}

/// A session that holds.
#[derive(Clone, Debug)]
pub struct Known {
    /// The session.
    pub session: Session,
    /// The app as it is now.
    pub app: Arc<AppSettings>,
    /// Until when this may be believed without asking again.
    pub until: SystemTime,
}

/// What a program shows in `Vestibule-CSRF` that is no browser, or an old one: derived from the cookie, which scripts
/// cannot read, so that it need not be kept.
#[must_use]
pub fn csrf_text(cookie: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, cookie.as_bytes());
    BASE64URL_NOPAD.encode(hmac::sign(&key, b"vestibule session csrf 1").as_ref())
}

impl BrowserSessions {
    /// The sessions of a configuration.
    #[must_use]
    pub fn new(settings: Arc<Settings>, apps: Arc<Apps>, ground: Ground) -> Self {
        let Ground { sessions, protocol, accounts, sign_ins, clock, ends } = ground;
        Self { settings, apps, kept: sessions, protocol, accounts, sign_ins, clock, ends }
    }

    /// Sessions as they are kept, holding or not, in the order of their ids.
    pub(crate) const fn kept(&self) -> &Arc<dyn Sessions> {
        &self.kept
    }

    /// Tells that these sessions have ended in the store.
    pub(crate) fn ended(&self, ids: &[SessionId], now: SystemTime) {
        for id in ids {
            self.ends.session(*id, now + self.settings.lifetimes.session);
        }
    }

    /// Whether a session still holds, as its next request would find.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn holds(&self, session: &Session) -> Result<bool, StoreError> {
        Ok(self.app_of(session, self.clock.wall()).is_some() && self.stands(session).await?)
    }

    /// The session of a cookie, where it holds at this origin. Notes that it is in use, once a minute at most.
    ///
    /// # Errors
    /// The store does not answer; nobody is in a session then.
    pub async fn known(&self, cookie: Digest, origin: &str) -> Result<Option<Known>, StoreError> {
        let now = self.clock.wall();
        let Some(session) = self.kept.by_cookie(cookie).await? else { return Ok(None) };
        let app = self.app_of(&session, now).filter(|_| *session.origin == *origin);
        let Some(app) = app else { return Ok(None) };
        if !self.stands(&session).await? {
            return Ok(None);
        }
        if now >= session.seen + KNOWN_FOR && !self.kept.seen(session.id, now).await? {
            return Ok(None);
        }
        let scopes = session.scopes.filter(|scope| app.scopes.contains(scope));
        Ok(Some(Known {
            until: (session.begun + self.settings.lifetimes.session).min(now + KNOWN_FOR),
            session: Session { scopes, ..session },
            app,
        }))
    }

    /// The app of a session that is not over, where it still has sessions at that origin.
    fn app_of(&self, session: &Session, now: SystemTime) -> Option<Arc<AppSettings>> {
        let lifetimes = &self.settings.lifetimes;
        let in_time = now < session.begun + lifetimes.session && now < session.seen + lifetimes.session_idle;
        let app = self.apps.named(&session.app).filter(|_| in_time)?;
        (app.kind == crate::apps::AppKind::Session && is_at(&app, &session.origin)).then_some(app)
    }

    /// Whether what a session comes of is still there.
    async fn stands(&self, session: &Session) -> Result<bool, StoreError> {
        let grant = self.protocol.by_id(session.grant).await?;
        if grant.is_none_or(|grant| grant.ended.is_some()) {
            return Ok(false);
        }
        let account = self.accounts.by_id(session.user).await?;
        Ok(account.is_some_and(|account| !account.locked && account.generation == session.generation))
    }

    /// Ends a session, with its grant, and with the sign-in at the provider that it came of: who signs out of an app on
    /// a shared machine does not want the next person to be signed in by one click.
    ///
    /// # Errors
    /// The store does not answer; the session may have ended or not.
    pub async fn end(&self, session: &Session) -> Result<(), StoreError> {
        let now = self.clock.wall();
        // The session goes last: where the house dies in between, who asked is still in it, and asks once more.
        if let Some(sign_in) = session.sign_in {
            self.sign_ins.end(session.user, sign_in).await?;
            for grant in self.protocol.end_of_sign_in(sign_in, now).await? {
                self.ends.grant(grant, now + self.settings.lifetimes.access);
            }
        }
        self.protocol.end(session.grant, now).await?;
        self.ends.grant(session.grant, now + self.settings.lifetimes.access);
        self.kept.end(session.id).await?;
        self.ends.session(session.id, session.begun + self.settings.lifetimes.session);
        Ok(())
    }

    /// Ends everything of a session's person: sessions, grants, sign-ins.
    ///
    /// # Errors
    /// As for [`BrowserSessions::end`].
    pub async fn end_everywhere(&self, session: &Session) -> Result<(), StoreError> {
        let now = self.clock.wall();
        let change = crate::store::accounts::Change::End { keep: None };
        // A new generation makes everything void at once; what follows clears up and tells.
        self.accounts.change(session.user, change, now).await?;
        for id in self.kept.end_of_user(session.user).await? {
            self.ends.session(id, now + self.settings.lifetimes.session);
        }
        for id in self.protocol.end_of_user(session.user, None, now).await? {
            self.ends.grant(id, now + self.settings.lifetimes.access);
        }
        Ok(())
    }

    /// Where codes for sessions of this origin are sent.
    #[must_use]
    pub fn callback(&self, origin: &str) -> String {
        format!("{origin}{}{}", self.settings.path, Endpoint::SessionCallback.path())
    }
}

/// Whether an app has pages at this origin.
fn is_at(app: &AppSettings, origin: &str) -> bool {
    app.origins.iter().any(|known| known.as_str() == origin)
}

#[cfg(test)]
mod tests;
