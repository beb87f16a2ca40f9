//! What outlives a configuration: the stores behind the provider's traits, its keys, and what it remembers meanwhile.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use auth::jose::{Jwks, Object};
use auth::{Issuer, Verifier};
use idp::accounts::mail::{Letter, Mailer, Post, Print, Smtp, SmtpSettings};
use idp::accounts::people::{self, People};
use idp::accounts::{Address, Devices, Passwords, PoolSettings, Throttle, Tickets};
use idp::apps::{Registry, TokenAlgorithm};
use idp::external::{ExternalSettings, Externals, Waiting};
use idp::keyring::{Keyring, Schedule};
use idp::oauth::{self, KnownPeople, TokenKeys};
use idp::provider::Foundation;
use idp::sessions::Ground;
use idp::store::Answer;
use idp::store::apps::AppRecords;
use idp::store::grants::ProtocolStore;
use idp::{MailSettings, Settings};
use model::{Clock, Secret, SystemClock};
use store::identity::Identity;
use upstream::{Dialler, SystemResolver};

use super::ends::Ends;
use crate::terminal::Terminal;

/// The longest that a token may live that a key signs; see `identity.tokens.access`.
const LONGEST_TOKEN: Duration = Duration::from_secs(60 * 60);
/// What ended is kept for so long, for questions about it.
const REMAINS: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How much is dropped in one change.
const AT_ONCE: usize = 1_000;

/// What outlives a configuration.
pub(super) struct Lasting {
    pub(super) foundation: Foundation,
    pub(super) keyring: Arc<Keyring>,
    pub(super) registry: Arc<Registry>,
    /// Sign-ins elsewhere that were begun.
    waiting: Arc<Waiting>,
    clock: Arc<dyn Clock>,
    people: Arc<people::Lasting>,
    protocol: Arc<dyn ProtocolStore>,
}

impl Lasting {
    /// Over this store. What ended lately is told to the verifier before anybody is believed.
    pub(super) async fn new(
        store: &Arc<Identity>,
        settings: &Settings,
        verifier: &Arc<Verifier>,
        terminal: &Terminal,
    ) -> Result<Self, String> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let protocol = Arc::clone(store) as Arc<dyn ProtocolStore>;
        let ends = Arc::new(Ends { verifier: Arc::clone(verifier), protocol: Arc::clone(&protocol) });
        let since = clock.wall().checked_sub(LONGEST_TOKEN).unwrap_or(SystemTime::UNIX_EPOCH);
        let ended = protocol.ended_since(since).await.map_err(|error| error.to_string())?;
        ends.grants(ended.grants.into_iter().map(|(id, _)| id));
        ended.tokens.iter().for_each(|(id, _)| ends.token(id));
        let records = Arc::clone(store) as Arc<dyn AppRecords>;
        ends.apps_before(records.removed_since(since).await.map_err(|error| error.to_string())?);
        let registry = Registry::open(records, Arc::clone(&clock)).await.map_err(|error| error.to_string())?;
        let keyring = Keyring::open(Arc::clone(store) as _, Arc::clone(&clock), schedule(settings));
        let keyring = Arc::new(keyring.await.map_err(|error| error.to_string())?);
        // There before the first token: whoever reads our keys at its own start is not to find none.
        keyring.signing_key(TokenAlgorithm::Es256).await.map_err(|error| error.to_string())?;
        let server = oauth::Foundation::new(
            Arc::clone(&protocol),
            Arc::new(KnownPeople(Arc::clone(store) as _)),
            Arc::new(Signing { keyring: Arc::clone(&keyring), verifier: Arc::clone(verifier) }),
            Arc::clone(&ends) as _,
            Arc::clone(&clock),
        );
        let ground = Ground {
            sessions: Arc::clone(store) as _,
            protocol: Arc::clone(&protocol),
            accounts: Arc::clone(store) as _,
            sign_ins: Arc::clone(store) as _,
            clock: Arc::clone(&clock),
            ends: Arc::clone(&ends) as _,
        };
        let protocol_foundation = Arc::new(server.map_err(|error| error.to_string())?);
        let people = people(store, ends, Arc::clone(&clock), terminal)?;
        Ok(Self {
            foundation: Foundation { ground, protocol: protocol_foundation },
            keyring,
            registry,
            waiting: Arc::new(Waiting::new(Arc::clone(&clock))),
            clock,
            people: Arc::new(people),
            protocol,
        })
    }

    /// Another configuration runs: from the next look on its keys change when it says.
    pub(super) fn follow(&self, settings: &Settings) {
        self.keyring.follow(schedule(settings));
    }

    /// What people do under these settings.
    ///
    /// # Errors
    /// Mail cannot be sent as the file says.
    pub(super) fn people(&self, settings: &Settings, terminal: &Terminal) -> Result<People, String> {
        Ok(People::new(settings, mailer(settings, terminal)?, Arc::clone(&self.people)))
    }

    /// The providers elsewhere that a configuration names; what goes wrong with one is told at the terminal.
    pub(super) fn externals(
        &self,
        all: Vec<ExternalSettings>,
        settings: &Settings,
        people: &Arc<People>,
        terminal: &Terminal,
    ) -> Externals {
        let (waiting, clock) = (Arc::clone(&self.waiting), Arc::clone(&self.clock));
        let terminal = terminal.clone();
        Externals::new(all, settings, Arc::clone(people) as _, waiting, clock)
            .telling(move |name, error| terminal.warn(format_args!("sign-in with `{name}`: {error}")))
    }

    /// Keys that are due, and what nobody can use any more.
    pub(super) async fn tend(&self, now: SystemTime) -> Result<(), String> {
        self.keyring.tend().await.map_err(|error| error.to_string())?;
        let unused = now.checked_sub(REMAINS).unwrap_or(SystemTime::UNIX_EPOCH);
        while self.protocol.drop_old(now, unused, AT_ONCE).await.map_err(|error| error.to_string())? >= AT_ONCE {}
        Ok(())
    }
}

