//! Issuers that are not ours: what the file says of them, and nodes to draft.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use auth::jose::Algorithm;
use model::Secret;

use super::Said;
use super::read::{Reader, word};
use crate::node::Node;
use crate::value;

/// An issuer that is not ours.
#[derive(Clone, Debug)]
pub(crate) struct Issuer {
    /// Its name.
    pub(crate) name: Said<String>,
    /// Its URL.
    pub(crate) issuer: Option<Said<String>>,
    /// Where its metadata is.
    pub(crate) discovery: Option<Said<String>>,
    /// Whether its tokens are taken.
    pub(crate) gives_tokens: bool,
    /// Whether people sign in there.
    pub(crate) signs_in: bool,
    /// Its name for people.
    pub(crate) title: Option<Said<String>>,
    /// Whether an account is made for whoever comes new.
    pub(crate) creates: Option<Said<bool>>,
    /// For whom its tokens must be.
    pub(crate) audience: Vec<Said<String>>,
    /// What its keys may sign by.
    pub(crate) algorithms: Vec<Said<Algorithm>>,
    /// How it is asked about tokens that are no JWT.
    pub(crate) opaque: Option<Said<Opaque>>,
    /// Who we are to it.
    pub(crate) client: Option<Said<Client>>,
    /// Which claim says who it is.
    pub(crate) subject: Option<Said<String>>,
    /// Which claim says what was granted.
    pub(crate) scopes: Option<Said<String>>,
    /// Which claim names the application.
    pub(crate) app: Option<Said<String>>,
    /// Who vouches for its servers.
    pub(crate) ca: Option<Said<PathBuf>>,
}

/// Tokens that are no JWT.
#[derive(Clone, Debug)]
pub(crate) enum Opaque {
    /// Are refused.
    Refuse,
    /// Are asked about.
    Introspect {
        /// Where.
        url: Option<Said<String>>,
        /// As whom.
        client: Option<Said<Client>>,
        /// For how long an answer holds.
        remember: Option<Said<Duration>>,
    },
}

/// An OAuth client that we are.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// Its id.
    pub(crate) id: Option<Said<String>>,
    /// Its secret.
    pub(crate) secret: Option<Said<Arc<Secret<String>>>>,
}

impl Issuer {
    /// How it is asked about tokens that are no JWT, where it is.
    pub(crate) fn introspection(&self) -> Option<&Said<Opaque>> {
        self.opaque.as_ref().filter(|said| matches!(said.value, Opaque::Introspect { .. }))
    }
}

impl Reader {
    pub(super) fn issuer(&mut self, name: Said<String>, node: &Node) -> Issuer {
        let url = |text: &str| value::web_address(text).map(str::to_owned);
        let algorithms = Algorithm::ALL.map(|algorithm| (algorithm.as_str(), algorithm));
        let claim = |name| node.get("claims").and_then(|claims| claims.get(name));
        let uses = self.list(node.get("use"), |text| word(text, &[("tokens", false), ("sign-in", true)]));
        Issuer {
            name,
            issuer: self.one(node.get("issuer"), url),
            discovery: self.one(node.get("discovery"), url),
            gives_tokens: uses.iter().any(|said| !said.value),
            signs_in: uses.iter().any(|said| said.value),
            title: self.text(node.get("title")),
            creates: self.one(node.get("users"), |text| word(text, &[("link", false), ("create", true)])),
            audience: self.list(node.get("audience"), |text| Ok(text.to_owned())),
            algorithms: self.list(node.get("algorithms"), |text| word(text, &algorithms)),
            opaque: self.opaque(node.get("opaque")),
            client: self.client(node.get("client")),
            subject: self.text(claim("subject")),
            scopes: self.text(claim("scopes")),
            app: self.text(claim("app")),
            ca: self.path(node.get("ca")),
        }
    }

    fn opaque(&mut self, node: Option<&Node>) -> Option<Said<Opaque>> {
        let node = node?;
        if node.text().is_some() {
            return self.one(Some(node), |text| word(text, &[("refuse", Opaque::Refuse)]));
        }
        let value = Opaque::Introspect {
            url: self.one(node.get("introspect"), |text| value::web_address(text).map(str::to_owned)),
            client: self.client(node.get("client")),
            remember: self.one(node.get("remember"), value::duration),
        };
        Some(Said { value, span: node.span })
    }

    fn client(&mut self, node: Option<&Node>) -> Option<Said<Client>> {
        let node = node?;
        let value = Client {
            id: self.text(node.get("id")),
            secret: self.one(node.get("secret"), |text| Ok(Arc::new(Secret::new(text.to_owned())))),
        };
        Some(Said { value, span: node.span })
    }
}
