//! The provider in the box, joined to the store, the doors and the terminal.
//!
//! ```text
//! join   the endpoints of a configuration get somebody who answers; nothing is answered yet
//! run    once the store is open: what outlives configurations is made, the provider of this one begins to answer
//! tend   every so often: keys of the issuer that are due, what nobody can use any more
//! ```
//!
//! A house that follows another joins and runs at once, and begins to answer when the store is let go of.

mod desk;
mod ends;
mod lasting;
mod own_keys;
mod sessions;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use admin::Noun;
use auth::{Issuer, Verifier};
use bytes::Bytes;
use config::IdentityPlan;
use gateway::{Answerer, Answering, Received};
use http::{Request, Response, StatusCode};
use idp::Arrival;
use idp::apps::Apps;
use idp::desk::Desk;
use idp::provider::Provider;
use model::DoorKind;
use store::identity::Identity;
use tokio::runtime::Handle;
use tokio::sync::{OnceCell, watch};
use tokio::task::JoinHandle;

use crate::terminal::Terminal;
use desk::Office;
pub(crate) use desk::{nouns, office};
use lasting::Lasting;
use own_keys::KeysOfPeople;

/// How often keys and remains are looked at.
const TENDING: Duration = Duration::from_secs(10 * 60);

/// A provider that is there once there is a store.
type Awaited = watch::Sender<Option<Arc<Provider>>>;

/// The providers of one configuration after the other.
pub(crate) struct Providers {
    store: watch::Receiver<Option<Arc<Identity>>>,
    verifier: Arc<Verifier>,
    terminal: Terminal,
    lasting: Arc<OnceCell<Lasting>>,
    /// That of the configuration that runs.
    running: Awaited,
    /// Whom the account page asks about API keys.
    keys: Arc<dyn Noun>,
    /// Where commands about it are done.
    office: watch::Sender<Office>,
    tending: Option<JoinHandle<()>>,
}

/// A configuration's provider, before it answers, and when it is to answer once more.
#[derive(Clone)]
pub(crate) struct Joined {
    plan: Arc<IdentityPlan>,
    provider: Awaited,
}

impl Providers {
    /// None yet. What is found out about sessions goes to this verifier, and what ends too.
    pub(crate) fn new(
        store: watch::Receiver<Option<Arc<Identity>>>,
        verifier: Arc<Verifier>,
        keys: Arc<dyn Noun>,
        office: watch::Sender<Office>,
        terminal: &Terminal,
    ) -> Self {
        let (running, lasting) = (watch::Sender::new(None), Arc::new(OnceCell::new()));
        Self { store, verifier, terminal: terminal.clone(), lasting, running, keys, office, tending: None }
    }

    /// Whom data threads ask about sessions.
    pub(crate) fn sessions(&self) -> Arc<dyn auth::Ask> {
        Arc::new(sessions::Sessions { provider: self.running.subscribe() })
    }

    /// Gives the endpoints of a configuration somebody who answers, before the doors know of it.
    pub(crate) fn join(plan: IdentityPlan) -> Joined {
        let provider = watch::Sender::new(None);
        let attend = |answers: &gateway::Builtin, door| {
            let attendant = Attendant { provider: provider.subscribe(), door };
            answers.connect(Arc::new(attendant), Handle::current());
        };
        attend(&plan.answers, DoorKind::Client);
        if let Some(machines) = &plan.machines {
            attend(&machines.answers, DoorKind::Server);
        }
        Joined { plan: Arc::new(plan), provider }
    }

    /// Lets the provider of a configuration answer, now that this configuration runs; without one nobody is signed in.
    pub(crate) fn run(&mut self, joined: Option<Joined>) {
        if let Some(tending) = self.tending.take() {
            tending.abort();
        }
        let Some(Joined { plan, provider }) = joined else {
            self.running.send_replace(None);
            self.office.send_replace(Office::None);
            return self.verifier.believe_own(None);
        };
        self.office.send_replace(Office::Opening);
        if self.running.borrow().is_none() {
            // There are people and programs here; whose sessions and keys they are is known once the store is there.
            self.verifier.believe_own(Some(own(&plan.settings, None)));
        }
        let begun = Begun {
            store: self.store.clone(),
            verifier: Arc::clone(&self.verifier),
            terminal: self.terminal.clone(),
            lasting: Arc::clone(&self.lasting),
            running: self.running.clone(),
            keys: Arc::clone(&self.keys),
            office: self.office.clone(),
        };
        self.tending = Some(tokio::spawn(async move {
            if let Err(why) = begun.answer(&plan, provider).await {
                begun.terminal.warn(format_args!("nobody can sign in: {why}"));
            }
        }));
    }

