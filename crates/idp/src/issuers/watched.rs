//! One issuer that is followed: its keys are fetched when they are due, and once more when a token has another.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwapOption;
use auth::jose::{Algorithm, Jwks};
use auth::{Issuer, Verifier};
use bytes::Bytes;
use http::{Response, header};
use model::Clock;
use tokio::sync::Mutex;
use tokio::time::Instant;
use upstream::{HouseRequest, Target};

use super::discovery::{self, Discovered};
use super::{ForeignError, ForeignSettings, Outside, Tell};

/// Keys are used for so long after they were last confirmed.
const KEPT: Duration = Duration::from_hours(24);
/// How often they are fetched, where the issuer does not say.
const EVERY: Duration = Duration::from_hours(1);
/// However often it says.
const AT_LEAST: Duration = Duration::from_mins(1);
/// However seldom; well before they are no longer used.
const AT_MOST: Duration = Duration::from_hours(12);
/// After a failure; doubled with each further one.
const AGAIN: Duration = Duration::from_secs(5);
/// However often it failed.
const AGAIN_AT_MOST: Duration = Duration::from_mins(5);
/// Whoever sends tokens of made-up keys has the issuer asked no more often than that.
const PAUSE: Duration = Duration::from_secs(30);
/// The same, while there are no keys at all.
const PAUSE_WITHOUT: Duration = Duration::from_secs(5);

/// One issuer that is followed.
pub(super) struct Watched {
    settings: ForeignSettings,
    clock: Arc<dyn Clock>,
    known: ArcSwapOption<Known>,
    /// Why nothing was learnt the last time.
    failed: ArcSwapOption<Failed>,
    /// Held while the issuer is asked: one question at a time, and whoever waits for it has its answer too.
    asking: Mutex<Asking>,
}

/// What was learnt last.
#[derive(Debug)]
pub struct Known {
    /// Its metadata.
    pub discovered: Discovered,
    /// Its keys.
    pub keys: Arc<Jwks>,
    /// When that was.
    pub at: SystemTime,
    /// From then on the keys are not used.
    pub until: SystemTime,
}

/// Why nothing was learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Why.
    pub why: Box<str>,
    /// When that was.
    pub at: SystemTime,
}

/// What is known of an issuer.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its name in the file.
    pub name: Arc<str>,
    /// Its URL.
    pub issuer: Box<str>,
    /// What was learnt last; nothing where that was never so.
    pub known: Option<Arc<Known>>,
    /// Why nothing was learnt the last time, where it was not.
    pub failed: Option<Arc<Failed>>,
}

#[derive(Default)]
struct Asking {
    /// When the issuer last answered, or failed to.
    answered: Option<Instant>,
    /// When a token last had it asked.
    looked: Option<Instant>,
    failures: u32,
}

/// What an issuer says of itself.
#[derive(Clone, Debug)]
pub struct Learnt {
    /// Its metadata.
    pub discovered: Discovered,
    /// Those of its keys that sign by what may be signed by.
    pub keys: Jwks,
    /// When they should be fetched again.
    pub again: Duration,
}

impl Watched {
    pub(super) fn new(settings: ForeignSettings, known: Option<Arc<Known>>, clock: Arc<dyn Clock>) -> Self {
        let (known, failed) = (ArcSwapOption::new(known), ArcSwapOption::empty());
        Self { settings, clock, known, failed, asking: Mutex::default() }
    }

    /// Whether it is followed for the same settings, as far as they decide what is learnt.
    pub(super) fn is_of(&self, other: &ForeignSettings) -> bool {
        let ours = &self.settings;
        ours.issuer.name == other.issuer.name
            && ours.issuer.iss == other.issuer.iss
            && ours.algorithms == other.algorithms
            && ours.discovery == other.discovery
            && ours.trust == other.trust
    }

    pub(super) fn known(&self) -> Option<Arc<Known>> {
        self.known.load_full()
    }

    pub(super) fn name(&self) -> &str {
        &self.settings.issuer.name
    }

    pub(super) const fn settings(&self) -> &ForeignSettings {
        &self.settings
    }

    pub(super) fn failed(&self) -> Option<Arc<Failed>> {
        self.failed.load_full()
    }

    pub(super) fn standing(&self) -> Standing {
        let Issuer { name, iss, .. } = &self.settings.issuer;
        Standing { name: Arc::clone(name), issuer: iss.clone(), known: self.known(), failed: self.failed() }
    }

    /// With the keys that may be used now.
    pub(super) fn issuer(&self) -> Arc<Issuer> {
        let now = self.clock.wall();
        let known = self.known.load_full().filter(|known| known.until > now);
        Arc::new(Issuer { keys: known.map(|known| Arc::clone(&known.keys)), ..self.settings.issuer.clone() })
    }

    /// Fetches the keys again and again, for ever.
    pub(super) async fn follow(self: Arc<Self>, verifier: Arc<Verifier>, tell: Tell) {
        let mut told: Option<Arc<Failed>> = None;
        loop {
            let again = {
                let mut asking = self.asking.lock().await;
                self.fetch(&mut asking, &verifier).await
            };
            let failed = self.failed();
            let why = |failed: &Option<Arc<Failed>>| failed.as_ref().map(|failed| failed.why.clone());
            if why(&failed) != why(&told) {
                tell(self.name(), why(&failed).as_deref());
                told = failed;
            }
            tokio::time::sleep(again).await;
        }
    }

