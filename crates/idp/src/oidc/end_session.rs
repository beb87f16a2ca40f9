//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): an app sends a person here to leave.

use std::sync::Arc;

use auth::jose::{Object, open, read_object};
use serde_json::Value;

use crate::apps::{AppKind, AppSettings};
use crate::form::{Form, push_parameter};
use crate::oauth::{OAuthError, PageFault, Server};
use crate::{GrantId, SignInId, SignedIn, UserId};

/// What comes next for a person who wants to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// The person is asked: nothing shows that it is their wish (§6).
    Ask {
        /// Where they go on afterwards, whatever they say.
        to: Option<Box<str>>,
    },
    /// The sign-in of this browser ends without more words: the app showed that it was given for it.
    Leave {
        /// Where they go on.
        to: Option<Box<str>>,
    },
    /// Something is wrong that no app may be told by way of the browser.
    Page(PageFault),
}

impl Server {
    /// Answers a request to leave; `form` is its query, or its body. Ending the sign-in itself is the caller's, and then
    /// [`Server::sign_in_ended`].
    #[must_use]
    pub fn end_session(&self, form: &Form, signed_in: Option<&SignedIn>) -> Leaving {
        self.left(form, signed_in).unwrap_or_else(Leaving::Page)
    }

    fn left(&self, form: &Form, signed_in: Option<&SignedIn>) -> Result<Leaving, PageFault> {
        if form.repeated().is_some() {
            return Err(PageFault::Malformed);
        }
        let one = |name| form.one(name).map_err(|_| PageFault::Malformed);
        let hint = one("id_token_hint")?.map(|hint| self.hint(hint).ok_or(PageFault::Malformed)).transpose()?;
        let named = one("client_id")?;
        let hinted = hint.as_ref().and_then(|hint| hint.get("aud")).and_then(Value::as_str);
        if hint.is_some() && named.is_some() && named != hinted {
            return Err(PageFault::Malformed);
        }
        let app = match named.or(hinted) {
            Some(name) => Some(self.apps.named(name).ok_or(PageFault::UnknownApp)?),
            None => None,
        };
        let to = one("post_logout_redirect_uri")?
            .map(|uri| goal(app.as_ref(), uri, one("state").ok().flatten()))
            .transpose()?;
        let Some(signed_in) = signed_in else { return Ok(Leaving::Leave { to }) };
        let text = |name: &str| hint.as_ref().and_then(|hint| hint.get(name)).and_then(Value::as_str);
        let theirs = text("sub") == Some(&signed_in.user.to_string());
        let here = text("sid") == Some(&signed_in.sign_in.to_string());
        Ok(if theirs && here { Leaving::Leave { to } } else { Leaving::Ask { to } })
    }

    /// The claims of an ID token of ours. It may have expired: it shows whose wish it is, and opens nothing (§2).
    fn hint(&self, text: &str) -> Option<Object> {
        let octets = open(text, &self.foundation.keys.published()).ok()?;
        let claims = read_object(&octets).ok()?;
        let issued = claims.get("iss").and_then(Value::as_str) == Some(self.settings.issuer.as_str());
        // An access token has these and must not be taken for one.
        let other = claims.contains_key("client_id") || claims.contains_key("jti");
        (issued && !other).then_some(claims)
    }

    /// Ends what was allowed in a browser and does not go on without it.
    ///
    /// # Errors
    /// The store cannot answer.
    pub async fn sign_in_ended(&self, sign_in: SignInId) -> Result<Vec<GrantId>, OAuthError> {
        let now = self.now();
        let ended = self.foundation.store.end_of_sign_in(sign_in, now).await?;
        self.tell_ended(&ended, now);
        Ok(ended)
    }

    /// Takes back what a person allowed: one app, or all of them where none is named.
    ///
    /// # Errors
    /// The store cannot answer.
    pub async fn take_back_from(&self, user: UserId, app: Option<Arc<str>>) -> Result<Vec<GrantId>, OAuthError> {
        let now = self.now();
        let ended = self.foundation.store.end_of_user(user, app, now).await?;
        self.tell_ended(&ended, now);
        Ok(ended)
    }
}

/// Where an app sends people after they left; it has to have said so before, octet by octet.
fn goal(app: Option<&Arc<AppSettings>>, uri: &str, state: Option<&str>) -> Result<Box<str>, PageFault> {
    let app = app.ok_or(PageFault::RedirectUri)?;
    let registered = app.after_sign_out.iter().any(|known| known.matches(uri, app.kind == AppKind::Native));
    if !registered {
        return Err(PageFault::RedirectUri);
    }
    let mut goal = uri.to_owned();
    if let Some(state) = state {
        let mut query = String::new();
        push_parameter(&mut query, "state", state);
        goal.push(if uri.contains('?') { '&' } else { '?' });
        goal.push_str(&query);
    }
    Ok(goal.into())
}
