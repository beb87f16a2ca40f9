//! The device grant (RFC 8628 §3.4): a program without a browser asks until somebody has decided elsewhere.

use std::sync::Arc;

use super::{REFRESH_WORD, narrowed_resources, tokens};
use crate::oauth::{Asked, ErrorCode, OAuthError, Server, Tokens};
use crate::store::devices::{Poll, Polled};
use crate::{Bearer, Digest};

pub(super) async fn give(server: &Server, asked: &Asked<'_>) -> Result<Tokens, OAuthError> {
    let code = asked.form.one("device_code")?.ok_or(OAuthError::invalid_request("device_code is missing"))?;
    let refresh = Bearer::generate(REFRESH_WORD)?;
    let poll = Poll {
        shown: Digest::of(code),
        app: Arc::clone(&asked.app.name),
        bound_to: asked.bound_to(),
        refresh: Some(refresh.digest()),
        now: asked.now,
    };
    let grant = match server.foundation.store.poll(poll).await? {
        Polled::Redeemed(grant) => grant,
        Polled::Pending => return Err(OAuthError::new(ErrorCode::AuthorizationPending, "nobody has decided yet")),
        Polled::SlowDown => return Err(OAuthError::new(ErrorCode::SlowDown, "ask five seconds less often")),
        Polled::Denied => return Err(OAuthError::new(ErrorCode::AccessDenied, "the person said no")),
        Polled::Expired => return Err(OAuthError::new(ErrorCode::ExpiredToken, "the device code is too old")),
        Polled::Replayed(id) => {
            server.tell_ended(&[id], asked.now);
            return Err(OAuthError::invalid_grant());
        }
        Polled::Unknown => return Err(OAuthError::invalid_grant()),
    };
    server.still_good(&grant, asked.now).await?;
    let resources = narrowed_resources(asked, &grant)?;
    let scopes = grant.scopes.clone();
    tokens(server, asked, &grant, (scopes, &resources), refresh, None).await
}
