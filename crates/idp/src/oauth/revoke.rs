//! Revocation (RFC 7009): an app gives a token back. With a refresh token, everything of its grant ends.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response};

use super::{ErrorCode, OAuthError, Server, reply};
use crate::{Digest, Endpoint};

impl Server {
    pub(super) async fn revoke(&self, request: &Request<Bytes>) -> Response<Bytes> {
        match self.take_back(request).await {
            Ok(()) => reply::empty(),
            Err(error) => reply::error(&error),
        }
    }

    /// An unknown token is no error (RFC 7009 §2.2): it does what the app wants, nothing.
    async fn take_back(&self, request: &Request<Bytes>) -> Result<(), OAuthError> {
        let now = self.now();
        let (form, app) = self.client(request, Endpoint::Revoke, now)?;
        let token = form.one("token")?.ok_or(OAuthError::invalid_request("token is missing"))?;
        let others = OAuthError::new(ErrorCode::UnauthorizedClient, "the token was given to another app");
        if let Some((grant, _)) = self.foundation.store.of_token(Digest::of(token)).await? {
            if grant.app != app.name {
                return Err(others);
            }
            self.foundation.store.end(grant.id, now).await?;
            self.tell_ended(&[grant.id], now);
            return Ok(());
        }
        let audience = self.audiences();
        let Some(known) = self.known(token, &audience, now).await? else { return Ok(()) };
        if known.claims.text("client_id") != Some(&*app.name) {
            return Err(others);
        }
        let ends = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(known.claims.expires_at())).unwrap_or(now);
        let id = known.claims.text("jti").unwrap_or_default();
        self.foundation.store.revoke_token(id.into(), ends).await?;
        self.foundation.revocations.token_ended(id, ends);
        Ok(())
    }
}
