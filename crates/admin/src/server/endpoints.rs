//! The endpoints, and which of them each listener has.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use model::Code;
use observe::Observatory;
use serde::Deserialize;

use crate::answer::{DeprecatedUse, ReloadAnswer, StatusAnswer, UpgradeAnswer};
use crate::change::{Ask, Proposal};
use crate::figures::FiguresAnswer;
use crate::house::{House, Upgrade};
use crate::noun::{NounAnswer, NounError};

/// Longest file taken, in bytes: as long as a file may be.
const FILE_BYTES: usize = 4 * 1024 * 1024;
/// Longest object that a noun is asked with, in bytes.
const NOUN_BYTES: usize = 64 * 1024;
/// How long it may take to come.
const FILE_WITHIN: Duration = Duration::from_secs(5);

/// Everything: for the socket.
pub(super) fn all(house: Arc<dyn House>, observatory: Arc<Observatory>) -> Router {
    let answers = Router::new()
        .route("/reload", post(reload))
        .route("/upgrade", post(upgrade))
        .route("/diff", post(diff))
        .route("/apply", post(apply))
        .route("/confirm", post(async |State(house): State<Arc<dyn House>>| change(house, Ask::Confirm).await))
        .route("/rollback", post(roll_back))
        .route("/{noun}/{verb}", post(noun))
        .route("/versions", get(async |State(house): State<Arc<dyn House>>| change(house, Ask::Versions).await))
        .with_state(Arc::clone(&house));
    let figures = async |State((house, observatory)): State<(Arc<dyn House>, Arc<Observatory>)>| {
        Json(FiguresAnswer::new(house.status(), observatory.figures()))
    };
    let status = async |State((house, observatory)): State<(Arc<dyn House>, Arc<Observatory>)>| {
        let deprecated = observatory.deprecated().into_iter().map(DeprecatedUse::from).collect();
        Json(StatusAnswer { deprecated, ..house.status().into() })
    };
    let both = (Arc::clone(&house), Arc::clone(&observatory));
    let looks = Router::new().route("/status", get(status)).route("/figures", get(figures)).with_state(both);
    let answers = answers.merge(looks);
    ended(answers.merge(metrics_endpoint(observatory)).merge(health_endpoints(house)))
}

/// The metrics and nothing else: for a scraper.
pub(super) fn metrics(observatory: Arc<Observatory>) -> Router {
    ended(metrics_endpoint(observatory))
}

/// Yes or no and nothing else: for probes and load balancers.
pub(super) fn health(house: Arc<dyn House>) -> Router {
    ended(health_endpoints(house))
}

fn metrics_endpoint(observatory: Arc<Observatory>) -> Router {
    let metrics = async |State(observatory): State<Arc<Observatory>>| {
        ([(header::CONTENT_TYPE, observe::CONTENT_TYPE)], observatory.render_metrics())
    };
    Router::new().route("/metrics", get(metrics)).with_state(observatory)
}

fn health_endpoints(house: Arc<dyn House>) -> Router {
    let ready = async |State(house): State<Arc<dyn House>>| yes_or_no(house.ready());
    Router::new().route("/health", get(async || yes_or_no(true))).route("/ready", get(ready)).with_state(house)
}

fn ended(router: Router) -> Router {
    router
        .fallback(async || problem(Code::NotFound))
        .method_not_allowed_fallback(async || problem(Code::MethodNotAllowed))
}

