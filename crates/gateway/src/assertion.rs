//! What a service is told of who called: an assertion in one field, signed by this house and good for a minute.
//!
//! ```text
//! vestibule-identity: eyJhbGciOiJFUzI1NiIsImtpZCI6…
//!   { "iss": "vestibule", "aud": "orders", "sub": "key:laptop", "kind": "key", "key": "laptop",
//!     "key_kind": "restricted", "scope": "orders.read", "iat": 1800000000, "exp": 1800000060 }
//! ```
//!
//! Nothing is said of a caller that did not say who it is: a service that must know refuses what has no such field.
//! Fields of that name that a caller sends never reach a service (`forward::is_rewritten`), whatever is configured.
//!
//! An assertion is signed once for a caller and a service, and used for half of its life by this thread. So a request of
//! a known caller costs a look-up, and one of nobody nothing.
//!
//! INVARIANT: a service that is to be told is told, or the request goes no further. Why it is made like this stands in
//! `docs/decisions/0035`.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;
use auth::jose::{Object, SigningKey};
use model::{Caller, Code, Problem};

use crate::house::Fixed;

/// The field, in lower case.
pub(crate) const FIELD: &str = "vestibule-identity";
/// Who says so (`iss`).
const ISSUER: &str = "vestibule";
/// How long a service may believe it.
const LIFETIME: Duration = Duration::from_secs(60);
/// How long it is used for further requests.
const USED_FOR: Duration = Duration::from_secs(30);
/// How many a thread keeps; some 700 octets each.
const KEPT_AT_MOST: usize = 4096;
/// The media type of a set of keys (RFC 7517 §8.5.1).
const MEDIA_TYPE: &str = "application/jwk-set+json";

/// What all threads sign with now, and the document that publishes it.
#[derive(Debug)]
pub struct AssertionKeys(ArcSwap<Keys>);

#[derive(Debug)]
struct Keys {
    signing: Arc<SigningKey>,
    published: Fixed,
}

impl AssertionKeys {
    /// Signs with this key. The document has its public half, and those of the keys before and after it.
    #[must_use]
    pub fn new(signing: Arc<SigningKey>, document: &str) -> Self {
        Self(ArcSwap::from_pointee(Keys { signing, published: Fixed::new(200, MEDIA_TYPE, document) }))
    }

    /// From now on signs with this key.
    pub fn sign_with(&self, signing: Arc<SigningKey>, document: &str) {
        self.0.store(Arc::new(Keys { signing, published: Fixed::new(200, MEDIA_TYPE, document) }));
    }
}

/// The place in the settings where the keys come in, once the house is put together.
#[derive(Debug, Default)]
pub struct Assertions(OnceLock<Arc<AssertionKeys>>);

impl Assertions {
    /// Says whose keys they are. Only the first word counts.
    pub fn connect(&self, keys: Arc<AssertionKeys>) {
        let _ = self.0.set(keys);
    }

    /// The document that publishes them.
    pub(crate) fn published(&self) -> Result<Fixed, Problem> {
        self.0.get().map(|keys| keys.0.load().published.clone()).ok_or_else(no_keys)
    }

    fn sign(&self, claims: &Object) -> Result<Box<[u8]>, Problem> {
        let keys = self.0.get().ok_or_else(no_keys)?.0.load();
        let signed = keys.signing.sign("JWT", claims);
        let failed = |error| Problem::new(Code::InternalError, "the assertion cannot be signed").because(error);
        Ok(signed.map_err(failed)?.into_bytes().into_boxed_slice())
    }
}

fn no_keys() -> Problem {
    Problem::new(Code::InternalError, "there is no key to sign assertions with")
}

/// The assertions that a thread has signed and may use again.
#[derive(Default)]
pub(crate) struct Asserted {
    hasher: RandomState,
    kept: HashMap<u64, Kept>,
}

struct Kept {
    caller: Caller,
    audience: Arc<str>,
    text: Box<[u8]>,
    until: Instant,
}

impl Asserted {
    /// The assertion of this caller for this service; `None` for a caller that is nobody.
    ///
    /// # Errors
    /// There is no key, or it cannot sign.
    pub(crate) fn of(
        &mut self,
        caller: &Caller,
        audience: &Arc<str>,
        assertions: &Assertions,
        (now, wall): (Instant, SystemTime),
    ) -> Result<Option<&[u8]>, Problem> {
        if *caller == Caller::Anonymous {
            return Ok(None);
        }
        let place = self.hasher.hash_one((caller.kind(), caller.name(), audience));
        let fits = |kept: &Kept| kept.until > now && kept.audience == *audience && kept.caller == *caller;
        if !self.kept.get(&place).is_some_and(fits) {
            let text = assertions.sign(&claims(caller, audience, wall))?;
            self.make_room(now);
            let kept = Kept { caller: caller.clone(), audience: Arc::clone(audience), text, until: now + USED_FOR };
            self.kept.insert(place, kept);
        }
        Ok(self.kept.get(&place).map(|kept| &*kept.text))
    }

    fn make_room(&mut self, now: Instant) {
        if self.kept.len() < KEPT_AT_MOST {
            return;
        }
        self.kept.retain(|_, kept| kept.until > now);
        if self.kept.len() >= KEPT_AT_MOST {
            self.kept.clear();
        }
    }
}

/// What a service would be told of this caller, but for the times; nothing of nobody.
pub(crate) fn said_of(caller: &Caller, audience: &str) -> Option<Object> {
    let mut said = claims(caller, audience, SystemTime::UNIX_EPOCH);
    said.remove("iat");
    said.remove("exp");
    (*caller != Caller::Anonymous).then_some(said)
}

/// What is said of a caller. `sub` names it among all callers of the house: its kind stands before its name, and before
/// that of a person or an application who issued it, so that nobody is taken for another.
fn claims(caller: &Caller, audience: &str, wall: SystemTime) -> Object {
    let issued = wall.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut said = Object::new();
    let mut say = |name: &str, value: &str| said.insert(name.to_owned(), value.into());
    say("iss", ISSUER);
    say("aud", audience);
    let scopes: &[Arc<str>] = match caller {
        Caller::Anonymous => &[],
        Caller::Key(key) => {
            say("sub", &format!("key:{}", key.name));
            say("key", &key.name);
            say("key_kind", key.kind.as_str());
            &key.scopes
        }
        Caller::Workload(workload) => {
            say("sub", &format!("workload:{}", workload.name));
            say("workload", &workload.name);
            if let Some(id) = &workload.id {
                say("spiffe_id", id.as_str());
            }
            &[]
        }
        Caller::User(user) => {
            say("sub", &format!("user:{}:{}", user.issuer, user.subject));
            say("user", &user.subject);
            say("issuer", &user.issuer);
            say("app", &user.app);
            say("via", user.via.as_str());
            &user.scopes
        }
        Caller::App(app) => {
            say("sub", &format!("app:{}:{}", app.issuer, app.name));
            say("issuer", &app.issuer);
            say("app", &app.name);
            &app.scopes
        }
    };
    say("kind", caller.kind());
    if !scopes.is_empty() {
        say("scope", &scopes.join(" "));
    }
    if let Caller::User(user) = caller
        && let Some(Ok(since)) = user.authenticated_at.map(|at| at.duration_since(SystemTime::UNIX_EPOCH))
    {
        said.insert("auth_time".to_owned(), since.as_secs().into());
    }
    said.insert("iat".to_owned(), issued.into());
    said.insert("exp".to_owned(), issued.saturating_add(LIFETIME.as_secs()).into());
    said
}

#[cfg(test)]
mod tests;
