//! People who come from outside: signing in with an OpenID provider that is not ours (OpenID Connect Core §3.1), as its
//! relying party.
//!
//! ```text
//! begin    a button → what was begun is kept for ten minutes, the browser gets a cookie and is led to the provider
//! finish   its answer → state and cookie belong together and are used up, the code is redeemed with PKCE, the ID
//!          token is checked → a Person, by issuer and subject
//! ```
//!
//! Who that person is here is the accounts' to say ([`FromOutside`]): by the link of issuer and subject alone, never by
//! an address (docs/decisions/0038).
//!
//! INVARIANT: an answer counts once, in the browser in which it was begun, for the provider that it was begun with. Each
//! provider has a callback of its own, so that an answer of one is never taken to another also where it does not say
//! whose it is (RFC 9207, RFC 9700 §4.4).
//!
//! Deliberately absent: the implicit and hybrid flows, encrypted ID tokens, sign-in that the provider begins, and
//! keeping anything that the provider gave us.

mod error;
mod exchange;
mod id_token;
mod known;
mod outside;
mod person;
mod waiting;

use std::sync::Arc;

use auth::jose::{Algorithm, SigningKey};
use model::Clock;
use upstream::Target;

use crate::issuers::ClientCredentials;
use crate::{Bearer, Endpoint, Form, IssuerUrl, ReturnTo, Settings, SignInId, UserId, push_parameter};
use known::Known;

pub use error::{ExternalError, Silence};
pub use outside::Beyond;
pub use person::{Claimed, FromOutside, Made, Person};
pub use waiting::{LIFETIME, Purpose, Waiting};

/// What the file says of a provider that people may sign in with.
#[derive(Clone)]
pub struct ExternalSettings {
    /// Its name in the file; stands in its callback.
    pub name: Box<str>,
    /// Its name for people.
    pub title: Box<str>,
    /// Its issuer, letter for letter.
    pub iss: Box<str>,
    /// What its keys may sign by.
    pub algorithms: Vec<Algorithm>,
    /// Where its metadata is looked for, one after the other.
    pub discovery: Vec<Target>,
    /// Who we are to it.
    pub client: ExternalClient,
    /// Whether its people get accounts here by coming, where accounts are open: the file's word that the addresses are
    /// theirs which it says are.
    pub admits: bool,
    /// How it is reached.
    pub outside: Arc<dyn Beyond>,
}

/// Who we are to a provider.
#[derive(Clone)]
pub enum ExternalClient {
    /// By `client_secret_basic` (RFC 6749 §2.3.1).
    Secret(ClientCredentials),
    /// By `private_key_jwt` (RFC 7523 §2.2).
    Key {
        /// The client id.
        id: Box<str>,
        /// What signs, whose public half the provider knows.
        key: Arc<SigningKey>,
    },
}

impl ExternalClient {
    /// The client id.
    #[must_use]
    pub const fn id(&self) -> &str {
        match self {
            Self::Secret(credentials) => &credentials.id,
            Self::Key { id, .. } => id,
        }
    }
}

/// Who is told what went wrong with which provider.
type Noticed = Box<dyn Fn(&str, &ExternalError) + Send + Sync>;

/// The providers of one configuration.
pub struct Externals {
    all: Vec<Known>,
    waiting: Arc<Waiting>,
    people: Arc<dyn FromOutside>,
    clock: Arc<dyn Clock>,
    issuer: IssuerUrl,
    path: Box<str>,
    noticed: Noticed,
}

/// What a browser gets that is led to a provider.
pub struct Led {
    /// Where to.
    pub to: String,
    /// For the cookie.
    pub cookie: Box<str>,
}

/// Who came back, and for what it was begun.
pub struct Finished {
    /// Who.
    pub person: Person,
    /// Whether an account may be made of it.
    pub admits: bool,
    /// For what.
    pub purpose: Purpose,
    /// Where the person goes on.
    pub goal: Option<ReturnTo>,
}

impl Externals {
    /// Those of a configuration; what was begun under an earlier one goes on where the provider is still there.
    #[must_use]
    pub fn new(
        all: Vec<ExternalSettings>,
        ours: &Settings,
        people: Arc<dyn FromOutside>,
        waiting: Arc<Waiting>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let all = all.into_iter().map(|settings| Known::new(settings, Arc::clone(&clock))).collect();
        let (issuer, path) = (ours.issuer.clone(), ours.path.clone());
        Self { all, waiting, people, clock, issuer, path, noticed: Box::new(|_, _| {}) }
    }

