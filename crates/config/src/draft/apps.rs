//! Apps, the OAuth clients of the file: what it says of them, and nodes to draft.

use std::path::PathBuf;

use idp::Digest;
use idp::apps::{AppKind, Consent, Origin, RedirectUri, TokenAlgorithm};

use super::read::{Reader, word};
use super::{Loosened, Said};
use crate::node::Node;
use crate::value;

/// An app.
#[derive(Clone, Debug)]
pub(crate) struct App {
    /// Its name, which is its `client_id`.
    pub(crate) name: Said<String>,
    /// What people read.
    pub(crate) title: Option<Said<String>>,
    /// What sort of program it is.
    pub(crate) kind: Option<Said<AppKind>>,
    /// Where answers may go.
    pub(crate) redirect_uris: Vec<Said<RedirectUri>>,
    /// Where browsers go after a sign-out: a URI, or a path at the app's own origin.
    pub(crate) after_sign_out: Vec<Said<String>>,
    /// Its pages.
    pub(crate) origins: Vec<Said<Origin>>,
    /// What it may ask for.
    pub(crate) scopes: Vec<Said<String>>,
    /// When people are asked.
    pub(crate) consent: Option<Said<Consent>>,
    /// How it shows who it is.
    pub(crate) authenticate: Option<Said<Shows>>,
    /// Digests of its secrets.
    pub(crate) secrets: Vec<Said<Digest>>,
    /// Its public keys.
    pub(crate) public_keys: Option<Said<PathBuf>>,
    /// What its tokens are signed with.
    pub(crate) algorithm: Option<Said<TokenAlgorithm>>,
    /// The resources that it asks for.
    pub(crate) resources: Vec<Said<String>>,
    /// The resources that it is.
    pub(crate) answers_for: Vec<Said<String>>,
    /// Whether its tokens are bound to a key.
    pub(crate) bound: Option<Said<()>>,
    /// Whether it pushes its authorization requests.
    pub(crate) pushed_only: Option<Said<bool>>,
    /// Its loosenings.
    pub(crate) loosen: Vec<Loosened>,
}

/// How an app shows who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// By a secret.
    Secret,
    /// By what it signs.
    PrivateKeyJwt,
}

impl Reader {
    pub(super) fn app(&mut self, name: Said<String>, node: &Node) -> App {
        let kinds = [AppKind::Session, AppKind::Native, AppKind::Server, AppKind::Machine, AppKind::Page];
        let kinds = kinds.map(|kind| (kind.as_str(), kind));
        let consents = [("first", Consent::First), ("never", Consent::Never), ("always", Consent::Always)];
        let shows = [("secret", Shows::Secret), ("private_key_jwt", Shows::PrivateKeyJwt)];
        let algorithms = TokenAlgorithm::ALL.map(|algorithm| (algorithm.as_str(), algorithm));
        let text = |text: &str| Ok(text.to_owned());
        App {
            title: self.text(node.get("title")),
            kind: self.one(node.get("type"), |text| word(text, &kinds)),
            redirect_uris: self.list(node.get("redirect_uris"), value::redirect_uri),
            after_sign_out: self.list(node.get("after_sign_out"), text),
            origins: self.list(node.get("origins"), value::origin),
            scopes: self.scopes(node.get("scopes")),
            consent: self.one(node.get("consent"), |text| word(text, &consents)),
            authenticate: self.one(node.get("authenticate"), |text| word(text, &shows)),
            secrets: self.list(node.get("secrets"), |text| value::digest(text).map(Digest)),
            public_keys: self.path(node.get("public_keys")),
            algorithm: self.one(node.get("algorithm"), |text| word(text, &algorithms)),
            resources: self.list(node.get("resources"), |text| value::web_address(text).map(str::to_owned)),
            answers_for: self.list(node.get("answers_for"), |text| value::web_address(text).map(str::to_owned)),
            bound: self.one(node.get("bound"), |text| word(text, &[("dpop", ())])),
            pushed_only: self.one(node.get("pushed_only"), |text| word(text, &[("true", true), ("false", false)])),
            loosen: self.loosen(node.get("loosen"), &format!("apps.{}", name.value)),
            name,
        }
    }
}
