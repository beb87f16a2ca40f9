//! Tokens and sessions to callers: what is remembered, what is verified here, and what must be asked about.
//!
//! One verifier serves all data threads and goes on over a reload. Its steps for one credential:
//!
//! 1. Remembered, not over and not revoked: that is the answer, for as much as one SHA-256 of the text.
//! 2. A session: whose it is must be asked ([`Asked`](crate::Asked)).
//! 3. A JWT: its issuer's keys verify it here. Keys that it names and that are not had are asked for, once.
//! 4. Any other token: its issuer is asked, where the file has one that reads such tokens.
//! 5. What was verified is remembered until it ends.
//!
//! What is different with each request is looked at each time: the certificate or proof that a token is bound to, the
//! resource that it is for, and where a session's request comes from.

mod bearer;
mod binding;
mod claims;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use model::{Caller, Clock, SystemClock};

use crate::issuers::{Issuer, Issuers};
use crate::jose::Claims;
use crate::mark::{Mark, Marker};
use crate::proofs::Proofs;
use crate::remembered::Remembered;
use crate::revoked::{Ground, Revoked};
use crate::verified::{Fingerprint, Form, Verified};
use crate::{Asked, AuthError};
pub(crate) use bearer::Bearer;

/// Turns tokens and sessions into callers.
pub struct Verifier {
    issuers: ArcSwap<Issuers>,
    /// Whether ours and others are believed at all: what most requests need to know of the issuers.
    takes_ours: AtomicBool,
    takes_others: AtomicBool,
    /// What was shown before, for those who show it again.
    marker: Option<Marker>,
    marked: Remembered<(Form, Mark)>,
    /// What was found out by asking, for those who waited for it.
    remembered: Remembered<Fingerprint>,
    revoked: Revoked,
    proofs: Proofs,
    clock: Arc<dyn Clock>,
}

/// Who it is, or what must be asked first.
#[derive(Debug)]
pub enum Identified {
    /// Somebody known by a key or certificate, or nobody who said anything.
    Caller(Caller),
    /// Somebody known by a token or session.
    Verified(Arc<Verified>),
    /// Nothing can be said before this is known.
    Ask(Asked),
}

impl Verifier {
    /// One that knows nobody yet, by this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            issuers: ArcSwap::default(),
            takes_ours: AtomicBool::new(false),
            takes_others: AtomicBool::new(false),
            marker: Marker::new(),
            marked: Remembered::default(),
            remembered: Remembered::default(),
            revoked: Revoked::default(),
            proofs: Proofs::default(),
            clock,
        }
    }

    /// Whether our own issuer is believed from now on, and as which. The others are believed as before; what was
    /// remembered of anybody is forgotten.
    pub fn believe_own(&self, own: Option<Arc<Issuer>>) {
        self.issuers.rcu(|issuers| issuers.with_own(own.clone()));
        self.takes_ours.store(own.is_some(), Ordering::Release);
        self.remembered.clear();
        self.marked.clear();
    }

    /// Which others are believed from now on; `opaque`: tokens that are no JWT are asked about, rather than refused.
    /// Our own issuer is believed as before; what was remembered of anybody is forgotten.
    pub fn believe_others(&self, others: &[Arc<Issuer>], opaque: bool) {
        self.issuers.rcu(|issuers| issuers.with_others(others, opaque));
        self.takes_others.store(opaque || !others.is_empty(), Ordering::Release);
        self.remembered.clear();
        self.marked.clear();
    }

    /// Whether anybody's tokens are believed.
    pub(crate) fn takes_tokens(&self) -> bool {
        self.takes_ours.load(Ordering::Acquire) || self.takes_others.load(Ordering::Acquire)
    }

    /// Whether sessions are kept.
    pub(crate) fn takes_sessions(&self) -> bool {
        self.takes_ours.load(Ordering::Acquire)
    }

    /// One issuer's keys have changed; it must be among those that are believed, as it is: whoever followed it for an
    /// earlier configuration changes nothing any more. What was remembered stays: it was verified by keys that held.
    pub fn renew(&self, issuer: &Arc<Issuer>) {
        self.issuers.rcu(|issuers| match issuers.named(&issuer.name) {
            Some(known) if known.is_but_for_keys(issuer) => issuers.with(Arc::clone(issuer)),
            Some(_) | None => Issuers::clone(issuers),
        });
    }

    /// Whose tokens are believed now.
    #[must_use]
    pub fn issuers(&self) -> Arc<Issuers> {
        self.issuers.load_full()
    }

    /// Ends what stands on these, on every thread with its next request. `longest` is how long a credential that was
    /// given out before could still be believed.
    pub fn revoke(&self, grounds: &[Ground], longest: Duration) {
        let now = self.clock.wall();
        self.revoked.end(grounds, now, now + longest);
    }

    /// Ends everything that was issued before now.
    pub fn revoke_all(&self) {
        self.revoked.end_all(self.clock.wall());
    }

    /// What ended; long exchanges look whether its number has changed.
    #[must_use]
    pub const fn revoked(&self) -> &Revoked {
        &self.revoked
    }

    /// Remembers what asking has found, until it ends.
    pub fn remember(&self, fingerprint: Fingerprint, verified: &Arc<Verified>) {
        self.remembered.keep(fingerprint, verified);
    }

    /// A nonce for proofs of possession (RFC 9449 §8); `None` where the system gives no randomness.
    #[must_use]
    pub fn nonce(&self) -> Option<String> {
        self.proofs.nonce(self.clock.wall())
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.clock.wall()
    }

    pub(crate) const fn proofs(&self) -> &Proofs {
        &self.proofs
    }

    /// The mark of a text that is shown.
    pub(crate) fn mark(&self, form: Form, text: &str) -> Option<(Form, Mark)> {
        Some((form, self.marker.as_ref()?.of(text)?))
    }

    /// What is known of a credential that was shown before and still holds.
    pub(crate) fn known_again(&self, mark: &(Form, Mark), now: SystemTime) -> Result<Option<Arc<Verified>>, AuthError> {
        self.marked.find(mark, &self.revoked, now).into_result()
    }

    /// Knows this credential by its mark from now on, until it ends.
    pub(crate) fn know(&self, mark: (Form, Mark), verified: &Arc<Verified>) {
        self.marked.keep(mark, verified);
    }

    /// What is remembered of a credential and still holds.
    pub(crate) fn remembered(
        &self,
        fingerprint: &Fingerprint,
        now: SystemTime,
    ) -> Result<Option<Arc<Verified>>, AuthError> {
        self.remembered.find(fingerprint, &self.revoked, now).into_result()
    }

    /// What was just found out, where it is not over by now.
    pub(crate) fn still(&self, verified: &Arc<Verified>, now: SystemTime) -> Result<Arc<Verified>, AuthError> {
        if self.revoked.holds(verified).is_none() {
            Err(AuthError::Revoked)
        } else if verified.until <= now {
            Err(AuthError::Ended)
        } else {
            Ok(Arc::clone(verified))
        }
    }
}

impl Issuer {
    /// Whom these claims stand for, that this issuer has told us of itself.
    ///
    /// # Errors
    /// [`AuthError::Claim`], where they stand for nobody.
    pub fn vouched(&self, claims: &Claims) -> Result<Verified, AuthError> {
        claims::verified(claims, self)
    }
}

impl Default for Verifier {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

#[cfg(test)]
mod tests;
