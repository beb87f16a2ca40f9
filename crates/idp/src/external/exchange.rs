//! The code for an ID token (RFC 6749 §4.1.3, OpenID Connect Core §3.1.3), and what else the provider knows.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use auth::jose::{Object, SigningKey, read_object};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use model::Secret;
use serde_json::{Value, json};
use upstream::{FetchBounds, HouseRequest, Target};

use super::error::{ExternalError, plain};
use super::id_token::{self, Told};
use super::known::Known;
use super::waiting::Begun;
use super::{Claimed, ExternalClient, ExternalSettings, Person};
use crate::issuers::{Learnt, basic, json_of};
use crate::store::externals::Identity;
use crate::{Bearer, push_parameter};

/// A person waits meanwhile.
const BOUNDS: FetchBounds = FetchBounds { answer_bytes: 64 * 1024, within: Duration::from_secs(10) };
/// Our assertion is good for so long.
const ASSERTION: Duration = Duration::from_secs(60);
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What the provider gave for the code.
struct Given {
    id_token: String,
    access_token: Option<Secret<String>>,
}

/// Who the person is, by the provider's word for this code.
pub(super) async fn person(
    known: &Known,
    learnt: &Learnt,
    code: &str,
    callback: &str,
    begun: &Begun,
    now: SystemTime,
) -> Result<Person, ExternalError> {
    let settings = known.settings();
    let token = learnt.discovered.token.clone().ok_or(ExternalError::Lacks("token_endpoint"))?;
    let given = redeem(settings, token, code, callback, begun, now).await?;
    let told = id_token::read(known, learnt, &given.id_token, begun, now).await?;
    let Told { subject, address, name } = told;
    let (address, name) = match (address, &learnt.discovered.userinfo, given.access_token) {
        (None, Some(endpoint), Some(token)) => {
            let (address, also) = asked(settings, endpoint, &token, &subject).await?;
            (address, name.or(also))
        }
        (address, _, _) => (address, name),
    };
    let identity = Identity { issuer: settings.iss.clone(), subject };
    Ok(Person { identity, title: settings.title.clone(), address, name })
}

async fn redeem(
    settings: &ExternalSettings,
    endpoint: Target,
    code: &str,
    callback: &str,
    begun: &Begun,
    now: SystemTime,
) -> Result<Given, ExternalError> {
    const WHAT: &str = "the code";
    let mut form = String::new();
    let parameters = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", callback),
        ("code_verifier", begun.verifier.expose()),
    ];
    parameters.iter().for_each(|(name, value)| push_parameter(&mut form, name, value));
    let mut authorization = None;
    match &settings.client {
        ExternalClient::Secret(credentials) => authorization = basic(credentials),
        ExternalClient::Key { id, key } => {
            push_parameter(&mut form, "client_id", id);
            push_parameter(&mut form, "client_assertion_type", ASSERTION_TYPE);
            push_parameter(&mut form, "client_assertion", &assertion(id, key, &settings.iss, now)?);
        }
    }
    let mut request = HouseRequest::form(endpoint, form);
    request.bounds = BOUNDS;
    if let Some(value) = authorization {
        request.fields.insert(header::AUTHORIZATION, value);
    }
    let answer = settings.outside.sign_in(&request).await;
    let answer = answer.map_err(|source| ExternalError::Fetch { what: WHAT, source })?;
    if answer.status() != StatusCode::OK {
        return Err(not_redeemed(&answer));
    }
    let mut members = object(WHAT, &answer)?;
    let mut text = |name: &'static str| match members.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let id_token = text("id_token").ok_or(ExternalError::Claim("id_token"))?;
    // Tokens of another type could not be shown as we show them (RFC 6749 §7.1).
    let is_bearer = text("token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
    let access_token = text("access_token").filter(|_| is_bearer).map(Secret::new);
    Ok(Given { id_token, access_token })
}

/// An error of the token endpoint (RFC 6749 §5.2), as far as it is one.
fn not_redeemed(answer: &Response<Bytes>) -> ExternalError {
    let said = read_object(answer.body()).ok();
    let said = said.as_ref().and_then(|members| members.get("error")).and_then(Value::as_str);
    ExternalError::Code { status: answer.status().as_u16(), error: plain(said.unwrap_or_default()) }
}

/// Who we are, for this provider alone and once (RFC 7523 §3).
fn assertion(id: &str, key: &SigningKey, iss: &str, now: SystemTime) -> Result<String, ExternalError> {
    let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let number = Bearer::generate("assertion")?;
    let claims = json!({
        "iss": id,
        "sub": id,
        "aud": iss,
        "jti": number.text().expose(),
        "iat": seconds,
        "exp": seconds + ASSERTION.as_secs(),
    });
    Ok(key.sign("JWT", &claims)?)
}

/// The address and the name by userinfo (OpenID Connect Core §5.3), where the ID token has no address.
async fn asked(
    settings: &ExternalSettings,
    endpoint: &Target,
    token: &Secret<String>,
    subject: &str,
) -> Result<(Option<Claimed>, Option<Box<str>>), ExternalError> {
    const WHAT: &str = "userinfo";
    let mut request = HouseRequest::get(endpoint.clone(), "application/json");
    request.bounds = BOUNDS;
    let shown = HeaderValue::try_from(format!("Bearer {}", token.expose()));
    let mut shown = shown.map_err(|_| ExternalError::Claim("access_token"))?;
    shown.set_sensitive(true);
    request.fields.insert(header::AUTHORIZATION, shown);
    let answer = settings.outside.sign_in(&request).await;
    let answer = answer.map_err(|source| ExternalError::Fetch { what: WHAT, source })?;
    let members = object(WHAT, &answer)?;
    // §5.3.2: an answer about somebody else is none.
    if members.get("sub").and_then(Value::as_str) != Some(subject) {
        return Err(ExternalError::Claim("sub"));
    }
    Ok((id_token::address(&members), id_token::short(members.get("name").and_then(Value::as_str))))
}

fn object(what: &'static str, answer: &Response<Bytes>) -> Result<Object, ExternalError> {
    read_object(json_of(what, answer)?).map_err(|source| ExternalError::Json { what, source })
}
