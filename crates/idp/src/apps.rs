//! Apps: the OAuth clients that are known here, and what each of them may do.
//!
//! An app comes from the file (`apps:`) or from the store. Either way it is an [`AppSettings`] that [`AppSettings::faults`]
//! found nothing wrong with, and the endpoints see no difference.

mod faults;
mod origin;
mod public_keys;
mod redirect;
mod registration;
mod registry;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;

pub use self::faults::AppFault;
pub use self::origin::{Origin, OriginError};
pub use self::public_keys::{PublicKeys, PublicKeysError};
pub use self::redirect::{RedirectUri, RedirectUriError};
pub use self::registration::{Registration, RegistrationFault, is_app_name};
pub use self::registry::{Registry, current};
use crate::{Digest, Scopes};

/// Everything that is known of one app.
#[derive(Clone, Debug)]
pub struct AppSettings {
    /// Its name, which is its `client_id`.
    pub name: Arc<str>,
    /// What people read on the page that asks for their consent.
    pub title: Box<str>,
    /// What sort of program it is; decides which grants it may use.
    pub kind: AppKind,
    /// Where answers may go, compared octet by octet.
    pub redirect_uris: Box<[RedirectUri]>,
    /// Where a browser may be sent after a sign-out (`post_logout_redirect_uris`).
    pub after_sign_out: Box<[RedirectUri]>,
    /// The pages that it is made of.
    pub origins: Box<[Origin]>,
    /// The scopes that it may ask for.
    pub scopes: Scopes,
    /// Whether people are asked.
    pub consent: Consent,
    /// How it shows who it is.
    pub authenticate: Authenticate,
    /// What its tokens are signed with.
    pub algorithm: TokenAlgorithm,
    /// The resources (RFC 8707) that it may ask tokens for, besides the house as a whole.
    pub resources: Box<[Box<str>]>,
    /// The resources that it is: it may ask about tokens that are meant for them (RFC 7662 §2).
    pub answers_for: Box<[Box<str>]>,
    /// Whether all its tokens must be bound to a key (RFC 9449 §5.2, `dpop_bound_access_tokens`).
    pub bound: bool,
    /// Whether it must push its authorization requests (RFC 9126 §6).
    pub pushed_only: bool,
}

/// What sort of program an app is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AppKind {
    /// A browser application whose session the gateway keeps; tokens never leave the house.
    Session,
    /// Mobile, desktop or command line; cannot keep a secret.
    Native,
    /// A program on a server, with people in front of it.
    Server,
    /// A program without people.
    Machine,
    /// A page that holds its tokens itself.
    Page,
}

impl AppKind {
    /// The word used in the file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Native => "native",
            Self::Server => "server",
            Self::Machine => "machine",
            Self::Page => "page",
        }
    }

    /// Whether a person stands before it and is sent to our pages.
    #[must_use]
    pub const fn has_people(self) -> bool {
        !matches!(self, Self::Machine)
    }

    /// Whether it can keep a secret (RFC 6749 §2.1, "confidential").
    #[must_use]
    pub const fn is_confidential(self) -> bool {
        matches!(self, Self::Server | Self::Machine)
    }
}

/// Whether people are asked before an app gets what it asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Consent {
    /// Once for each scope; remembered.
    #[default]
    First,
    /// Never: an own app.
    Never,
    /// Every time.
    Always,
}

/// How an app shows who it is at the token endpoint.
#[derive(Clone, Debug)]
pub enum Authenticate {
    /// It cannot: it has nothing that others could not copy.
    Nothing,
    /// By a secret of 256 random bits; more than one while a new one is brought out.
    Secret {
        /// SHA-256 of each.
        digests: Box<[Digest]>,
    },
    /// By an assertion that it signed (RFC 7523 §2.2, `private_key_jwt`).
    PrivateKeyJwt {
        /// Its public keys.
        keys: PublicKeys,
    },
}

/// What tokens are signed with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    #[default]
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256, for programs that know nothing better.
    Rs256,
}

impl TokenAlgorithm {
    /// Every one, the default first.
    pub const ALL: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Rs256];

    /// As the header `alg` has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }
}

/// Apps by name: one immutable table.
pub type AppTable = BTreeMap<Arc<str>, Arc<AppSettings>>;

/// The table of these; of two with one name the later counts.
fn table(apps: impl IntoIterator<Item = AppSettings>) -> AppTable {
    apps.into_iter().map(|app| (Arc::clone(&app.name), Arc::new(app))).collect()
}

/// The apps of the store, as they are now: a table that is swapped whole when one of them changes, and outlives a
/// configuration.
#[derive(Debug, Default)]
pub struct KeptApps(ArcSwap<BTreeMap<Arc<str>, KeptApp>>);

#[derive(Clone, Debug)]
struct KeptApp {
    settings: Arc<AppSettings>,
    /// When it was registered.
    since: SystemTime,
}

impl KeptApps {
    /// These from now on, and no others; each with the time at which it was registered.
    pub fn are(&self, apps: impl IntoIterator<Item = (AppSettings, SystemTime)>) {
        let kept = |(settings, since): (AppSettings, SystemTime)| {
            (Arc::clone(&settings.name), KeptApp { settings: Arc::new(settings), since })
        };
        self.0.store(Arc::new(apps.into_iter().map(kept).collect()));
    }
}

/// All apps that are known under one configuration: those of the file, and those of the store that have no name of the
/// file's.
#[derive(Clone, Debug, Default)]
pub struct Apps {
    file: Arc<AppTable>,
    kept: Arc<KeptApps>,
}

impl Apps {
    /// These of the file alone; of two with one name the later counts.
    #[must_use]
    pub fn new(apps: impl IntoIterator<Item = AppSettings>) -> Self {
        Self::with(apps, Arc::default())
    }

    /// These of the file, and those of the store.
    #[must_use]
    pub fn with(apps: impl IntoIterator<Item = AppSettings>, kept: Arc<KeptApps>) -> Self {
        Self { file: Arc::new(table(apps)), kept }
    }

    /// The app of this `client_id`. A name of the file is the file's.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Arc<AppSettings>> {
        self.file.get(name).cloned().or_else(|| Some(Arc::clone(&self.kept.0.load().get(name)?.settings)))
    }

    /// Whether what was given out to an app of this name at that time was given to the one that has it now. Tokens write
    /// times in whole seconds.
    #[must_use]
    pub fn had(&self, name: &str, at: SystemTime) -> bool {
        self.file.contains_key(name)
            || self.kept.0.load().get(name).is_some_and(|app| at + Duration::from_secs(1) > app.since)
    }

    /// Those of the file.
    #[must_use]
    pub fn of_file(&self) -> &AppTable {
        &self.file
    }

    /// All as they are now: those of the file first, each part by name.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<AppSettings>> {
        let kept = self.kept.0.load();
        let others = kept.iter().filter(|(name, _)| !self.file.contains_key(*name));
        self.file.values().chain(others.map(|(_, app)| &app.settings)).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