fn schedule(settings: &Settings) -> Schedule {
    Schedule { rotate: settings.keys_rotate, longest_token: LONGEST_TOKEN }
}

fn people(
    store: &Arc<Identity>,
    ends: Arc<Ends>,
    clock: Arc<dyn Clock>,
    terminal: &Terminal,
) -> Result<people::Lasting, String> {
    let device = Secret::new(store.database().hashes().hash("device cookies", b""));
    let passwords = Passwords::start(PoolSettings::standard(), Arc::clone(&clock));
    let told = terminal.clone();
    Ok(people::Lasting {
        accounts: Arc::clone(store) as _,
        sign_ins: Arc::clone(store) as _,
        links: Arc::clone(store) as _,
        externals: Arc::clone(store) as _,
        holdings: people::holdings(&(Arc::clone(store) as _), &(Arc::clone(store) as _)),
        endings: ends,
        passwords: passwords.map_err(|error| format!("no thread for passwords: {error}"))?,
        throttle: Throttle::new(Arc::clone(&clock)),
        tickets: Tickets::new(Arc::clone(&clock)),
        devices: Devices::new(&device),
        post: Post::new(move |error| told.warn(format_args!("a mail was given up: {error}"))),
        clock,
    })
}

/// Signs with the keys of the issuer, which are made on first use: the doors believe a key before its first token is
/// given out.
struct Signing {
    keyring: Arc<Keyring>,
    verifier: Arc<Verifier>,
}

impl TokenKeys for Signing {
    fn sign(&self, algorithm: TokenAlgorithm, typ: &'static str, claims: Object) -> Answer<'_, String> {
        Box::pin(async move {
            let signed = TokenKeys::sign(&*self.keyring, algorithm, typ, claims).await?;
            believe(&self.verifier, self.keyring.published());
            Ok(signed)
        })
    }

    fn published(&self) -> Arc<Jwks> {
        self.keyring.published()
    }
}

/// Lets the doors believe our own issuer by these keys, where it is believed by others yet.
pub(super) fn believe(verifier: &Verifier, keys: Arc<Jwks>) {
    let issuers = verifier.issuers();
    let Some(own) = issuers.named(model::OWN_ISSUER) else { return };
    if !own.keys.as_ref().is_some_and(|known| Arc::ptr_eq(known, &keys)) {
        verifier.renew(&Arc::new(Issuer { keys: Some(keys), ..Issuer::clone(own) }));
    }
}

/// Prints, or sends.
fn mailer(settings: &Settings, terminal: &Terminal) -> Result<Arc<dyn Mailer>, String> {
    let (server, from, account) = match &settings.mail {
        MailSettings::Smtp { server, from, account } => (server, from, account),
        MailSettings::Print => {
            let terminal = terminal.clone();
            return Ok(Arc::new(Print::new(move |letter: &Letter| {
                let (to, subject) = (letter.to.as_str(), &letter.subject);
                terminal.warn(format_args!("mail to {to}: {subject}\n\n{}", letter.text.expose()));
            })));
        }
    };
    let smtp = SmtpSettings {
        server: server.clone(),
        from: Address::parse(from).map_err(|error| format!("`identity.mail.from`: {error}"))?,
        name: settings.brand.name.clone(),
        credentials: account.clone(),
        anchors: rustls_native_certs::load_native_certs().certs.iter().map(|anchor| anchor.to_vec()).collect(),
    };
    let dialler = Dialler::new(Arc::new(SystemResolver));
    Ok(Arc::new(Smtp::new(smtp, dialler).map_err(|error| format!("`identity.mail.smtp`: {error}"))?))
}
