//! Asking an issuer whether a token is good that only it can read (RFC 7662).

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use auth::jose::{Claims, Expected, Object, read_object};
use auth::{AuthError, Issuer, Told, Verified};
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64;
use http::{HeaderValue, header};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;
use upstream::{FetchBounds, HouseRequest, Target};

use super::{ClientCredentials, IntrospectionSettings, Outside, watched};

/// A token that an issuer gives out has at most so many octets here.
const TOKEN_BYTES: usize = 4096;
/// A no is remembered for that long: a client that goes on trying is not asked about each time.
const REFUSED_FOR: Duration = Duration::from_secs(10);
/// So many of them.
const REFUSED_AT_MOST: usize = 4096;
/// A caller waits meanwhile.
const BOUNDS: FetchBounds = FetchBounds { answer_bytes: 64 * 1024, within: Duration::from_secs(5) };

/// How one issuer is asked.
pub(super) struct Introspection {
    settings: IntrospectionSettings,
    outside: Arc<dyn Outside>,
    /// Digests of tokens that are none, until when.
    refused: Mutex<HashMap<[u8; 32], Instant>>,
}

impl Introspection {
    pub(super) fn new(settings: IntrospectionSettings, outside: Arc<dyn Outside>) -> Self {
        Self { settings, outside, refused: Mutex::default() }
    }

    /// Where it is asked, where the file says it.
    pub(super) const fn endpoint(&self) -> Option<&Target> {
        self.settings.endpoint.as_ref()
    }

    /// Whom this token stands for, by the issuer's word.
    pub(super) async fn ask(&self, issuer: &Issuer, endpoint: Target, token: &str, now: SystemTime) -> Told {
        if token.len() > TOKEN_BYTES || !token.bytes().all(|octet| octet.is_ascii_graphic()) {
            return Told::Unknown;
        }
        let mut name = [0; 32];
        name.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        if self.refused.lock().await.get(&name).is_some_and(|until| *until > Instant::now()) {
            return Told::Unknown;
        }
        let silent = |why: String| Told::Unavailable(format!("`{}`: {why}", issuer.name).into());
        let Some(request) = self.request(endpoint, token) else { return silent("its client cannot be named".into()) };
        let answer = match self.outside.introspection(&request).await {
            Ok(answer) => answer,
            Err(error) => return silent(error.to_string()),
        };
        let members = match watched::json("introspection", &answer).map(|body| read_object(body)) {
            Ok(Ok(members)) => members,
            Ok(Err(error)) => return silent(error.to_string()),
            // A status such as 401 says that it does not believe us, and nothing of the token.
            Err(error) => return silent(error.to_string()),
        };
        match self.judge(issuer, members, now) {
            Ok(verified) => Told::Holds(Arc::new(verified)),
            Err(_) => {
                self.remember_refusal(name).await;
                Told::Unknown
            }
        }
    }

    fn judge(&self, issuer: &Issuer, mut members: Object, now: SystemTime) -> Result<Verified, AuthError> {
        // Anything but a plain yes is a no.
        if members.remove("active") != Some(Value::Bool(true)) {
            return Err(AuthError::UnknownToken);
        }
        // It may leave both out (RFC 7662 §2.2): who answers is the issuer, and we ask again soon. It may not leave
        // out for whom the token is: without `aud` nobody says that it is for us.
        members.entry("iss").or_insert_with(|| issuer.iss.as_ref().into());
        let remember = now + self.settings.remember;
        let seconds = remember.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        members.entry("exp").or_insert_with(|| seconds.into());
        let audience: Vec<&str> = issuer.audience.iter().map(|name| &**name).collect();
        let (kind, leeway) = (issuer.kind, issuer.leeway);
        let claims = Claims::told(members, &Expected { kind, issuer: &issuer.iss, audience: &audience, now, leeway });
        let mut verified = issuer.vouched(&claims.map_err(AuthError::Token)?)?;
        verified.until = verified.until.min(remember);
        Ok(verified)
    }

    fn request(&self, endpoint: Target, token: &str) -> Option<HouseRequest> {
        let form = format!("token={}&token_type_hint=access_token", form_encoded(token));
        let mut request = HouseRequest::form(endpoint, form);
        request.bounds = BOUNDS;
        request.fields.insert(header::AUTHORIZATION, basic(&self.settings.client)?);
        Some(request)
    }

    async fn remember_refusal(&self, name: [u8; 32]) {
        let (mut refused, now) = (self.refused.lock().await, Instant::now());
        if refused.len() >= REFUSED_AT_MOST {
            refused.retain(|_, until| *until > now);
        }
        if refused.len() >= REFUSED_AT_MOST {
            refused.clear();
        }
        refused.insert(name, now + REFUSED_FOR);
    }
}

/// `client_secret_basic`: both parts form-encoded before they are joined (RFC 6749 §2.3.1).
pub(crate) fn basic(client: &ClientCredentials) -> Option<HeaderValue> {
    let joined = format!("{}:{}", form_encoded(&client.id), form_encoded(client.secret.expose()));
    let mut value = HeaderValue::from_str(&format!("Basic {}", BASE64.encode(joined.as_bytes()))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// As in `application/x-www-form-urlencoded`, every octet encoded that need not stand for itself.
pub(super) fn form_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for octet in text.bytes() {
        if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(octet));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{octet:02X}");
        }
    }
    out
}