    /// Tells whoever runs the house, by the provider's name, what went wrong with it.
    #[must_use]
    pub fn telling(mut self, noticed: impl Fn(&str, &ExternalError) + Send + Sync + 'static) -> Self {
        self.noticed = Box::new(noticed);
        self
    }

    /// What the file says of each, in its order.
    pub fn settings(&self) -> impl Iterator<Item = &ExternalSettings> {
        self.all.iter().map(Known::settings)
    }

    /// Who says which account somebody is.
    #[must_use]
    pub fn people(&self) -> &dyn FromOutside {
        &*self.people
    }

    /// Where the answers of a provider come to.
    fn callback(&self, name: &str) -> String {
        format!("{}{}{}/{name}", self.issuer, self.path, Endpoint::ExternalCallback.path())
    }

    fn named(&self, name: &str) -> Result<&Known, ExternalError> {
        self.all.iter().find(|known| *known.settings().name == *name).ok_or(ExternalError::NoProvider)
    }

    /// Begins: where to lead the browser that shows this cookie, if it has one. With `fresh` the person has to prove
    /// anew who they are.
    ///
    /// # Errors
    /// [`ExternalError`].
    pub async fn begin(
        &self,
        name: &str,
        cookie: Option<&str>,
        purpose: Purpose,
        goal: Option<ReturnTo>,
        fresh: bool,
    ) -> Result<Led, ExternalError> {
        let known = self.named(name)?;
        let learnt = known.learnt().await.inspect_err(|error| (self.noticed)(name, error))?;
        let authorization = learnt.discovered.authorization.as_deref();
        let authorization = authorization.ok_or(ExternalError::Lacks("authorization_endpoint"));
        let authorization = authorization.inspect_err(|error| (self.noticed)(name, error))?;
        let cookie: Box<str> = match cookie {
            Some(cookie) => cookie.into(),
            None => Bearer::generate("external")?.text().expose().as_str().into(),
        };
        let begun = self.waiting.begin(known.settings(), &cookie, purpose, goal, fresh)?;
        let mut to = authorization.to_owned();
        if !to.contains('?') {
            to.push('?');
        }
        let callback = self.callback(name);
        let parameters = [
            ("response_type", "code"),
            ("client_id", known.settings().client.id()),
            ("redirect_uri", &callback),
            ("scope", "openid email profile"),
            ("state", begun.state.expose()),
            ("nonce", &begun.nonce),
            ("code_challenge", &begun.challenge),
            ("code_challenge_method", "S256"),
        ];
        parameters.iter().for_each(|(name, value)| push_parameter(&mut to, name, value));
        if fresh {
            // What a person could take out of the address is looked at in the ID token (`auth_time`).
            push_parameter(&mut to, "prompt", "login");
            push_parameter(&mut to, "max_age", "0");
        }
        Ok(Led { to, cookie })
    }

    /// Takes what a provider answered at its own callback.
    ///
    /// # Errors
    /// [`ExternalError`].
    pub async fn finish(&self, name: &str, cookie: Option<&str>, answer: &Form) -> Result<Finished, ExternalError> {
        let known = self.named(name)?;
        let one = |name| answer.one(name).map_err(|_| ExternalError::Malformed);
        let (state, code, iss, error) = (one("state")?, one("code")?, one("iss")?, one("error")?);
        let state = state.ok_or(ExternalError::NotBegun)?;
        let begun = self.waiting.take(state, cookie, known.settings()).ok_or(ExternalError::NotBegun)?;
        let told = |error: &ExternalError| (self.noticed)(name, error);
        let learnt = known.learnt().await.inspect_err(told)?;
        let settings = known.settings();
        let named = match iss {
            Some(iss) => iss == &*settings.iss,
            None => !learnt.discovered.names_itself,
        };
        if !named {
            return Err(ExternalError::MixedUp).inspect_err(told);
        }
        if let Some(error) = error {
            return Err(ExternalError::refused(error)).inspect_err(told);
        }
        let code = code.filter(|code| !code.is_empty()).ok_or(ExternalError::Malformed)?;
        let callback = self.callback(name);
        let person = exchange::person(known, &learnt, code, &callback, &begun, self.clock.wall());
        let person = person.await.inspect_err(told)?;
        Ok(Finished { person, admits: settings.admits, purpose: begun.purpose, goal: begun.goal })
    }
}

/// Who links an account, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linker {
    /// Whose account.
    pub user: UserId,
    /// In which sign-in.
    pub sign_in: SignInId,
}
