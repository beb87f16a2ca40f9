//! The noun `issuers` of the admin socket: what is known of the issuers that the file names, and what one says now.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use admin::{Noun, NounError, NounFailure, NounOutcome};
use auth::jose::Jwks;
use auth::{Verified, Verifier};
use idp::issuers::{Discovered, Foreign, Standing};
use model::{Bound, Caller};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::Running;
use crate::wiring::desk::timestamp;

/// Asks about the issuers of the configuration that runs.
pub(super) struct IssuersNoun {
    pub(super) runs: watch::Receiver<Running>,
}

impl Noun for IssuersNoun {
    fn ask(&self, verb: String, asked: Value) -> Pin<Box<dyn Future<Output = NounOutcome> + Send>> {
        let runs = self.runs.borrow().clone();
        Box::pin(async move {
            let standings = || runs.iter().flat_map(|(foreign, _)| foreign.standings());
            match verb.as_str() {
                "list" => {
                    let all: Vec<_> = standings().map(|standing| summary(&standing)).collect();
                    Ok(Map::from_iter([("issuers".to_owned(), all.into())]))
                }
                "show" => {
                    let name = text(&asked, "name")?;
                    let standing = standings().find(|standing| &*standing.name == name).ok_or_else(|| missing(name))?;
                    Ok(Map::from_iter([("issuer".to_owned(), record(&standing))]))
                }
                "test" => match &runs {
                    Some((foreign, verifier)) => test(foreign, verifier, &asked).await,
                    None => Err(missing(text(&asked, "name")?)),
                },
                _ => Err(NounError::no_verb("issuers", &verb)),
            }
        })
    }
}

fn text<'a>(asked: &'a Value, member: &str) -> Result<&'a str, NounError> {
    let wrong = || NounError::new(NounFailure::Wrong, "not-understood", format!("`{member}` is a text"));
    asked.get(member).and_then(Value::as_str).ok_or_else(wrong)
}

fn missing(name: &str) -> NounError {
    NounError::new(NounFailure::Missing, "no-such-issuer", format!("no issuer `{name}` whose tokens are taken runs"))
        .help("`vestibule issuers list` has those that run")
}

/// Whether tokens can be read by what is known.
fn state(standing: &Standing) -> &'static str {
    let lasts = |known: &Arc<idp::issuers::Known>| known.until > std::time::SystemTime::now();
    match (standing.known.as_ref().filter(|known| lasts(known)), &standing.failed) {
        (Some(_), None) => "known",
        (Some(_), Some(_)) => "kept",
        (None, Some(_)) => "failed",
        (None, None) => "unknown",
    }
}

fn summary(standing: &Standing) -> Value {
    let known = standing.known.as_ref();
    let failed = standing.failed.as_ref();
    json!({
        "name": *standing.name,
        "issuer": standing.issuer,
        "state": state(standing),
        "keys": known.map_or(0, |known| known.keys.keys().len()),
        "learnt_at": known.map(|known| timestamp(known.at)),
        "why": failed.map(|failed| failed.why.clone()),
    })
}

fn record(standing: &Standing) -> Value {
    let mut record = summary(standing);
    let Some(members) = record.as_object_mut() else { return record };
    if let Some(known) = &standing.known {
        members.insert("keys".to_owned(), keys(&known.keys));
        members.insert("used_until".to_owned(), timestamp(known.until).into());
        members.extend(places(&known.discovered));
    }
    if let Some(failed) = &standing.failed {
        members.insert("failed_at".to_owned(), timestamp(failed.at).into());
    }
    record
}

fn keys(keys: &Jwks) -> Value {
    let one = |key: &auth::jose::VerifyingKey| json!({ "id": key.id(), "algorithm": key.algorithm().as_str() });
    keys.keys().iter().map(one).collect()
}

fn places(discovered: &Discovered) -> [(String, Value); 2] {
    let introspection = discovered.introspection.as_ref().map(ToString::to_string);
    [("keys_at".to_owned(), discovered.keys.to_string().into()), ("introspection_at".to_owned(), introspection.into())]
}

/// Fetches now what the issuer says, and judges the token that came with the question, by the keys that were fetched.
async fn test(foreign: &Foreign, verifier: &Verifier, asked: &Value) -> NounOutcome {
    let name = text(asked, "name")?;
    let learnt = foreign.test(name).await.ok_or_else(|| missing(name))?;
    let mut issuer = Map::from_iter([("name".to_owned(), name.into())]);
    issuer.insert("good".to_owned(), learnt.is_ok().into());
    match &learnt {
        Ok(learnt) => {
            issuer.insert("keys".to_owned(), keys(&learnt.keys));
            issuer.extend(places(&learnt.discovered));
        }
        Err(error) => {
            issuer.insert("why".to_owned(), error.to_string().into());
        }
    }
    let mut answer = Map::from_iter([("issuer".to_owned(), Value::Object(issuer))]);
    if asked.get("token").is_some() {
        let fetched = learnt.as_ref().ok().map(|learnt| &learnt.keys);
        let judged = foreign.judge(name, text(asked, "token")?, fetched, verifier).await;
        let told = judged.map_or_else(|why| json!({ "good": false, "why": why }), |verified| told(&verified));
        answer.insert("token".to_owned(), told);
    }
    Ok(answer)
}

/// For whom a token stands, never what it is.
fn told(verified: &Verified) -> Value {
    let bound = |bound: Option<Bound>| bound.map(Bound::as_str);
    let mut told = match &verified.caller {
        Caller::User(user) => json!({
            "kind": "user", "subject": *user.subject, "app": *user.app, "bound_to": bound(user.bound),
            "scopes": user.scopes.iter().map(|scope| &**scope).collect::<Vec<_>>(),
        }),
        Caller::App(app) => json!({
            "kind": "app", "app": *app.name, "bound_to": bound(app.bound),
            "scopes": app.scopes.iter().map(|scope| &**scope).collect::<Vec<_>>(),
        }),
        _ => json!({}),
    };
    if let Some(members) = told.as_object_mut() {
        members.insert("good".to_owned(), true.into());
        members.insert("until".to_owned(), timestamp(verified.until).into());
    }
    told
}
