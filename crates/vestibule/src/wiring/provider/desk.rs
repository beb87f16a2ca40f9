//! The nouns of the provider at the admin socket: each asks the desk of the configuration that runs.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use admin::{Noun, NounError, NounFailure, NounOutcome};
use idp::desk::{self, Desk, Refusal, Why};
use serde_json::{Value, json};
use tokio::sync::watch;

/// How long whoever asks right after the start waits for the store.
const PATIENCE: Duration = Duration::from_secs(5);

/// How the provider stands, for whoever asks by command.
#[derive(Clone)]
pub(crate) enum Office {
    /// The file has no `identity`.
    None,
    /// There is one, once the store can be had.
    Opening,
    /// Here.
    Open(Arc<Desk>),
}

/// Where commands come in, before there is a provider.
pub(crate) fn office() -> watch::Sender<Office> {
    watch::Sender::new(Office::None)
}

/// Asks about one kind of thing.
struct ProviderNoun {
    noun: desk::Noun,
    office: watch::Receiver<Office>,
}

/// Every noun of the provider, by its word.
pub(crate) fn nouns(office: &watch::Sender<Office>) -> impl Iterator<Item = (&'static str, Arc<dyn Noun>)> {
    desk::Noun::ALL.into_iter().map(|noun| {
        let asks = ProviderNoun { noun, office: office.subscribe() };
        (noun.as_str(), Arc::new(asks) as Arc<dyn Noun>)
    })
}

impl Noun for ProviderNoun {
    fn ask(&self, verb: String, asked: Value) -> Pin<Box<dyn Future<Output = NounOutcome> + Send>> {
        let (noun, mut office) = (self.noun, self.office.clone());
        Box::pin(async move {
            let opened = office.wait_for(|office| !matches!(office, Office::Opening));
            let office = match tokio::time::timeout(PATIENCE, opened).await {
                Ok(Ok(office)) => office.clone(),
                Ok(Err(_)) | Err(_) => Office::Opening,
            };
            match office {
                Office::Open(desk) => desk.ask(noun, &verb, asked).await.map_err(told),
                Office::None => {
                    let message = format!("this gateway keeps no {}: its file has no `identity`", noun.as_str());
                    Err(NounError::new(NounFailure::Missing, "no-identity", message)
                        .help("write `identity: { issuer: https://… }`; see docs/sign-in.md"))
                }
                Office::Opening => {
                    let message = "the store is not to be had yet";
                    Err(NounError::new(NounFailure::Unavailable, "store-unavailable", message)
                        .help("another process may have it; try again"))
                }
            }
        })
    }
}

/// `file:line:column` as objects have it.
fn placed(place: &str, path: &str) -> Option<Value> {
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let (line, column): (u64, u64) = (line.parse().ok()?, column.parse().ok()?);
    Some(json!({ "file": file, "line": line, "column": column, "path": path }))
}

fn told(refusal: Refusal) -> NounError {
    let Refusal { why, code, message, help, at } = refusal;
    let why = match why {
        Why::Wrong => NounFailure::Wrong,
        Why::Missing => NounFailure::Missing,
        Why::Conflict => NounFailure::Conflict,
        Why::Unavailable => NounFailure::Unavailable,
        Why::Ours => NounFailure::Ours,
    };
    let at = at.and_then(|(place, path)| placed(&place, &path)).map(Box::new);
    let error = NounError { at, ..NounError::new(why, code, message) };
    match help {
        Some(help) => error.help(help),
        None => error,
    }
}
