//! The provider in the box: what the file says of it, and nodes to draft.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use contract::Streams;
use idp::{AccountsMode, Endpoint, IssuerUrl, MailServer, SecondFactor};
use model::{DoorKind, Secret};
use wire::coding::Codings;

use super::read::{Reader, word};
use super::{Access, Addresses, Api, Bounds, Door, Loosened, Operation, Own, OwnAnswer, Said};
use crate::node::{Entry, Node};
use crate::source::Span;
use crate::value::{self, RouteText};

/// The API that the provider's endpoints are. No name of the file has a dot.
pub(crate) const PROVIDER_API: &str = "vestibule.identity";
/// Where its endpoints lie where the file does not say it.
pub(crate) const PROVIDER_PATH: &str = "/auth";
/// The largest request that an endpoint reads: forms, and what clients sign.
pub(super) const BODY: u64 = 64 << 10;

/// What the file says under `identity`.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// Where the word `identity` stands.
    pub(crate) span: Span,
    /// Its issuer.
    pub(crate) issuer: Option<Said<IssuerUrl>>,
    /// Where its endpoints lie.
    pub(crate) path: Option<Said<String>>,
    /// The server door for programs that come for themselves.
    pub(crate) machines: Option<Said<String>>,
    /// What people see.
    pub(crate) name: Option<Said<String>>,
    /// What people see.
    pub(crate) logo: Option<Said<PathBuf>>,
    /// What people see.
    pub(crate) colour: Option<Said<String>>,
    /// What people see.
    pub(crate) legal: Option<Said<String>>,
    /// Who may make an account.
    pub(crate) accounts: Option<Said<AccountsMode>>,
    /// How people sign in.
    pub(crate) sign_in: Vec<Said<String>>,
    /// Whether there is a second factor.
    pub(crate) second_factor: Option<Said<SecondFactor>>,
    /// How mail is sent.
    pub(crate) mail: Option<Said<Mail>>,
    /// For tokens and sessions.
    pub(crate) lives: Lives,
    /// How often it signs with another key.
    pub(crate) keys_rotate: Option<Said<Duration>>,
    /// Its loosenings: of the endpoints at the server door.
    pub(crate) loosen: Vec<Loosened>,
}

/// How mail is sent.
#[derive(Clone, Debug)]
pub(crate) enum Mail {
    /// Not at all.
    Print,
    /// Through a server.
    Smtp {
        /// Which one.
        server: Option<Said<MailServer>>,
        /// The sender.
        from: Option<Said<String>>,
        /// The account there.
        user: Option<Said<String>>,
        /// Its password.
        password: Option<Said<Arc<Secret<String>>>>,
    },
}

/// How long what is given out lives.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lives {
    /// Access tokens.
    pub(crate) access: Option<Said<Duration>>,
    /// Refresh tokens.
    pub(crate) refresh: Option<Said<Duration>>,
    /// For tabs that race.
    pub(crate) refresh_grace: Option<Said<Duration>>,
    /// Sessions without a request.
    pub(crate) idle: Option<Said<Duration>>,
    /// Sessions in all.
    pub(crate) at_most: Option<Said<Duration>>,
}

impl Identity {
    /// Where its endpoints lie.
    pub(crate) fn base(&self) -> &str {
        self.path.as_ref().map_or(PROVIDER_PATH, |path| path.value.as_str())
    }

    /// Whether a door is one that the issuer's host belongs to: it has that host, or it has none and so is the machine
    /// itself.
    pub(crate) fn may_stand_at(&self, door: &Door) -> bool {
        let Some(issuer) = &self.issuer else { return false };
        let host = issuer.value.host();
        let named = door.hosts.iter().any(|served| crate::rules::covers(&served.value, host));
        door.kind == Some(DoorKind::Client) && (named || (door.hosts.is_empty() && host == "localhost"))
    }

