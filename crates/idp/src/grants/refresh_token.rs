//! The refresh token grant (RFC 6749 §6): each token is followed by another, and one that is shown again ends the family.

use std::sync::Arc;
use std::time::SystemTime;

use super::{REFRESH_WORD, narrowed_resources, tokens};
use crate::oauth::{Asked, ErrorCode, OAuthError, Server, Tokens};
use crate::store::grants::{Grant, Rotate, Rotation};
use crate::{Bearer, Digest, Scopes};

pub(super) async fn give(server: &Server, asked: &Asked<'_>) -> Result<Tokens, OAuthError> {
    let text = asked.form.one("refresh_token")?.ok_or(OAuthError::invalid_request("refresh_token is missing"))?;
    let shown = Digest::of(text);
    // What the app may get wrong is looked at before the token is used: an error must not cost it the token.
    let known = server.foundation.store.of_token(shown).await?;
    if let Some((grant, _)) = known.filter(|(grant, _)| grant.app == asked.app.name && grant.ended.is_none()) {
        narrowed_scopes(asked, &grant)?;
        narrowed_resources(asked, &grant)?;
    }
    let next = Bearer::generate(REFRESH_WORD)?;
    let rotate = Rotate {
        shown,
        next: next.digest(),
        app: Arc::clone(&asked.app.name),
        key: asked.key.clone(),
        now: asked.now,
        grace: server.settings.lifetimes.refresh_grace,
        idle: server.settings.lifetimes.refresh,
    };
    let grant = rotated(server, rotate).await?;
    server.still_good(&grant, asked.now).await?;
    let (scopes, resources) = (narrowed_scopes(asked, &grant)?, narrowed_resources(asked, &grant)?);
    // OpenID Connect Core §12.2: no `nonce` in an ID token that follows.
    tokens(server, asked, &grant, (scopes, &resources), next, None).await
}

async fn rotated(server: &Server, rotate: Rotate) -> Result<Grant, OAuthError> {
    let now = rotate.now;
    match server.foundation.store.rotate(rotate).await? {
        Rotation::Rotated(grant) | Rotation::Again(grant) => Ok(grant),
        Rotation::Replayed(grant) => {
            server.tell_ended(&[grant.id], now);
            Err(OAuthError::invalid_grant())
        }
        Rotation::Crowded => {
            Err(OAuthError::new(ErrorCode::TemporarilyUnavailable, "this token is used too often at once"))
        }
        Rotation::Ended | Rotation::Expired | Rotation::Unknown | Rotation::NotTheirs => {
            Err(OAuthError::invalid_grant())
        }
    }
}

/// What of the scopes of a grant is asked for now; where nothing is named, all that the app may still have.
fn narrowed_scopes(asked: &Asked<'_>, grant: &Grant) -> Result<Scopes, OAuthError> {
    let left = grant.scopes.filter(|scope| asked.app.scopes.contains(scope));
    let Some(text) = asked.form.one("scope")? else { return Ok(left) };
    let named = Scopes::parse(text)?;
    let beyond = OAuthError::new(ErrorCode::InvalidScope, "scope is more than was granted");
    if named.is_subset(&left) { Ok(named) } else { Err(beyond) }
}

impl Server {
    /// Whether the person of a grant is still the one that allowed it: there, not locked, of the same generation.
    /// Otherwise the grant ends.
    pub(crate) async fn still_good(&self, grant: &Grant, now: SystemTime) -> Result<(), OAuthError> {
        let person = self.foundation.people.person(grant.user).await?;
        if person.is_some_and(|person| !person.locked && person.generation == grant.generation) {
            return Ok(());
        }
        self.foundation.store.end(grant.id, now).await?;
        self.tell_ended(&[grant.id], now);
        Err(OAuthError::invalid_grant())
    }
}
