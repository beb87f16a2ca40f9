//! Asking a noun over the socket: what it is told, and in which shape it answers.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{NounAnswer, NounError, NounFailure};
use crate::client;
use crate::specimen::{Dolls, PATIENCE, Standing};

async fn post(standing: &Standing, target: &str, body: &str) -> (u16, Value) {
    let body = body.to_owned().into_bytes().into();
    let answer = client::send(&standing.socket, "POST", target, body, PATIENCE).await.expect("an answer");
    (answer.status, serde_json::from_slice(&answer.body).expect("JSON"))
}

#[tokio::test]
async fn a_noun_is_told_the_verb_and_the_object_and_its_members_are_the_answer() {
    let standing = Standing::start(Arc::<Dolls>::default()).await;
    let (status, answer) = post(&standing, "/toys/make", r#"{"name":"bear"}"#).await;
    let expected = json!({ "format": 1, "command": "toys make", "ok": true, "made": { "name": "bear" } });
    assert_eq!((status, answer), (200, expected));
    // Nothing at all is an object without members.
    assert_eq!(post(&standing, "/toys/make", "").await.1["made"], json!({}));
}

#[tokio::test]
async fn why_not_comes_with_its_status_its_help_and_its_place() {
    let standing = Standing::start(Arc::<Dolls>::default()).await;
    let (status, answer) = post(&standing, "/toys/break", "{}").await;
    let expected = json!({ "format": 1, "command": "toys break", "ok": false, "error": {
        "code": "declared", "message": "it stands in the file", "help": "look there", "at": { "line": 7 } } });
    assert_eq!((status, answer.clone()), (409, expected));
    let answer: NounAnswer = serde_json::from_value(answer).expect("reads back");
    assert_eq!(answer.error.expect("an error").at.as_deref(), Some(&json!({ "line": 7 })));
    let (status, answer) = post(&standing, "/toys/eat", "{}").await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("unknown-verb")));
}

#[tokio::test]
async fn what_is_no_noun_no_object_or_too_long_is_refused() {
    let standing = Standing::start(Arc::<Dolls>::default()).await;
    assert_eq!(post(&standing, "/fish/make", "{}").await.0, 404);
    assert_eq!(post(&standing, "/toys/make", "[]").await.0, 400);
    assert_eq!(post(&standing, "/toys/make", "{").await.0, 400);
    let long = format!("{{\"name\":\"{}\"}}", "x".repeat(64 * 1024));
    assert_eq!(post(&standing, "/toys/make", &long).await.0, 413);
    assert_eq!(standing.ask("GET", "/toys/make").await.expect("an answer").status, 405);
}

#[test]
fn each_failure_has_a_status_of_its_own() {
    for failure in NounFailure::ALL {
        assert_eq!(NounFailure::of_status(failure.status()), Some(failure));
    }
    assert_eq!(NounFailure::of_status(200), None);
    let error = NounError::new(NounFailure::Missing, "no-such-key", "none").help("look");
    assert_eq!((error.help.as_deref(), error.at), (Some("look"), None));
}
