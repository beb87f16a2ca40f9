//! What each refusal asks for.

use model::{Challenge, Code, Problem};

use super::{Resource, challenges};

fn resource() -> Resource {
    Resource {
        id: "https://api.shop.example/orders".into(),
        metadata: "https://api.shop.example/.well-known/oauth-protected-resource/orders".into(),
    }
}

fn told(code: Code, challenge: Challenge) -> Problem {
    let mut problem = Problem::new(code, "");
    problem.challenge = Some(Box::new(challenge));
    problem
}

#[test]
fn every_401_asks_for_something_and_nothing_else_does_but_a_missing_scope() {
    for code in Code::ALL {
        let asks = !challenges(&Problem::new(*code, ""), None).is_empty();
        assert_eq!(asks, code.status() == 401 || *code == Code::InsufficientScope, "{}", code.as_str());
    }
}

#[test]
fn without_tokens_the_words_are_those_of_keys() {
    let one = |code| challenges(&Problem::new(code, ""), None).join("|");
    assert_eq!(one(Code::CredentialRequired), "Bearer realm=\"vestibule\"");
    assert_eq!(one(Code::CredentialInvalid), "Bearer realm=\"vestibule\", error=\"invalid_token\"");
    assert_eq!(one(Code::InsufficientScope), "Bearer realm=\"vestibule\", error=\"insufficient_scope\"");
}

#[test]
fn whoever_shows_nothing_is_told_where_tokens_come_from() {
    let asked = challenges(&Problem::new(Code::CredentialRequired, ""), Some(&resource()));
    let [bearer, dpop] = asked.as_slice() else { panic!("{asked:?}") };
    let metadata = "resource_metadata=\"https://api.shop.example/.well-known/oauth-protected-resource/orders\"";
    assert_eq!(*bearer, format!("Bearer realm=\"vestibule\", {metadata}"));
    assert!(dpop.starts_with("DPoP realm=\"vestibule\", algs=\"ES256 ") && dpop.ends_with(metadata), "{dpop}");
}

#[test]
fn a_missing_scope_an_old_sign_in_and_a_bad_proof_say_what_would_do() {
    let scopes = Challenge { scopes: Some("orders.read orders.write".into()), ..Challenge::default() };
    let value = challenges(&told(Code::InsufficientScope, scopes), Some(&resource())).join("|");
    assert!(value.contains("error=\"insufficient_scope\", scope=\"orders.read orders.write\""), "{value}");
    let fresh = Challenge { max_age_seconds: Some(300), ..Challenge::default() };
    let value = challenges(&told(Code::SignInTooOld, fresh), None).join("|");
    assert!(value.ends_with("error=\"insufficient_user_authentication\", max_age=\"300\""), "{value}");
    let proof = Challenge { dpop: true, bad_proof: true, ..Challenge::default() };
    let value = challenges(&told(Code::CredentialInvalid, proof), None).join("|");
    assert!(value.starts_with("DPoP realm=\"vestibule\", error=\"invalid_dpop_proof\", algs="), "{value}");
}
