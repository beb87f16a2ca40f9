//! The authorization code grant (RFC 6749 §4.1.3) with PKCE (RFC 7636 §4.5), the only way to redeem a code.

use std::sync::Arc;

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;

use super::{REFRESH_WORD, narrowed_resources, tokens};
use crate::apps::AppSettings;
use crate::oauth::{Asked, OAuthError, Server, Tokens};
use crate::store::codes::{Redeem, Redemption};
use crate::store::grants::Grant;
use crate::{Bearer, Digest};

pub(super) async fn give(server: &Server, asked: &Asked<'_>) -> Result<Tokens, OAuthError> {
    let code = asked.form.one("code")?.ok_or(OAuthError::invalid_request("code is missing"))?;
    let verifier = asked.form.one("code_verifier")?.ok_or(OAuthError::invalid_request("code_verifier is missing"))?;
    let refresh = Bearer::generate(REFRESH_WORD)?;
    let shown = Redeem {
        shown: Digest::of(code),
        app: Arc::clone(&asked.app.name),
        redirect_uri: asked.form.one("redirect_uri")?.map(Box::from),
        challenge: challenge(verifier)?,
        key: asked.key.clone(),
        bound_to: asked.bound_to(),
        refresh: Some(refresh.digest()),
        now: asked.now,
    };
    let (grant, nonce) = redeem(server, shown).await?;
    let resources = narrowed_resources(asked, &grant)?;
    let scopes = grant.scopes.clone();
    tokens(server, asked, &grant, (scopes, &resources), refresh, nonce.as_deref()).await
}

/// The challenge of a verifier (RFC 7636 §4.1, §4.6).
fn challenge(verifier: &str) -> Result<Box<str>, OAuthError> {
    let octet_ok = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~');
    if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(octet_ok) {
        return Err(OAuthError::invalid_request("code_verifier has 43 to 128 of A-Z a-z 0-9 - . _ ~"));
    }
    Ok(BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()).as_ref()).into())
}

async fn redeem(server: &Server, shown: Redeem) -> Result<(Grant, Option<Box<str>>), OAuthError> {
    let now = shown.now;
    match server.foundation.store.redeem(shown).await? {
        Redemption::Redeemed { grant, nonce } => {
            // What was changed between code and redemption (a new password, a lock) ends it.
            server.still_good(&grant, now).await?;
            Ok((*grant, nonce))
        }
        Redemption::Replayed(id) => {
            server.tell_ended(&[id], now);
            Err(OAuthError::invalid_grant())
        }
        Redemption::Mismatch(_) | Redemption::Expired | Redemption::Ended | Redemption::Unknown => {
            Err(OAuthError::invalid_grant())
        }
    }
}

impl Server {
    /// Redeems the code of an app whose session the gateway keeps. No token is made: the session is the grant.
    ///
    /// # Errors
    /// `invalid_grant` where anything does not fit; `invalid_request` for a verifier that is none.
    pub async fn redeem_for_session(
        &self,
        app: &AppSettings,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
    ) -> Result<Grant, OAuthError> {
        let shown = Redeem {
            shown: Digest::of(code),
            app: Arc::clone(&app.name),
            redirect_uri: Some(redirect_uri.into()),
            challenge: challenge(verifier)?,
            key: None,
            bound_to: None,
            refresh: None,
            now: self.now(),
        };
        redeem(self, shown).await.map(|(grant, _)| grant)
    }
}
