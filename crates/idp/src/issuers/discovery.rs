//! What an issuer says of itself (OpenID Connect Discovery 1.0, RFC 8414): where it is found, and what is believed of it.

use auth::jose::{Object, read_object};
use serde_json::Value;
use upstream::{Target, TargetError};

use super::ForeignError;

/// What an issuer says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// Where its keys are.
    pub keys: Target,
    /// Where it is asked about tokens.
    pub introspection: Option<Target>,
    /// Where people sign in; a page for browsers, which the house itself never calls.
    pub authorization: Option<Box<str>>,
    /// Where a code is redeemed.
    pub token: Option<Target>,
    /// Where it tells of a person (OpenID Connect Core §5.3).
    pub userinfo: Option<Target>,
    /// Whether its answers name it (RFC 9207 §3).
    pub names_itself: bool,
}

/// Where the metadata of an issuer may be: as OpenID Connect has it (Discovery §4.1), and as RFC 8414 §3.1 has it.
///
/// # Errors
/// [`TargetError`], where the issuer is no URL that is called.
pub fn discovery_urls(issuer: &str) -> Result<Vec<Target>, TargetError> {
    let base = issuer.strip_suffix('/').unwrap_or(issuer);
    let target = Target::configured(base)?;
    let path = if target.path() == "/" { "" } else { target.path() };
    if path.contains('?') {
        return Err(TargetError::Path);
    }
    let origin = base.strip_suffix(path).unwrap_or(base);
    let openid = Target::configured(&format!("{base}/.well-known/openid-configuration"))?;
    let oauth = Target::configured(&format!("{origin}/.well-known/oauth-authorization-server{path}"))?;
    Ok(vec![openid, oauth])
}

/// Reads the metadata that was found there.
///
/// # Errors
/// [`ForeignError`]: it is not the issuer's, or lacks what is needed.
pub(super) fn read(body: &[u8], issuer: &str, found_at: &Target) -> Result<Discovered, ForeignError> {
    let document = read_object(body).map_err(|_| ForeignError::Malformed)?;
    let text = |member: &str| document.get(member).and_then(Value::as_str);
    match text("issuer") {
        Some(found) if found == issuer => {}
        Some(found) => return Err(ForeignError::OtherIssuer { found: found.chars().take(200).collect() }),
        None => return Err(ForeignError::Missing { member: "issuer" }),
    }
    let near = Near { issuer: Target::configured(issuer).ok(), found_at };
    let keys = near.url(&document, "jwks_uri")?.ok_or(ForeignError::Missing { member: "jwks_uri" })?;
    Ok(Discovered {
        keys,
        introspection: near.url(&document, "introspection_endpoint")?,
        authorization: text("authorization_endpoint").filter(|url| is_page(url)).map(Box::from),
        token: near.url(&document, "token_endpoint")?,
        userinfo: near.url(&document, "userinfo_endpoint")?,
        names_itself: document.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true)),
    })
}

/// Whether browsers are led there: over TLS, and to what others may put a query behind (RFC 6749 §3.1).
fn is_page(url: &str) -> bool {
    url.starts_with("https://") && url.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'#')
}

/// How far the file's word goes: to the hosts that it names. What an issuer says of other hosts is a stranger's word,
/// or whoever runs it could point into networks that only we reach.
struct Near<'a> {
    issuer: Option<Target>,
    found_at: &'a Target,
}

impl Near<'_> {
    fn url(&self, document: &Object, member: &'static str) -> Result<Option<Target>, ForeignError> {
        let Some(url) = document.get(member).and_then(Value::as_str) else { return Ok(None) };
        let read = Target::configured(url).and_then(|target| {
            let host = target.destination().host();
            let named = self.issuer.iter().chain([self.found_at]).any(|near| near.destination().host() == host);
            if named { Ok(target) } else { Target::supplied(url, &[]) }
        });
        read.map(Some).map_err(|source| ForeignError::Url { member, source })
    }
}

#[cfg(test)]
mod tests;