async fn reload(State(house): State<Arc<dyn House>>) -> Response {
    // A task of its own: whoever asked may go away, and the swap is not left half done.
    match tokio::spawn(house.reload()).await {
        Ok(outcome) => {
            let answer = ReloadAnswer::from(outcome);
            let status = if answer.ok { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            (status, Json(answer)).into_response()
        }
        Err(_) => problem(Code::InternalError),
    }
}

async fn upgrade(State(house): State<Arc<dyn House>>, Query(wanted): Query<Upgrade>) -> Response {
    match tokio::spawn(house.upgrade(wanted)).await {
        Ok(outcome) => {
            let answer = UpgradeAnswer::from(outcome);
            let status = if answer.ok { StatusCode::OK } else { StatusCode::CONFLICT };
            (status, Json(answer)).into_response()
        }
        Err(_) => problem(Code::InternalError),
    }
}

/// What is said beside a file.
#[derive(Deserialize)]
struct Beside {
    name: Option<String>,
    over: Option<String>,
    confirm_s: Option<u64>,
}

#[derive(Deserialize)]
struct Which {
    to: Option<String>,
}

/// A file in a body, whole within five seconds.
async fn proposal(name: Option<String>, sent: Body) -> Result<Proposal, Code> {
    let read = tokio::time::timeout(FILE_WITHIN, axum::body::to_bytes(sent, FILE_BYTES)).await;
    let bytes = read.map_err(|_| Code::RequestTimeout)?.map_err(|_| Code::BodyTooLarge)?;
    let text = String::from_utf8(bytes.into()).map_err(|_| Code::MalformedBody)?;
    Ok(Proposal { name: name.unwrap_or_else(|| "-".to_owned()), text })
}

async fn diff(State(house): State<Arc<dyn House>>, Query(beside): Query<Beside>, sent: Body) -> Response {
    match proposal(beside.name, sent).await {
        Ok(proposal) => change(house, Ask::Diff(proposal)).await,
        Err(code) => problem(code),
    }
}

async fn apply(State(house): State<Arc<dyn House>>, Query(beside): Query<Beside>, sent: Body) -> Response {
    let (over, confirm) = (beside.over, beside.confirm_s.map(Duration::from_secs));
    match proposal(beside.name, sent).await {
        Ok(proposal) => change(house, Ask::Apply { proposal, over, confirm }).await,
        Err(code) => problem(code),
    }
}

/// A JSON object in a body, whole within five seconds; none at all is an empty one.
async fn object(sent: Body) -> Result<serde_json::Value, Code> {
    let read = tokio::time::timeout(FILE_WITHIN, axum::body::to_bytes(sent, NOUN_BYTES)).await;
    let bytes = read.map_err(|_| Code::RequestTimeout)?.map_err(|_| Code::BodyTooLarge)?;
    let object = if bytes.is_empty() { Ok(serde_json::Map::new()) } else { serde_json::from_slice(&bytes) };
    object.map(serde_json::Value::Object).map_err(|_| Code::MalformedBody)
}

async fn noun(State(house): State<Arc<dyn House>>, Path((noun, verb)): Path<(String, String)>, sent: Body) -> Response {
    let Some(things) = house.noun(&noun) else { return problem(Code::NotFound) };
    let asked = match object(sent).await {
        Ok(asked) => asked,
        Err(code) => return problem(code),
    };
    // A task of its own: whoever asked may go away, and nothing is left half done.
    let outcome = match tokio::spawn(things.ask(verb.clone(), asked)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(NounError::new(crate::NounFailure::Ours, "internal", "the gateway failed in the middle of it")),
    };
    let (status, answer) = NounAnswer::of(&noun, &verb, outcome);
    (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Json(answer)).into_response()
}

async fn roll_back(State(house): State<Arc<dyn House>>, Query(which): Query<Which>) -> Response {
    change(house, Ask::Rollback { to: which.to }).await
}

async fn change(house: Arc<dyn House>, ask: Ask) -> Response {
    match tokio::spawn(house.change(ask)).await {
        Ok(answer) => {
            let status = match (answer.ok, answer.is_faulty()) {
                (true, _) => StatusCode::OK,
                (false, true) => StatusCode::UNPROCESSABLE_ENTITY,
                (false, false) => StatusCode::CONFLICT,
            };
            (status, Json(answer)).into_response()
        }
        Err(_) => problem(Code::InternalError),
    }
}

fn yes_or_no(yes: bool) -> (StatusCode, &'static str) {
    if yes { (StatusCode::OK, "yes\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "no\n") }
}

fn problem(code: Code) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::json!({ "type": code.type_uri(), "title": code.title(), "status": code.status() });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