    /// Nothing is begun any more; what is under way is the doors' to wait for.
    pub(crate) fn stop(&mut self) {
        if let Some(tending) = self.tending.take() {
            tending.abort();
        }
    }
}

/// What a provider is made with.
struct Begun {
    store: watch::Receiver<Option<Arc<Identity>>>,
    verifier: Arc<Verifier>,
    terminal: Terminal,
    lasting: Arc<OnceCell<Lasting>>,
    running: Awaited,
    keys: Arc<dyn Noun>,
    office: watch::Sender<Office>,
}

impl Begun {
    /// Answers, and tends to what time changes, for as long as this configuration runs.
    async fn answer(&self, plan: &IdentityPlan, provider: Awaited) -> Result<(), String> {
        let mut store = self.store.clone();
        let opened = store.wait_for(Option::is_some).await.map_err(|_| "the house closes")?.clone();
        let Some(store) = opened else { return Err("the store is not there".to_owned()) };
        let made =
            self.lasting.get_or_try_init(|| Lasting::new(&store, &plan.settings, &self.verifier, &self.terminal));
        let lasting = made.await?;
        let settings = Arc::new(plan.settings.clone());
        let people = Arc::new(lasting.people(&settings, &self.terminal)?);
        let apps = Arc::new(Apps::with(plan.apps.clone(), lasting.registry.kept()));
        let foundation = lasting.foundation.clone();
        let made = Provider::new(Arc::clone(&settings), Arc::clone(&apps), Arc::clone(&people) as _, foundation);
        let made = made.with_keys(Arc::new(KeysOfPeople(Arc::clone(&self.keys))));
        let made = match &plan.machines {
            Some(machines) => made.with_server_door(&machines.origin),
            None => made,
        };
        let externals = lasting.externals(plan.externals.clone(), &settings, &people, &self.terminal);
        let made = Arc::new(made.with_externals(externals));
        lasting.follow(&settings);
        self.verifier.believe_own(Some(own(&settings, Some(lasting.keyring.published()))));
        provider.send_replace(Some(Arc::clone(&made)));
        let desk = Desk {
            people: Arc::clone(&people),
            provider: Arc::clone(&made),
            apps,
            places: plan.places.clone(),
            registry: Arc::clone(&lasting.registry),
        };
        self.running.send_replace(Some(made));
        self.office.send_replace(Office::Open(Arc::new(desk)));
        loop {
            // At once as well: keys may be due by what this file says.
            if let Err(why) = lasting.tend(SystemTime::now()).await {
                self.terminal.warn(format_args!("the store of accounts: {why}"));
            }
            if let Err(why) = people.tidy().await {
                self.terminal.warn(format_args!("sign-ins and links that are over: {why}"));
            }
            lasting::believe(&self.verifier, lasting.keyring.published());
            tokio::time::sleep(TENDING).await;
        }
    }
}

/// Our own issuer, by its keys of now, where they are known.
fn own(settings: &idp::Settings, keys: Option<Arc<auth::jose::Jwks>>) -> Arc<Issuer> {
    Arc::new(Issuer {
        name: model::OWN_ISSUER.into(),
        iss: settings.issuer.as_str().into(),
        audience: vec![settings.issuer.as_str().into()],
        resources: true,
        kind: auth::jose::TokenType::ACCESS,
        keys,
        claims: auth::ClaimNames::standard(),
        leeway: auth::LEEWAY,
    })
}

/// Answers for the endpoints of one configuration.
struct Attendant {
    /// Nothing as long as the store cannot be had; who asks waits, and the door says how long at most.
    provider: watch::Receiver<Option<Arc<Provider>>>,
    /// The kind of the door that the endpoints are at.
    door: DoorKind,
}

impl Answerer for Attendant {
    fn answer(&self, mut request: Request<Bytes>) -> Answering {
        let (mut provider, door) = (self.provider.clone(), self.door);
        Box::pin(async move {
            let Some(Received { address, host, origin, id, certificate }) = request.extensions_mut().remove() else {
                return with_status(StatusCode::INTERNAL_SERVER_ERROR);
            };
            request.extensions_mut().insert(Arrival { address, host, origin, id, certificate });
            let provider = match provider.wait_for(Option::is_some).await {
                Ok(provider) => provider.clone(),
                // The house closes.
                Err(_) => None,
            };
            match provider {
                Some(provider) => provider.answer(request, door).await,
                None => with_status(StatusCode::SERVICE_UNAVAILABLE),
            }
        })
    }
}

fn with_status(status: StatusCode) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = status;
    answer
}