    /// Fetches the keys now, unless somebody did while this waited, or a token had that done just before.
    pub(super) async fn look_again(&self, verifier: &Verifier) {
        let began = Instant::now();
        let mut asking = self.asking.lock().await;
        if asking.answered.is_some_and(|answered| answered > began) {
            return;
        }
        let pause = if self.issuer().keys.is_some() { PAUSE } else { PAUSE_WITHOUT };
        if asking.looked.is_none_or(|looked| looked.elapsed() >= pause) {
            asking.looked = Some(began);
            self.fetch(&mut asking, verifier).await;
        }
    }

    /// Where it says that it is asked about tokens.
    pub(super) async fn introspection_endpoint(&self, verifier: &Verifier) -> Option<Target> {
        if self.known.load().is_none() {
            self.look_again(verifier).await;
        }
        self.known.load_full()?.discovered.introspection.clone()
    }

    /// When to fetch again. What fails changes nothing of what was learnt before, until that is too old.
    async fn fetch(&self, asking: &mut Asking, verifier: &Verifier) -> Duration {
        let (learnt, at) = (learn(&self.settings).await, self.clock.wall());
        asking.answered = Some(Instant::now());
        let again = match learnt {
            Ok(Learnt { discovered, keys, again }) => {
                asking.failures = 0;
                self.failed.store(None);
                let keys = Arc::new(keys);
                self.known.store(Some(Arc::new(Known { discovered, keys, at, until: at + KEPT })));
                again
            }
            Err(error) => {
                self.failed.store(Some(Arc::new(Failed { why: error.to_string().into(), at })));
                asking.failures = asking.failures.saturating_add(1);
                AGAIN.saturating_mul(1 << (asking.failures - 1).min(6)).min(AGAIN_AT_MOST)
            }
        };
        verifier.renew(&self.issuer());
        again
    }
}

/// Asks an issuer for its metadata and its keys, once.
///
/// # Errors
/// [`ForeignError`].
pub async fn learn(settings: &ForeignSettings) -> Result<Learnt, ForeignError> {
    let learnt = learn_of(&settings.issuer.iss, &settings.discovery, &settings.algorithms, &*settings.outside).await?;
    if learnt.keys.is_empty() {
        return Err(ForeignError::NoKey);
    }
    Ok(learnt)
}

/// The same of an issuer of which no more is known than this; it may have no key yet.
pub(crate) async fn learn_of(
    issuer: &str,
    places: &[Target],
    algorithms: &[Algorithm],
    outside: &dyn Outside,
) -> Result<Learnt, ForeignError> {
    const WHAT: &str = "the keys";
    let discovered = discover(issuer, places, outside).await?;
    let request = HouseRequest::get(discovered.keys.clone(), "application/jwk-set+json, application/json");
    let answer = outside.keys(&request).await.map_err(|source| ForeignError::Fetch { what: WHAT, source })?;
    let rsa = algorithms.iter().copied().find(|algorithm| algorithm.is_rsa());
    let all = Jwks::parse(json(WHAT, &answer)?, rsa.unwrap_or(Algorithm::Rs256))?;
    let taken = all.keys().iter().filter(|key| algorithms.contains(&key.algorithm())).cloned();
    let keys = Jwks::of(taken)?;
    Ok(Learnt { discovered, keys, again: max_age(&answer).unwrap_or(EVERY).clamp(AT_LEAST, AT_MOST) })
}

/// The first place that has the metadata; the next one is looked at only where there is none (404).
async fn discover(issuer: &str, places: &[Target], outside: &dyn Outside) -> Result<Discovered, ForeignError> {
    const WHAT: &str = "the metadata";
    let mut last = ForeignError::Status { what: WHAT, status: 404 };
    for place in places {
        let request = HouseRequest::get(place.clone(), "application/json");
        let answer = outside.keys(&request).await.map_err(|source| ForeignError::Fetch { what: WHAT, source })?;
        match json(WHAT, &answer) {
            Ok(body) => return discovery::read(body, issuer, place),
            Err(error @ ForeignError::Status { status: 404, .. }) => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// The body of an answer that is what was asked for.
pub(crate) fn json<'a>(what: &'static str, answer: &'a Response<Bytes>) -> Result<&'a Bytes, ForeignError> {
    if answer.status() != http::StatusCode::OK {
        return Err(ForeignError::Status { what, status: answer.status().as_u16() });
    }
    let media_type = answer.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json")) {
        Ok(answer.body())
    } else {
        Err(ForeignError::MediaType { what })
    }
}

/// For how long the answer is fresh by its own word (RFC 9111 §5.2.2.1).
fn max_age(answer: &Response<Bytes>) -> Option<Duration> {
    let lines = answer.headers().get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut directives = lines.flat_map(|line| line.split(',')).map(str::trim);
    let seconds = directives.find_map(|directive| directive.strip_prefix("max-age="))?;
    seconds.trim_matches('"').parse().ok().map(Duration::from_secs)
}
