//! `--as`: the credentials that the caller of an explanation is taken to hold.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use auth::Holding;
use auth::certificate::PeerCertificate;
use gateway::Settings;
use model::{App, Bound, Caller, Key, KeyKind, OWN_ISSUER, OperationId, SpiffeId, User, Via};
use policy::Way;

use crate::failure::{Exit, Failure};

/// What the caller holds.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) certificate: Option<PeerCertificate>,
    pub(super) holding: Holding,
}

/// Kinds of caller that the language has words for and that are not built.
const NOT_YET: [&str; 2] = ["token", "signer"];

const WORDS: &str = "write `anonymous`, `key:NAME`, `key:KIND`, `user:NAME`, `app:NAME`, `workload:NAME`, `dns:NAME` or a \
                     SPIFFE id";

/// Reads every `--as`: at most one certificate, and one key, person or application.
///
/// # Errors
/// Something else than a caller, or two of a kind (2); a name that the file does not have (6).
pub(super) fn read(texts: &[String], settings: &Settings) -> Result<Held, Failure> {
    let mut held = Held { certificate: None, holding: Holding::InTheRequest };
    for text in texts {
        let again = match read_one(text, settings)? {
            One::Nothing => texts.len() > 1,
            One::Held(key) => std::mem::replace(&mut held.holding, key) != Holding::InTheRequest,
            One::Certificate(certificate) => held.certificate.replace(certificate).is_some(),
        };
        if again {
            return Err(bad(
                text,
                "a caller shows at most one certificate, and one key, token or session; `anonymous` shows none",
            ));
        }
    }
    Ok(held)
}

enum One {
    Nothing,
    Held(Holding),
    Certificate(PeerCertificate),
}

fn read_one(text: &str, settings: &Settings) -> Result<One, Failure> {
    if text == "anonymous" {
        return Ok(One::Nothing);
    }
    if text.starts_with("spiffe://") {
        let id = SpiffeId::parse(text).map_err(|error| bad(text, &error.to_string()))?;
        return Ok(One::Certificate(certificate(Some(id), Vec::new())));
    }
    match text.split_once(':') {
        Some(("key", name)) => key(name, settings).map(One::Held),
        Some(("user", who)) => Ok(One::Held(Holding::Of(Caller::User(Arc::new(user(who, settings)))))),
        Some(("app", who)) => Ok(One::Held(Holding::Of(Caller::App(Arc::new(app(who)))))),
        Some(("workload", name)) => {
            let mut workloads = settings.directory.workloads();
            let id = workloads.find(|workload| *workload.name == *name).map(|workload| workload.id.clone());
            let id =
                id.ok_or_else(|| unknown("workload", name).help("name its SPIFFE id, or its DNS name as `dns:NAME`"))?;
            Ok(One::Certificate(certificate(id, Vec::new())))
        }
        Some(("dns", name)) => Ok(One::Certificate(certificate(None, vec![name.to_ascii_lowercase()]))),
        Some((kind, _)) if NOT_YET.contains(&kind) => {
            Err(Failure::new(Exit::Usage, "not-yet", format!("callers known as `{kind}` are not built yet")).help(
                "there are: anonymous, key:NAME, key:KIND, user:NAME, app:NAME, workload:NAME, dns:NAME, a SPIFFE id",
            ))
        }
        _ => Err(bad(text, WORDS)),
    }
}

/// A key of the file, or any of a kind: then one that was made for every API, with the scopes that are said.
fn key(text: &str, settings: &Settings) -> Result<Holding, Failure> {
    if settings.directory.keys().any(|(_, key)| *key.name == *text) {
        return Ok(Holding::KeyNamed(Arc::from(text)));
    }
    let (kind, scopes) = text.split_once('+').map_or((text, None), |(kind, scopes)| (kind, Some(scopes)));
    let kinds = [KeyKind::Publishable, KeyKind::Restricted, KeyKind::Secret];
    let kind = kinds.into_iter().find(|known| known.as_str() == kind).ok_or_else(|| unknown("key", text))?;
    let apis: BTreeSet<Arc<str>> = settings.operations.iter().map(|operation| Arc::clone(&operation.api)).collect();
    let key = Key {
        name: Arc::from(format!("any {kind} key")),
        kind,
        apis: apis.into_iter().collect(),
        scopes: scopes.into_iter().flat_map(|scopes| scopes.split(',')).map(Arc::from).collect(),
        tier: None,
    };
    Ok(Holding::KeyLike(Arc::new(key)))
}

/// A person with a session of now: `NAME`, `NAME/APP`, either with `+SCOPE,…`. Without an application, the first that
/// any rule names.
fn user(text: &str, settings: &Settings) -> User {
    let (who, scopes) = with_scopes(text);
    let (name, app) = who.split_once('/').map_or((who, None), |(name, app)| (name, Some(Arc::from(app))));
    User {
        subject: Arc::from(name),
        name: Arc::from(name),
        issuer: Arc::from(OWN_ISSUER),
        app: app.or_else(|| first_app(settings)).unwrap_or_else(|| Arc::from("any")),
        scopes,
        via: Via::Session,
        bound: None,
        authenticated_at: Some(SystemTime::now()),
        claims: Box::new([]),
        grant: Arc::from(""),
    }
}

/// An application with a token bound to its certificate: `NAME`, `NAME+SCOPE,…`.
fn app(text: &str) -> App {
    let (name, scopes) = with_scopes(text);
    let (name, issuer, grant) = (Arc::from(name), Arc::from(OWN_ISSUER), Arc::from(""));
    App { name, issuer, scopes, bound: Some(Bound::Certificate), grant }
}

fn with_scopes(text: &str) -> (&str, Box<[Arc<str>]>) {
    let (who, scopes) = text.split_once('+').map_or((text, None), |(who, scopes)| (who, Some(scopes)));
    (who, scopes.into_iter().flat_map(|scopes| scopes.split(',')).map(Arc::from).collect())
}

fn first_app(settings: &Settings) -> Option<Arc<str>> {
    let rules = (0..settings.rules.len()).filter_map(|at| settings.rules.rule(OperationId(u32::try_from(at).ok()?)));
    rules.flat_map(|rule| &rule.ways).find_map(|way| match way {
        Way::Users(users) => users.apps.as_ref()?.first().cloned(),
        Way::Keys { .. } | Way::Workloads { .. } | Way::Apps(_) => None,
    })
}

/// A certificate of these names that is valid now.
fn certificate(spiffe: Option<SpiffeId>, dns: Vec<String>) -> PeerCertificate {
    let now = SystemTime::now();
    PeerCertificate {
        spiffe,
        dns,
        sha256: [0; 32],
        serial: String::new(),
        not_before: now,
        not_after: now + Duration::from_secs(3600),
    }
}

fn bad(text: &str, help: &str) -> Failure {
    Failure::new(Exit::Usage, "bad-caller", format!("`{text}` is not a caller")).help(help)
}

fn unknown(what: &str, name: &str) -> Failure {
    Failure::new(Exit::NoSuchThing, "unknown-name", format!("the file has no {what} `{name}`"))
}
