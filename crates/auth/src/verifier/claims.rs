//! The claims of a verified access token, as the caller that they speak of (RFC 9068 §2.2).

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::{App, Bound, Caller, Claim, OWN_ISSUER, User, Via};
use serde_json::Value;

use crate::AuthError;
use crate::issuers::{ClaimNames, GRANT_CLAIM, Issuer};
use crate::jose::{Claims, decode_base64url};
use crate::revoked::Ground;
use crate::verified::{Confirmation, Verified, sha256};

/// Claims besides the usual ones that are kept for rules.
const CLAIMS_AT_MOST: usize = 32;
/// Values of one claim, and octets of one value, that are kept.
const VALUES_AT_MOST: usize = 64;
const VALUE_BYTES: usize = 256;
/// Scopes that a token may have, and octets of an id.
const SCOPES_AT_MOST: usize = 128;
const ID_BYTES: usize = 256;

/// What the usual claims say is known otherwise.
const USUAL: [&str; 16] = [
    "iss",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "sub",
    "scope",
    "scp",
    "client_id",
    "azp",
    "cnf",
    "auth_time",
    "sid",
    "act",
    GRANT_CLAIM,
];

/// Who a verified token is for.
pub(super) fn verified(claims: &Claims, issuer: &Issuer) -> Result<Verified, AuthError> {
    let names = &issuer.claims;
    let is_own = *issuer.name == *OWN_ISSUER;
    let subject = id(claims, &names.subject)?;
    let app = app(claims, &names.app)?;
    refuse_id_token(claims, is_own)?;
    let confirmation = confirmation(claims)?;
    let grant = if is_own { text(claims, GRANT_CLAIM)? } else { None };
    let bound = confirmation.as_ref().map(|confirmation| match confirmation {
        Confirmation::Certificate(_) => Bound::Certificate,
        Confirmation::Dpop(_) => Bound::Dpop,
    });
    let name = Arc::clone(&issuer.name);
    let scopes = scopes(claims, &names.scopes)?;
    // RFC 9068 §2.2: where there is no resource owner, the subject is the client. By the registered claim, whatever the
    // file takes for the subject: what a person may choose makes no application.
    let caller = if claims.subject() == Some(&*app) {
        let grant = grant.clone().unwrap_or_default();
        Caller::App(Arc::new(App { name: Arc::clone(&app), issuer: name, scopes, bound, grant }))
    } else {
        Caller::User(Arc::new(User {
            name: if is_own { Arc::clone(&subject) } else { name_of(&issuer.iss, &subject) },
            subject: Arc::clone(&subject),
            issuer: name,
            app: Arc::clone(&app),
            scopes,
            via: Via::Token,
            bound,
            authenticated_at: claims.get("auth_time").and_then(Value::as_u64).and_then(time),
            claims: others(claims, [&*names.subject, &*names.scopes, &*names.app]),
            grant: grant.clone().unwrap_or_default(),
        }))
    };
    let mut grounds = Vec::new();
    if is_own {
        grounds.extend(grant.map(Ground::Grant));
        grounds.extend(text(claims, "jti")?.map(Ground::Token));
        grounds.push(Ground::User(subject));
        grounds.push(Ground::App(app));
    }
    Ok(Verified {
        caller,
        until: time(claims.expires_at()).unwrap_or(UNIX_EPOCH) + issuer.leeway,
        issued_at: claims.issued_at().and_then(time).unwrap_or(UNIX_EPOCH),
        confirmation,
        resources: resources(claims, issuer),
        grounds: grounds.into(),
        session: None,
    })
}

/// `None` where the token is for all of this house.
fn resources(claims: &Claims, issuer: &Issuer) -> Option<Box<[Box<str>]>> {
    let for_all = claims.audience().any(|one| issuer.audience.iter().any(|ours| **ours == *one));
    (!for_all).then(|| claims.audience().map(Box::from).collect())
}

fn id(claims: &Claims, name: &str) -> Result<Arc<str>, AuthError> {
    let text = claims.text(name).filter(|text| !text.is_empty() && text.len() <= ID_BYTES);
    text.map(Arc::from).ok_or_else(|| AuthError::Claim { name: name.into() })
}

