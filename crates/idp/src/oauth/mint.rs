//! The one place where access tokens and ID tokens are made.

use std::sync::Arc;
use std::time::SystemTime;

use auth::jose::Object;
use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::{OAuthError, Server, seconds};
use crate::apps::{AppSettings, TokenAlgorithm};
use crate::store::grants::Grant;
use crate::{Bearer, Scopes};

/// The claim that names the grant of an access token; with the grant, the token ends.
pub const GRANT_CLAIM: &str = "grant";

/// An access token that is to be made.
pub(crate) struct Access<'a> {
    pub(crate) app: &'a Arc<AppSettings>,
    /// None where the app acts for itself.
    pub(crate) grant: Option<&'a Grant>,
    pub(crate) scopes: &'a Scopes,
    /// None is the house as a whole.
    pub(crate) resources: &'a [Box<str>],
    /// The thumbprint of the key that it is bound to.
    pub(crate) key: Option<&'a str>,
    /// The SHA-256 of the certificate that it is bound to, where it is bound to no key.
    pub(crate) certificate: Option<&'a [u8; 32]>,
    pub(crate) now: SystemTime,
}

impl Server {
    /// An access token by RFC 9068.
    pub(crate) async fn mint(&self, access: &Access<'_>) -> Result<String, OAuthError> {
        let mut claims = Object::new();
        let mut put = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
        let issued = seconds(access.now);
        put("iss", json!(self.settings.issuer.as_str()));
        put("sub", access.grant.map_or_else(|| json!(&*access.app.name), |grant| json!(grant.user.to_string())));
        put("aud", audience(access.resources, self.settings.issuer.as_str()));
        put("client_id", json!(&*access.app.name));
        put("iat", json!(issued));
        put("exp", json!(issued.saturating_add(self.settings.lifetimes.access.as_secs())));
        put("jti", json!(Bearer::generate("token")?.text().expose()));
        put("scope", json!(access.scopes.to_string()));
        if let Some(grant) = access.grant {
            put(GRANT_CLAIM, json!(grant.id.to_string()));
            put("auth_time", json!(seconds(grant.authenticated_at)));
            put("amr", json!(grant.methods));
            put("acr", json!(context_class(&grant.methods)));
        }
        match (access.key, access.certificate) {
            (Some(key), _) => put("cnf", json!({ "jkt": key })),
            (None, Some(certificate)) => put("cnf", json!({ "x5t#S256": BASE64URL_NOPAD.encode(certificate) })),
            (None, None) => {}
        }
        Ok(self.foundation.keys.sign(access.app.algorithm, "at+jwt", claims).await?)
    }

    /// An ID token by OpenID Connect Core §2, where the grant is one of OpenID Connect.
    pub(crate) async fn mint_id_token(
        &self,
        access: &Access<'_>,
        access_token: &str,
        nonce: Option<&str>,
    ) -> Result<Option<String>, OAuthError> {
        let Some(grant) = access.grant.filter(|_| access.scopes.contains("openid")) else { return Ok(None) };
        let mut claims = Object::new();
        let mut put = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
        let issued = seconds(access.now);
        put("iss", json!(self.settings.issuer.as_str()));
        put("sub", json!(grant.user.to_string()));
        put("aud", json!(&*access.app.name));
        put("iat", json!(issued));
        put("exp", json!(issued.saturating_add(self.settings.lifetimes.access.as_secs())));
        put("auth_time", json!(seconds(grant.authenticated_at)));
        put("amr", json!(grant.methods));
        put("acr", json!(context_class(&grant.methods)));
        put("at_hash", json!(half_hash(access.app.algorithm, access_token)));
        if let Some(sign_in) = grant.sign_in {
            put("sid", json!(sign_in.to_string()));
        }
        if let Some(nonce) = nonce {
            put("nonce", json!(nonce));
        }
        Ok(Some(self.foundation.keys.sign(access.app.algorithm, "JWT", claims).await?))
    }
}

fn audience(resources: &[Box<str>], issuer: &str) -> Value {
    match resources {
        [] => json!(issuer),
        [one] => json!(one),
        many => json!(many),
    }
}

/// How many factors there were. RFC 6711 has no names for that which everybody would read alike.
pub(crate) fn context_class(methods: &[Box<str>]) -> &'static str {
    if methods.iter().any(|method| &**method == "mfa") { "urn:vestibule:factors:2" } else { "urn:vestibule:factors:1" }
}

/// The left half of the hash that belongs to the algorithm (OpenID Connect Core §3.1.3.6); Ed25519 has SHA-512.
fn half_hash(algorithm: TokenAlgorithm, token: &str) -> String {
    let hash = match algorithm {
        TokenAlgorithm::EdDsa => &digest::SHA512,
        TokenAlgorithm::Es256 | TokenAlgorithm::Rs256 => &digest::SHA256,
    };
    let hash = digest::digest(hash, token.as_bytes());
    let half = hash.as_ref().len() / 2;
    BASE64URL_NOPAD.encode(hash.as_ref().get(..half).unwrap_or_default())
}
