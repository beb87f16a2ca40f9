//! The authorization server: OAuth 2.1 and OpenID Connect, as answers to requests and nothing else.
//!
//! # Words
//!
//! - A [`Server`] is the protocol under one configuration. It is cheap to make anew, and keeps nothing.
//! - Its [`Foundation`] outlives configurations: stores, keys, the clock, what was seen already.
//! - Endpoints without pages (token, revocation, metadata…) are answered by [`Server::answer`]. Where a person takes
//!   part, the answer is a value that the pages are made of: [`Outcome`], [`Leaving`](crate::oidc::Leaving),
//!   [`DevicePage`].
//!
//! # Where things are decided
//!
//! - `request.rs`: whether an authorization request is one, and where an error may be told.
//! - `authorize.rs`: sign-in, consent, code.
//! - `client.rs`: which app it is that calls; `proof.rs`: which key it holds.
//! - `crate::grants`: one file per grant type; each ends in `mint.rs`, the one place where tokens are made.
//!
//! INVARIANT: no error goes to a redirect URI before app and URI have been verified (RFC 6749 §4.1.2.1, RFC 9700
//! §4.11); `request.rs` reads those two first and alone.
//!
//! Deliberately absent: implicit and password grants, `plain` PKCE, request objects, `fragment` and `form_post`
//! answers, dynamic registration. `docs/decisions/0033` says why.

mod assertion;
mod authorize;
mod client;
mod cors;
mod device;
mod error;
mod introspect;
mod joints;
pub(crate) mod known;
mod metadata;
pub(crate) mod mint;
mod outcome;
pub(crate) mod proof;
mod pushed;
pub(crate) mod reply;
pub(crate) mod request;
mod revoke;
mod seen;
mod tend;
mod token;
mod wrong;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use auth::jose::{Jwks, Object};
use bytes::Bytes;
use http::{Method, Request, Response};
use model::{Clock, DoorKind};

pub use self::authorize::Decision;
pub use self::device::DevicePage;
pub use self::error::{ErrorCode, OAuthError};
pub use self::joints::KnownPeople;
pub use self::mint::GRANT_CLAIM;
pub use self::outcome::{ConsentAsked, Outcome, PageFault};
use self::proof::Nonces;
use self::seen::Seen;
pub(crate) use self::token::{Asked, Tokens};
use self::wrong::Wrong;
use crate::apps::{Apps, TokenAlgorithm};
use crate::store::Answer;
use crate::store::grants::ProtocolStore;
use crate::{Endpoint, GrantId, NoRandomness, Settings, UserId};

/// What the protocol needs to know of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Counts up when everything that was given out before is void.
    pub generation: u64,
    /// Nothing is given out for a locked account.
    pub locked: bool,
    /// How the person wants to be called.
    pub name: Option<Box<str>>,
    /// The mail address.
    pub address: Box<str>,
    /// Whether the person is known to read it.
    pub verified: bool,
    /// When anything of this changed last.
    pub changed: SystemTime,
}

/// Who is known here.
pub trait People: Send + Sync {
    /// The person of that id; nothing once the account is gone.
    fn person(&self, user: UserId) -> Answer<'_, Option<Person>>;
}

