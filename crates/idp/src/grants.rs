//! The grant types (RFC 6749 §1.3): by what an app gets tokens, one file for each.

mod authorization_code;
mod client_credentials;
mod device_code;
mod refresh_token;

use model::Secret;

use crate::apps::AppKind;
use crate::oauth::mint::Access;
use crate::oauth::{Asked, OAuthError, Server, Tokens};
use crate::store::grants::Grant;
use crate::{Bearer, Scopes};

/// The grant types that are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GrantType {
    /// RFC 6749 §4.1, with RFC 7636.
    AuthorizationCode,
    /// RFC 6749 §6.
    RefreshToken,
    /// RFC 6749 §4.4.
    ClientCredentials,
    /// RFC 8628.
    DeviceCode,
}

impl GrantType {
    pub(crate) const ALL: [Self; 4] =
        [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials, Self::DeviceCode];

    /// As it is registered.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == text)
    }

    /// Whether apps of this type use it. Those whose session the gateway keeps get no tokens at all.
    pub(crate) const fn fits(self, kind: AppKind) -> bool {
        match self {
            Self::AuthorizationCode | Self::RefreshToken => {
                matches!(kind, AppKind::Native | AppKind::Server | AppKind::Page)
            }
            Self::DeviceCode => matches!(kind, AppKind::Native),
            Self::ClientCredentials => matches!(kind, AppKind::Machine | AppKind::Server),
        }
    }

    pub(crate) async fn give(self, server: &Server, asked: &Asked<'_>) -> Result<Tokens, OAuthError> {
        match self {
            Self::AuthorizationCode => authorization_code::give(server, asked).await,
            Self::RefreshToken => refresh_token::give(server, asked).await,
            Self::ClientCredentials => client_credentials::give(server, asked).await,
            Self::DeviceCode => device_code::give(server, asked).await,
        }
    }
}

/// What a refresh token begins with.
pub(crate) const REFRESH_WORD: &str = "refresh";

/// Tokens of a grant; the refresh token was kept already.
async fn tokens(
    server: &Server,
    asked: &Asked<'_>,
    grant: &Grant,
    narrowed: (Scopes, &[Box<str>]),
    refresh: Bearer,
    nonce: Option<&str>,
) -> Result<Tokens, OAuthError> {
    let (scopes, resources) = narrowed;
    let key = asked.key.as_deref();
    let (app, certificate, now) = (asked.app, None, asked.now);
    let access = Access { app, grant: Some(grant), scopes: &scopes, resources, key, certificate, now };
    let token = server.mint(&access).await?;
    let id_token = server.mint_id_token(&access, &token, nonce).await?.map(Secret::new);
    let refresh = Some(Secret::new(refresh.text().expose().clone()));
    Ok(Tokens { access: Secret::new(token), refresh, id_token, scopes, bound: asked.key.is_some() })
}

/// What of the resources of a grant is asked for now (RFC 8707 §2.2); where nothing is named, all of them.
fn narrowed_resources(asked: &Asked<'_>, grant: &Grant) -> Result<Box<[Box<str>]>, OAuthError> {
    let named: std::collections::BTreeSet<&str> = asked.form.all("resource").collect();
    let granted = |resource: &&str| grant.resources.iter().any(|known| &**known == *resource);
    let may = |resource: &str| asked.app.resources.iter().any(|known| &**known == resource);
    let wrong = OAuthError::new(crate::oauth::ErrorCode::InvalidTarget, "resource is not one of the grant");
    let chosen: Box<[Box<str>]> = match named.is_empty() {
        true => grant.resources.clone(),
        false if named.iter().all(granted) => named.into_iter().map(Box::from).collect(),
        false => return Err(wrong),
    };
    // What the file took from the app since counts.
    if chosen.iter().all(|resource| may(resource)) { Ok(chosen) } else { Err(wrong) }
}
