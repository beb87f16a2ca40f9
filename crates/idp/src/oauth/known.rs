//! Access tokens of ours that are shown to us: whether they are, and still good.

use std::time::{Duration, SystemTime};

use auth::jose::{Claims, Expected, TokenType, verify};

use super::mint::GRANT_CLAIM;
use super::{OAuthError, Server};
use crate::GrantId;
use crate::store::grants::Grant;

/// An access token of ours that is good.
pub(crate) struct Known {
    pub(crate) claims: Claims,
    /// None where an app acts for itself.
    pub(crate) grant: Option<Grant>,
}

impl Server {
    /// The access token, where we made it for one of `audience` and nothing has ended it.
    ///
    /// # Errors
    /// The store cannot answer. A token that is not good is none, and no error.
    pub(crate) async fn known(
        &self,
        text: &str,
        audience: &[impl AsRef<str> + Sync],
        now: SystemTime,
    ) -> Result<Option<Known>, OAuthError> {
        let issuer = self.settings.issuer.as_str();
        let audience: &[&str] = &audience.iter().map(AsRef::as_ref).collect::<Vec<_>>();
        // Our own clock wrote the times.
        let expected = Expected { kind: TokenType::ACCESS, issuer, audience, now, leeway: Duration::ZERO };
        let Ok(claims) = verify(text, &self.foundation.keys.published(), &expected) else { return Ok(None) };
        let Some(id) = claims.text("jti") else { return Ok(None) };
        let issued = SystemTime::UNIX_EPOCH + Duration::from_secs(claims.issued_at().unwrap_or_default());
        if !self.apps.had(claims.text("client_id").unwrap_or_default(), issued) {
            return Ok(None);
        }
        if self.foundation.store.is_token_revoked(id.into()).await? {
            return Ok(None);
        }
        let Some(grant) = claims.get(GRANT_CLAIM) else { return Ok(Some(Known { claims, grant: None })) };
        let Some(id) = grant.as_str().and_then(|id| GrantId::parse(id).ok()) else { return Ok(None) };
        let grant = self.foundation.store.by_id(id).await?.filter(|grant| grant.ended.is_none());
        let Some(grant) = grant else { return Ok(None) };
        let person = self.foundation.people.person(grant.user).await?;
        let good = person.is_some_and(|person| !person.locked && person.generation == grant.generation);
        Ok(good.then_some(Known { claims, grant: Some(grant) }))
    }
}
