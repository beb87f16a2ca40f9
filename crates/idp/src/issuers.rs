//! Issuers that are not ours, from the control side: their keys are fetched and followed, and they are asked about
//! tokens that only they can read.
//!
//! ```text
//! Foreign          the issuers of a configuration; dropped, it asks nobody any more
//!   Watched        one of them: discovery, keys, when they are due, one question at a time
//!   Introspection  is this token good? (RFC 7662)
//! ```
//!
//! What is learnt goes to the [`auth::Verifier`], where the data threads read it. What they cannot decide by it, a key
//! that they do not know or a token that is no JWT, comes here: [`Foreign::look_for_keys`], [`Foreign::introspect`].
//!
//! An issuer that cannot be reached makes nothing pass: its keys are used for a day after they were last confirmed,
//! and from then on its tokens are answered 503.
//!
//! Deliberately absent: keys that a token brings with it, and asking two issuers about one token.

mod discovery;
mod error;
mod introspect;
mod judge;
mod outside;
mod watched;

use std::sync::Arc;
use std::time::Duration;

use auth::jose::Algorithm;
use auth::{Issuer, Told, Verifier};
use model::{Clock, Secret};
use tokio::task::JoinSet;
use upstream::Target;

use introspect::Introspection;
use watched::Watched;

pub use discovery::{Discovered, discovery_urls};
pub use error::ForeignError;
pub(crate) use introspect::basic;
pub use outside::{Fetching, Outside};
pub use watched::{Failed, Known, Learnt, Standing, learn};
pub(crate) use watched::{json as json_of, learn_of};

/// What the file says of an issuer that is not ours.
#[derive(Clone)]
pub struct ForeignSettings {
    /// The issuer as the data threads know it, without keys.
    pub issuer: Issuer,
    /// What its keys may sign by.
    pub algorithms: Vec<Algorithm>,
    /// Where its metadata is looked for, one after the other.
    pub discovery: Vec<Target>,
    /// How it is asked about tokens that are no JWT; not at all where absent.
    pub introspection: Option<IntrospectionSettings>,
    /// How it is reached.
    pub outside: Arc<dyn Outside>,
    /// A digest of whom we believe to be it: with others, what was learnt before counts for nothing.
    pub trust: [u8; 32],
}

/// How an issuer is asked about tokens that only it can read.
#[derive(Clone)]
pub struct IntrospectionSettings {
    /// Where; what its metadata says where absent.
    pub endpoint: Option<Target>,
    /// Who we are to it.
    pub client: ClientCredentials,
    /// For how long a good answer is believed, at most.
    pub remember: Duration,
}

/// Who we are to an issuer (RFC 6749 §2.3.1).
#[derive(Clone)]
pub struct ClientCredentials {
    /// The client id.
    pub id: Box<str>,
    /// Its secret.
    pub secret: Arc<Secret<String>>,
}

/// The issuers of a configuration.
pub struct Foreign {
    all: Vec<(Arc<Watched>, Option<Introspection>)>,
    clock: Arc<dyn Clock>,
}

/// Hears of an issuer, by its name, that it failed to say what its keys are, and why, or that it says so again.
pub type Tell = Arc<dyn Fn(&str, Option<&str>) + Send + Sync>;

/// The issuers are followed for as long as this lives.
#[must_use = "dropped, nobody follows the issuers any more"]
pub struct Following {
    _tasks: JoinSet<()>,
}

impl Foreign {
    /// Those of a configuration. What was learnt of the same ones before is known still.
    #[must_use]
    pub fn new(settings: Vec<ForeignSettings>, before: Option<&Self>, clock: Arc<dyn Clock>) -> Self {
        let known = |settings: &ForeignSettings| {
            before?.all.iter().find_map(|(watched, _)| watched.is_of(settings).then(|| watched.known()))
        };
        let all = settings.into_iter().map(|one| {
            let introspection = one.introspection.clone().map(|how| Introspection::new(how, Arc::clone(&one.outside)));
            let known = known(&one).flatten();
            (Arc::new(Watched::new(one, known, Arc::clone(&clock))), introspection)
        });
        Self { all: all.collect(), clock }
    }

    /// Lets the data threads believe them, by the keys that are known of them now.
    pub fn believed_by(&self, verifier: &Verifier) {
        let issuers: Vec<_> = self.all.iter().map(|(watched, _)| watched.issuer()).collect();
        verifier.believe_others(&issuers, self.all.iter().any(|(_, introspection)| introspection.is_some()));
    }

    /// Begins to follow them, and tells the verifier of each change. Must be called within a runtime.
    pub fn follow(&self, verifier: &Arc<Verifier>, tell: &Tell) -> Following {
        let mut tasks = JoinSet::new();
        for (watched, _) in &self.all {
            tasks.spawn(Arc::clone(watched).follow(Arc::clone(verifier), Arc::clone(tell)));
        }
        Following { _tasks: tasks }
    }

    /// Whether this issuer has other keys by now; where that was asked just before, nothing is asked.
    pub async fn look_for_keys(&self, name: &str, verifier: &Verifier) -> Told {
        let Some(watched) = self.watched(name) else {
            return Told::Unavailable(format!("there is no issuer `{name}`").into());
        };
        watched.look_again(verifier).await;
        match watched.failed() {
            // The key of the token may be among those that could not be had.
            Some(failed) => Told::Unavailable(format!("`{name}`: {}", failed.why).into()),
            None => Told::Keys,
        }
    }

    /// What is known of each issuer now.
    pub fn standings(&self) -> impl Iterator<Item = Standing> {
        self.all.iter().map(|(watched, _)| watched.standing())
    }

    /// What is asked of this issuer, and how; `None` where there is none of that name.
    #[must_use]
    pub fn settings(&self, name: &str) -> Option<&ForeignSettings> {
        self.watched(name).map(|watched| watched.settings())
    }

    fn watched(&self, name: &str) -> Option<&Arc<Watched>> {
        self.all.iter().map(|(watched, _)| watched).find(|watched| watched.name() == name)
    }

    /// Whom a token stands for that is no JWT, by the word of its issuer.
    ///
    /// The file names one issuer at most that is asked: a token is shown to nobody but its own.
    pub async fn introspect(&self, token: &str, verifier: &Verifier) -> Told {
        let asked = self.all.iter().find_map(|(watched, introspection)| Some((watched, introspection.as_ref()?)));
        let Some((watched, introspection)) = asked else { return Told::Unknown };
        let endpoint = match introspection.endpoint() {
            Some(endpoint) => Some(endpoint.clone()),
            None => watched.introspection_endpoint(verifier).await,
        };
        match endpoint {
            Some(endpoint) => introspection.ask(&watched.issuer(), endpoint, token, self.clock.wall()).await,
            None => Told::Unavailable(format!("`{}` does not say where it is asked", watched.name()).into()),
        }
    }
}

#[cfg(test)]
mod tests;
