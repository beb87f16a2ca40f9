//! What is made of an issuer and of a token of it, for whoever asks by command. Nothing of it is remembered, and no
//! door is told.

use std::sync::Arc;

use auth::jose::{Expected, Jwks, Token};
use auth::{Told, Verified, Verifier};

use super::{Foreign, ForeignError, Learnt, learn};

impl Foreign {
    /// What the issuer says of itself now; `None` where there is none of that name.
    pub async fn test(&self, name: &str) -> Option<Result<Learnt, ForeignError>> {
        Some(learn(self.settings(name)?).await)
    }

    /// Whom a token of this issuer stands for, by these keys or else by those that the doors know; a token that is no
    /// JWT by the issuer's word, where it is one that is asked.
    ///
    /// # Errors
    /// Why it is not taken, in words that hold nothing of the token.
    pub async fn judge(
        &self,
        name: &str,
        token: &str,
        keys: Option<&Jwks>,
        verifier: &Verifier,
    ) -> Result<Arc<Verified>, String> {
        let Some((watched, introspection)) = self.all.iter().find(|(watched, _)| watched.name() == name) else {
            return Err(format!("there is no issuer `{name}`"));
        };
        if !token.contains('.') {
            if introspection.is_none() {
                return Err("it is no JWT, and this issuer is not asked about such (`opaque`)".to_owned());
            }
            return match self.introspect(token, verifier).await {
                Told::Holds(verified) => Ok(verified),
                Told::Unavailable(why) => Err(format!("its issuer could not be asked: {why}")),
                Told::Unknown | Told::Keys => Err("its issuer does not vouch for it, or not for us".to_owned()),
            };
        }
        let issuer = watched.issuer();
        let token = Token::parse(token).map_err(|error| error.to_string())?;
        if token.claimed_issuer().map_err(|error| error.to_string())? != *issuer.iss {
            return Err("it says that it is of another issuer (`iss`)".to_owned());
        }
        let Some(keys) = keys.or(issuer.keys.as_deref()) else {
            return Err("no key of this issuer is known".to_owned());
        };
        let audience: Vec<&str> = issuer.audience.iter().map(|name| &**name).collect();
        let (now, leeway) = (self.clock.wall(), issuer.leeway);
        let expected = Expected { kind: issuer.kind, issuer: &issuer.iss, audience: &audience, now, leeway };
        let claims = token.verify(keys, &expected).map_err(|error| error.to_string())?;
        issuer.vouched(&claims).map(Arc::new).map_err(|error| error.to_string())
    }
}
