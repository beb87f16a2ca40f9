//! The provider as the house sees it: a request of any endpoint in, an answer out.
//!
//! [`Provider::answer`] is the table of contents: which endpoint is asked, whether the method is one of its own, and who
//! answers. Endpoints of programs (tokens, metadata, …) are answered by [`oauth::Server`](crate::oauth::Server) alone.
//! Endpoints of people are a `Visit`: parameters read strictly, the browser known by a cookie, who is signed in in it;
//! and where something is changed, a form that came from our own page.
//!
//! A provider belongs to one configuration and keeps nothing; its [`Foundation`] outlives it.

mod account;
mod authorization;
mod device;
mod elsewhere;
mod failure;
mod keys;
mod leaving;
mod links;
mod onward;
mod reception;
mod sign_in;
mod visit;
mod words;

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use model::DoorKind;

use crate::apps::Apps;
use crate::external::Externals;
use crate::oauth::Server;
use crate::pages::{External, Look, Style};
use crate::reply::{Reply, content, empty, lasting, method_not_allowed};
use crate::sessions::{BrowserSessions, Ground};
use crate::{Arrival, Endpoint, Settings};
use failure::Failure;
use visit::Visit;

pub use keys::{OwnKey, OwnKeys};
pub use reception::{
    Chosen, Confirmed, Doing, Entered, Entry, Guest, LinkKind, Mailed, Offered, Reception, ReceptionError, Whose,
};

/// What outlives a configuration.
#[derive(Clone)]
pub struct Foundation {
    /// Stores, the time, and who hears of ends.
    pub ground: Ground,
    /// What the protocol stands on.
    pub protocol: Arc<crate::oauth::Foundation>,
}

/// The provider under one configuration.
pub struct Provider {
    settings: Arc<Settings>,
    apps: Arc<Apps>,
    style: Style,
    look: Look,
    /// Providers elsewhere that people may come in with, as pages show them.
    offered: Box<[External]>,
    /// Those of them by which somebody new comes in.
    admitting: Box<[External]>,
    externals: Option<Externals>,
    server: Server,
    /// The protocol at the server door for programs, where the file names one.
    machines: Option<Server>,
    sessions: Arc<BrowserSessions>,
    reception: Arc<dyn Reception>,
    keys: Option<Arc<dyn OwnKeys>>,
    ground: Ground,
}

impl Provider {
    /// The provider for these settings and apps; `reception` is what the accounts do.
    #[must_use]
    pub fn new(
        settings: Arc<Settings>,
        apps: Arc<Apps>,
        reception: Arc<dyn Reception>,
        foundation: Foundation,
    ) -> Self {
        let Foundation { ground, protocol } = foundation;
        let style = Style::of(&settings.brand);
        let look = Look::of(&settings, &style);
        let server = Server::new(Arc::clone(&settings), Arc::clone(&apps), protocol);
        let sessions = BrowserSessions::new(Arc::clone(&settings), Arc::clone(&apps), ground.clone());
        Self {
            settings,
            apps,
            style,
            look,
            offered: Box::default(),
            admitting: Box::default(),
            externals: None,
            server,
            machines: None,
            sessions: Arc::new(sessions),
            reception,
            keys: None,
            ground,
        }
    }

    /// Answers programs at the server door of this origin (`https://host[:port]`) as well.
    #[must_use]
    pub fn with_server_door(mut self, origin: &str) -> Self {
        self.machines = Some(self.server.at_server_door(origin));
        self
    }

    /// The browser sessions, for whoever has to know who is in one.
    #[must_use]
    pub const fn sessions(&self) -> &Arc<BrowserSessions> {
        &self.sessions
    }

    /// The protocol, for whoever has to know what a token is.
    pub(crate) const fn server(&self) -> &Server {
        &self.server
    }

    /// Answers a request that came to a door of this kind; its extensions hold its [`Arrival`].
    pub async fn answer(&self, request: Request<Bytes>, door: DoorKind) -> Reply {
        let Some(arrival) = request.extensions().get::<Arrival>().cloned() else {
            return empty(StatusCode::INTERNAL_SERVER_ERROR);
        };
        let Some(endpoint) = Endpoint::at(&self.settings.path, request.uri().path()) else {
            return empty(StatusCode::NOT_FOUND);
        };
        let server = match door {
            DoorKind::Client => Some(&self.server),
            DoorKind::Server => self.machines.as_ref().filter(|_| endpoint.is_for_machines()),
        };
        let Some(server) = server else { return empty(StatusCode::NOT_FOUND) };
        let methods = endpoint.methods();
        let as_get = request.method() == Method::HEAD && methods.contains(&Method::GET);
        if !as_get && request.method() != Method::OPTIONS && !methods.contains(request.method()) {
            return method_not_allowed(methods);
        }
        if let Some(answer) = server.answer(endpoint, &request, door).await {
            return answer;
        }
        if request.method() == Method::OPTIONS {
            return method_not_allowed(methods);
        }
        let answered = match endpoint {
            Endpoint::Style => Ok(lasting("text/css; charset=utf-8", self.style.content.clone())),
            Endpoint::Logo => Ok(self.logo()),
            Endpoint::SessionStart | Endpoint::SessionCallback | Endpoint::Session | Endpoint::SessionEnd => {
                self.session(endpoint, &request, &arrival).await
            }
            _ => self.visited(endpoint, &request, &arrival).await,
        };
        answered.unwrap_or_else(|failure| match failure {
            Failure::External { title, error } => self.told_of_elsewhere(&title, &error, &arrival.id.to_string()),
            failure => failure.told(&self.look, endpoint, &arrival),
        })
    }

    /// Endpoints of people.
    async fn visited(&self, endpoint: Endpoint, request: &Request<Bytes>, arrival: &Arrival) -> Result<Reply, Failure> {
        let mut visit = Visit::begin(self, endpoint, request, arrival).await?;
        let mut reply = match endpoint {
            Endpoint::Authorize => self.authorize(&visit).await,
            Endpoint::Consent => self.consent(&visit).await,
            Endpoint::Device => self.device(&visit).await,
            Endpoint::EndSession => self.end_session(&visit).await,
            Endpoint::SignOut => self.sign_out(&visit).await,
            Endpoint::SignIn => self.sign_in(&mut visit).await,
            Endpoint::SecondFactor => self.second_factor(&mut visit).await,
            Endpoint::Register => self.register(&visit).await,
            Endpoint::Verify => self.verify(&mut visit).await,
            Endpoint::Forgot => self.forgot(&visit).await,
            Endpoint::Reset => self.reset(&mut visit).await,
            Endpoint::ExternalCallback => self.external_callback(&mut visit).await,
            Endpoint::Account => self.account(&mut visit).await,
            _ => Ok(empty(StatusCode::NOT_FOUND)),
        }?;
        visit.keep_browser(&mut reply);
        Ok(reply)
    }

    /// Browser sessions, on the host of their app.
    async fn session(&self, endpoint: Endpoint, request: &Request<Bytes>, arrival: &Arrival) -> Result<Reply, Failure> {
        let answered = match endpoint {
            Endpoint::SessionStart => self.sessions.start(request, arrival),
            Endpoint::SessionCallback => self.sessions.callback_of(request, arrival).await,
            Endpoint::SessionEnd => self.sessions.end_of_request(request, arrival).await,
            _ => self.sessions.who(request, arrival).await,
        };
        Ok(answered?)
    }

    fn logo(&self) -> Reply {
        match &self.settings.brand.logo {
            Some((media_type, octets)) => lasting(media_type, octets.clone()),
            None => content(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", Bytes::new()),
        }
    }
}

#[cfg(test)]
mod tests;
