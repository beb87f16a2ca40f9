//! The client credentials grant (RFC 6749 §4.4): a program acts for itself, at server doors.

use model::{DoorKind, Secret};

use crate::oauth::mint::Access;
use crate::oauth::request::{resources, scopes};
use crate::oauth::{Asked, ErrorCode, OAuthError, Server, Tokens};

pub(super) async fn give(server: &Server, asked: &Asked<'_>) -> Result<Tokens, OAuthError> {
    if asked.door != DoorKind::Server {
        return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "client credentials are for server doors"));
    }
    let scopes = scopes(asked.form, asked.app)?;
    if ["openid", "profile", "email", "offline_access"].into_iter().any(|personal| scopes.contains(personal)) {
        return Err(OAuthError::new(ErrorCode::InvalidScope, "there is no person whom these scopes could be about"));
    }
    let resources = resources(asked.form, asked.app)?;
    let key = asked.key.as_deref();
    // Whoever has the token needs the certificate too (RFC 8705 §3): no app has to ask for it, and none can forget it.
    let certificate = asked.certificate.as_ref();
    let (app, now) = (asked.app, asked.now);
    let access = Access { app, grant: None, scopes: &scopes, resources: &resources, key, certificate, now };
    let token = server.mint(&access).await?;
    // RFC 6749 §4.4.3: no refresh token; the app can come again.
    Ok(Tokens { access: Secret::new(token), refresh: None, id_token: None, scopes, bound: asked.key.is_some() })
}
