//! What the app `cli` asks of the provider, as the RFCs write it and no library would get wrong.

use serde_json::Value;
use testkit::Answer;

use super::{CALLBACK, Shop};
use crate::person::{Person, encoded, parameter};

/// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const FORM: &str = "content-type: application/x-www-form-urlencoded";
pub(crate) const SCOPE: &str = "openid offline_access orders.read";

impl Shop {
    /// The address of an authorization request, with more parameters, or with others in place of the usual ones.
    pub(crate) fn authorization(&self, more: &[(&str, &str)]) -> String {
        let usual = [
            ("client_id", "cli"),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("scope", SCOPE),
            ("state", "a state"),
            ("nonce", "a nonce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let usual = usual.into_iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
        format!("{}/auth/authorize?{}", self.issuer(), encoded(usual.chain(more.iter().copied())))
    }

    /// A code for `cli`.
    pub(crate) fn code(&self, person: &mut Person, more: &[(&str, &str)]) -> String {
        let landed = person.walk(&self.authorization(more));
        parameter(&landed, "code").unwrap_or_else(|| panic!("a code in {landed}"))
    }

    /// A form to an endpoint of programs, below `/auth`.
    pub(crate) fn post(&self, endpoint: &str, pairs: &[(&str, &str)], fields: &[&str]) -> Answer {
        let fields: Vec<&str> = [FORM].into_iter().chain(fields.iter().copied()).collect();
        self.ask("POST", &format!("/auth/{endpoint}"), &fields, &encoded(pairs.iter().copied()))
    }

    /// What the token endpoint says to a code of `cli`.
    pub(crate) fn redeem(&self, code: &str, fields: &[&str]) -> Answer {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("client_id", "cli"),
            ("redirect_uri", CALLBACK),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        self.post("token", &pairs, fields)
    }

    /// Tokens for `cli`; with these fields beside the code, such as a proof.
    pub(crate) fn tokens(&self, person: &mut Person, more: &[(&str, &str)], fields: &[&str]) -> Value {
        let code = self.code(person, more);
        let answer = self.redeem(&code, fields);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json().expect("JSON")
    }

    /// One GET with a bearer token.
    pub(crate) fn call(&self, target: &str, token: &str) -> Answer {
        self.ask("GET", target, &[&bearing(token)], "")
    }
}

/// `Authorization: Bearer TOKEN`.
pub(crate) fn bearing(token: &str) -> String {
    format!("authorization: Bearer {token}")
}

/// A text member.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("`{name}` in {value}"))
}