/// The application. Issuers that do not know RFC 9068 name it by `azp` alone.
fn app(claims: &Claims, name: &str) -> Result<Arc<str>, AuthError> {
    let standard = *name == *ClaimNames::standard().app;
    let name = if standard && claims.get(name).is_none() && claims.get("azp").is_some() { "azp" } else { name };
    id(claims, name)
}

/// Other issuers may not say of their access tokens what they are. These claims are of ID tokens alone (OpenID Connect
/// Core §2, §3.3.2.11), which were given to a client about a sign-in.
fn refuse_id_token(claims: &Claims, is_own: bool) -> Result<(), AuthError> {
    let of_sign_in = ["nonce", "at_hash", "c_hash"].into_iter().find(|name| claims.get(name).is_some());
    match of_sign_in {
        Some(name) if !is_own => Err(AuthError::Claim { name: name.into() }),
        _ => Ok(()),
    }
}

fn text(claims: &Claims, name: &str) -> Result<Option<Arc<str>>, AuthError> {
    if claims.get(name).is_none() { Ok(None) } else { id(claims, name).map(Some) }
}

/// A text with spaces between (RFC 6749 §3.3), or a list of texts, as some issuers have it.
fn scopes(claims: &Claims, name: &str) -> Result<Box<[Arc<str>]>, AuthError> {
    let fault = || AuthError::Claim { name: name.into() };
    let scopes: Vec<Arc<str>> = match claims.get(name) {
        None => Vec::new(),
        Some(Value::String(text)) => text.split(' ').filter(|scope| !scope.is_empty()).map(Arc::from).collect(),
        Some(Value::Array(list)) => {
            list.iter().map(|scope| scope.as_str().map(Arc::from).ok_or_else(fault)).collect::<Result<_, _>>()?
        }
        Some(_) => return Err(fault()),
    };
    if scopes.len() > SCOPES_AT_MOST { Err(fault()) } else { Ok(scopes.into()) }
}

/// What is there and cannot be understood is no reason to take a bound token for a free one (RFC 7800 §3.1).
fn confirmation(claims: &Claims) -> Result<Option<Confirmation>, AuthError> {
    let fault = || AuthError::Claim { name: "cnf".into() };
    let Some(value) = claims.get("cnf") else { return Ok(None) };
    let octets = |name: &str| -> Option<[u8; 32]> { decode_base64url(value.get(name)?.as_str()?)?.try_into().ok() };
    match value.as_object().map(|members| members.len()) {
        Some(1) if value.get("jkt").is_some() => {
            octets("jkt").map(|octets| Some(Confirmation::Dpop(octets))).ok_or_else(fault)
        }
        Some(1) if value.get("x5t#S256").is_some() => {
            octets("x5t#S256").map(|octets| Some(Confirmation::Certificate(octets))).ok_or_else(fault)
        }
        _ => Err(fault()),
    }
}

/// Further claims that are texts, numbers, truth values, or lists of texts; what is more or longer is left out, so that
/// no rule that names it holds.
fn others(claims: &Claims, known: [&str; 3]) -> Box<[Claim]> {
    let kept =
        claims.members().iter().filter(|(name, _)| !USUAL.contains(&name.as_str()) && !known.contains(&name.as_str()));
    kept.filter_map(|(name, value)| Some(Claim { name: name.as_str().into(), values: values(value)? }))
        .take(CLAIMS_AT_MOST)
        .collect()
}

fn values(value: &Value) -> Option<Box<[Arc<str>]>> {
    let one = |value: &Value| -> Option<Arc<str>> {
        match value {
            Value::String(text) => (text.len() <= VALUE_BYTES).then(|| Arc::from(text.as_str())),
            Value::Bool(_) | Value::Number(_) => Some(Arc::from(value.to_string())),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    };
    match value {
        Value::Array(list) if list.len() <= VALUES_AT_MOST => list.iter().map(one).collect(),
        value => one(value).map(|one| [one].into()),
    }
}

/// What logs call a person of another issuer, whose subject may be an address or a name.
pub(crate) fn name_of(iss: &str, subject: &str) -> Arc<str> {
    let [a, b, c, d, e, f, g, h, ..] = sha256(format!("{iss}\n{subject}").as_bytes());
    let digits = [a, b, c, d, e, f, g, h].iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    Arc::from(digits)
}

fn time(seconds: u64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}