    /// The endpoints as an API at a door.
    pub(super) fn api(&self, door: &Door) -> Option<Api> {
        let issuer = self.issuer.as_ref()?;
        let host = Said { value: issuer.value.host().to_owned(), span: issuer.span };
        let name = |value: &str| Said { value: value.to_owned(), span: self.span };
        Some(Api {
            name: name(PROVIDER_API),
            door: Some(Said { value: door.name.value.clone(), span: self.span }),
            host: (!door.hosts.is_empty()).then_some(host),
            path: None,
            service: None,
            own: vec![Own { span: self.span, answer: OwnAnswer::Identity }],
            // Who calls is what the endpoints themselves find out.
            access: Access { callers: None, public: Some(self.span), unclear: false },
            operations: Endpoint::ALL.into_iter().flat_map(|endpoint| self.operations(endpoint)).collect(),
            addresses: Addresses::default(),
            bounds: Bounds { body: Some(Said { value: BODY, span: self.span }), ..Bounds::default() },
            errors: None,
            // Pages hold a secret against forged forms beside what strangers put into links: sizes must not tell it.
            compress: Some(Said { value: Codings::NONE, span: self.span }),
            upstream_errors: None,
            contract: None,
            retire: None,
            ask: None,
            cache: None,
            loosen: Vec::new(),
        })
    }

    /// The operations of one endpoint; which methods it takes it says itself, with the answer that its kind of caller
    /// reads.
    pub(super) fn operations(&self, endpoint: Endpoint) -> Vec<Operation> {
        // That it cannot be the whole host has a fault of its own.
        let base = if endpoint.is_well_known() { "" } else { self.base().trim_end_matches('/') };
        let path = format!("{base}{}", endpoint.path());
        let word = endpoint.path().rsplit('/').next().unwrap_or_default().replace('.', "-");
        let word = match endpoint {
            Endpoint::SessionStart | Endpoint::SessionCallback | Endpoint::SessionEnd => format!("session-{word}"),
            _ => word,
        };
        let operation = |name: String, template: String| {
            let route = RouteText { method: "ANY".to_owned(), template };
            let span = self.path.as_ref().map_or(self.span, |path| path.span);
            Operation {
                route: Some(Said { value: route, span }),
                streams: Streams::default(),
                ..Operation::named(Said { value: name, span })
            }
        };
        let below = endpoint.has_branches().then(|| operation(format!("{word}-pages"), format!("{path}/**")));
        std::iter::once(operation(word, path)).chain(below).collect()
    }
}

impl Reader {
    pub(super) fn identity(&mut self, entry: Option<&Entry>) -> Option<Identity> {
        let entry = entry?;
        let node = &entry.node;
        let tokens = |key| node.get("tokens").and_then(|tokens| tokens.get(key));
        let sessions = |key| node.get("sessions").and_then(|sessions| sessions.get(key));
        let accounts =
            [("open", AccountsMode::Open), ("invite", AccountsMode::Invite), ("closed", AccountsMode::Closed)];
        let factors =
            [("offered", SecondFactor::Offered), ("required", SecondFactor::Required), ("none", SecondFactor::None)];
        self.one(tokens("algorithm"), |text| word(text, &[("ES256", ())]));
        Some(Identity {
            span: entry.key_span,
            issuer: self.one(node.get("issuer"), value::issuer),
            path: self.one(node.get("path"), |text| value::path_prefix(text).map(str::to_owned)),
            machines: self.text(node.get("machines")),
            name: self.text(node.get("name")),
            logo: self.path(node.get("logo")),
            colour: self.one(node.get("colour"), |text| value::colour(text).map(str::to_owned)),
            legal: self.one(node.get("legal"), |text| value::web_address(text).map(str::to_owned)),
            accounts: self.one(node.get("accounts"), |text| word(text, &accounts)),
            sign_in: self.list(node.get("sign_in"), |text| Ok(text.to_owned())),
            second_factor: self.one(node.get("second_factor"), |text| word(text, &factors)),
            mail: self.mail(node.get("mail")),
            lives: Lives {
                access: self.one(tokens("access"), value::duration),
                refresh: self.one(tokens("refresh"), value::duration),
                refresh_grace: self.one(tokens("refresh_grace"), value::duration),
                idle: self.one(sessions("idle"), value::duration),
                at_most: self.one(sessions("at_most"), value::duration),
            },
            keys_rotate: self.one(node.get("keys_rotate"), value::duration),
            loosen: self.loosen(node.get("loosen"), "identity"),
        })
    }

    fn mail(&mut self, node: Option<&Node>) -> Option<Said<Mail>> {
        let node = node?;
        if node.text().is_some() {
            return self.one(Some(node), |text| word(text, &[("print", Mail::Print)]));
        }
        let value = Mail::Smtp {
            server: self.one(node.get("smtp"), value::mail_server),
            from: self.one(node.get("from"), |text| value::mail_address(text).map(str::to_owned)),
            user: self.text(node.get("user")),
            password: self.one(node.get("password"), |text| Ok(Arc::new(Secret::new(text.to_owned())))),
        };
        Some(Said { value, span: node.span })
    }
}