/// The keys that tokens are signed with.
pub trait TokenKeys: Send + Sync {
    /// Signs claims as a token of that `typ`, with the key that is used for this algorithm at present.
    fn sign(&self, algorithm: TokenAlgorithm, typ: &'static str, claims: Object) -> Answer<'_, String>;
    /// Every public key by which a token that has not ended may be signed, and those that will come next.
    fn published(&self) -> Arc<Jwks>;
}

/// Whoever believes tokens is told at once what must not be believed any more. It is on disk already.
pub trait Revocations: Send + Sync {
    /// These grants have ended; a token of theirs may be about until then.
    fn grants_ended(&self, grants: &[GrantId], until: SystemTime);
    /// This app is gone, and whatever was given out to it until now; an access token may live as long as one can.
    fn app_ended(&self, name: &str);
    /// This access token (`jti`) is void; it would have ended then.
    fn token_ended(&self, id: &str, until: SystemTime);
}

/// What outlives a configuration.
pub struct Foundation {
    pub(crate) store: Arc<dyn ProtocolStore>,
    pub(crate) people: Arc<dyn People>,
    pub(crate) keys: Arc<dyn TokenKeys>,
    pub(crate) revocations: Arc<dyn Revocations>,
    pub(crate) clock: Arc<dyn Clock>,
    seen: Seen,
    nonces: Nonces,
    wrong: Wrong,
}

impl Foundation {
    /// Puts the parts together.
    ///
    /// # Errors
    /// The system gave no randomness.
    pub fn new(
        store: Arc<dyn ProtocolStore>,
        people: Arc<dyn People>,
        keys: Arc<dyn TokenKeys>,
        revocations: Arc<dyn Revocations>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, NoRandomness> {
        let (seen, nonces, wrong) = (Seen::default(), Nonces::generate()?, Wrong::default());
        Ok(Self { store, people, keys, revocations, clock, seen, nonces, wrong })
    }
}

/// The protocol under one configuration.
#[derive(Clone)]
pub struct Server {
    pub(crate) settings: Arc<Settings>,
    pub(crate) apps: Arc<Apps>,
    pub(crate) foundation: Arc<Foundation>,
    /// The origin of the server door that this is the protocol at; none at the issuer's own.
    pub(crate) server_door: Option<Arc<str>>,
}

impl Server {
    /// The protocol for these settings and apps.
    #[must_use]
    pub const fn new(settings: Arc<Settings>, apps: Arc<Apps>, foundation: Arc<Foundation>) -> Self {
        Self { settings, apps, foundation, server_door: None }
    }

    /// The same at a server door, where programs come for themselves: its endpoints are those of this origin
    /// (`https://host[:port]`), and it gives tokens by client credentials alone. The issuer stays the one.
    #[must_use]
    pub fn at_server_door(&self, origin: &str) -> Self {
        Self { server_door: Some(origin.into()), ..self.clone() }
    }

    /// Answers an endpoint that has no pages; nothing where it is one that has. The method is one of
    /// [`Endpoint::methods`].
    pub async fn answer(
        &self,
        endpoint: Endpoint,
        request: &Request<Bytes>,
        door: DoorKind,
    ) -> Option<Response<Bytes>> {
        let preflight = request.method() == Method::OPTIONS;
        let mut answer = match endpoint {
            Endpoint::Token | Endpoint::Revoke | Endpoint::UserInfo if preflight => cors::preflight(),
            Endpoint::OpenIdConfiguration | Endpoint::ServerMetadata => self.metadata(door),
            Endpoint::Jwks => self.jwks(),
            Endpoint::Token => self.token(request, door).await,
            Endpoint::PushedAuthorization => self.pushed_authorization(request).await,
            Endpoint::Introspect => self.introspect(request).await,
            Endpoint::Revoke => self.revoke(request).await,
            Endpoint::DeviceAuthorization => self.device_authorization(request).await,
            Endpoint::UserInfo => self.user_info(request).await,
            _ => return None,
        };
        cors::allow(&self.apps, endpoint, request.headers(), answer.headers_mut());
        Some(answer)
    }

    /// What time it is, to the millisecond.
    pub(crate) fn now(&self) -> SystemTime {
        let since = self.foundation.clock.wall().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis)).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// Where an endpoint lies, as apps know it.
    pub(crate) fn url(&self, endpoint: Endpoint) -> String {
        let base = if endpoint.is_well_known() { "" } else { &*self.settings.path };
        let origin = self.server_door.as_deref().unwrap_or(self.settings.issuer.as_str());
        format!("{origin}{base}{}", endpoint.path())
    }

    /// Ends grants for everybody who would still believe tokens of theirs.
    pub(crate) fn tell_ended(&self, grants: &[GrantId], now: SystemTime) {
        if let Some(until) = now.checked_add(self.settings.lifetimes.access).filter(|_| !grants.is_empty()) {
            self.foundation.revocations.grants_ended(grants, until);
        }
    }
}

/// Seconds since 1970, as tokens write times.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
pub(crate) mod harness;
#[cfg(test)]
mod tests;
