//! Apps that sign who they are: `private_key_jwt` (RFC 7523 §2.2 and §3, OpenID Connect Core §9).

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use auth::jose::dpop::ID_AT_MOST;
use auth::jose::{Expected, Token, TokenType};

use super::client::UNKNOWN;
use super::{OAuthError, Server, seconds};
use crate::Endpoint;
use crate::apps::{AppSettings, Authenticate};

/// How far the clock of an app may be from ours.
const LEEWAY: Duration = Duration::from_secs(30);
/// How long an assertion may live at most: it has to be remembered for as long.
const LIFE: Duration = Duration::from_secs(300);

impl Server {
    /// The app that signed the assertion.
    ///
    /// # Errors
    /// `invalid_client`, for whatever reason.
    pub(super) fn by_assertion(
        &self,
        name: Option<&str>,
        text: &str,
        endpoint: Endpoint,
        now: SystemTime,
    ) -> Result<Arc<AppSettings>, OAuthError> {
        let token = Token::parse(text).map_err(|_| UNKNOWN)?;
        let claimed = token.claimed_issuer().map_err(|_| UNKNOWN)?;
        if name.is_some_and(|name| name != claimed) {
            return Err(UNKNOWN);
        }
        let app = self.apps.named(&claimed).ok_or(UNKNOWN)?;
        let Authenticate::PrivateKeyJwt { keys } = &app.authenticate else { return Err(UNKNOWN) };
        let (token_url, own_url) = (self.url(Endpoint::Token), self.url(endpoint));
        let audience = [self.settings.issuer.as_str(), &token_url, &own_url];
        let kind = TokenType::CLIENT_AUTHENTICATION;
        let expected = Expected { kind, issuer: &app.name, audience: &audience, now, leeway: LEEWAY };
        let claims = token.verify(keys.set(), &expected).map_err(|_| UNKNOWN)?;
        // With a second audience the same assertion would be good elsewhere, and whoever gets it there could come here.
        let alone = claims.audience().count() == 1;
        let short = claims.expires_at() <= seconds(now).saturating_add((LIFE + LEEWAY).as_secs());
        let id = claims.text("jti").filter(|id| !id.is_empty() && id.len() <= ID_AT_MOST).ok_or(UNKNOWN)?;
        if claims.subject() != Some(&*app.name) || !alone || !short {
            return Err(UNKNOWN);
        }
        let until =
            SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(claims.expires_at()) + LEEWAY).ok_or(UNKNOWN)?;
        let first = self.foundation.seen.first(&app.name, id, now, until)?;
        if first { Ok(app) } else { Err(UNKNOWN) }
    }
}
