//! The draft with every default and inheritance worked out: the settings of each room.
//!
//! Made only of a draft without faults. What can only be known by reading
//! certificates, or by building the routes, is found here and told as faults of
//! the same kind.

mod acme;
mod apps;
mod ask;
mod cache;
mod certificates;
mod directory;
mod doors;
mod ending;
mod folder;
mod house;
mod identity;
mod inherit;
mod issuers;
mod operations;
mod service_tls;
mod services;
mod tokens;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use model::DoorKind;

use crate::defaults::Defaults;
use crate::draft::{Door, Draft, LogFormat};
use crate::fault::{Collector, Fault, FaultCode};
use crate::files::Files;
use crate::rules::{Index, TRUST_DOMAIN};
use crate::source::{Sources, Span};

pub(crate) use acme::directory;
pub(crate) use certificates::Certificates;
pub use certificates::LOCAL_CA;
pub(crate) use certificates::data_directory;
pub(crate) use house::{MEDIA_TYPE, REDIRECT_STATUS};
pub(crate) use inherit::{Effective, From, Inherited, said_errors};
pub(crate) use issuers::REMEMBER;

/// What runs: the settings of every room, and what the wiring must still make.
pub struct Plan {
    /// The data plane. The doors named in `local_certificates` have no certificate in it yet.
    pub gateway: gateway::Settings,
    /// The doors whose certificate is of the local CA.
    pub local_certificates: Vec<LocalCertificate>,
    /// The doors whose certificate is of a public CA.
    pub public_certificates: Vec<PublicCertificate>,
    /// The provider in the box, where the file has one.
    pub identity: Option<IdentityPlan>,
    /// The issuers that are not ours.
    pub issuers: Vec<idp::issuers::ForeignSettings>,
    /// The form of the access log, where the file says it.
    pub log_format: Option<LogFormat>,
    /// The Unix socket of the admin API.
    pub admin_socket: PathBuf,
    /// The folder for what is kept.
    pub data_directory: PathBuf,
    /// Where accounts, grants, sessions and keys are kept; nothing is there before it is opened.
    pub store: store::sqlite::Settings,
    /// Whose certificates are believed.
    pub trust: TrustPlan,
    /// Whether a service may have to be told who called, or the keys for that are published.
    pub asserts: bool,
}

/// The folder of the store below the data directory, in which there is nothing else: nobody but its owner may enter it.
const STORE: &str = "store";

/// The provider in the box, and where its answers are to come from.
pub struct IdentityPlan {
    /// What the file says of it.
    pub settings: idp::Settings,
    /// The apps of the file.
    pub apps: Vec<idp::apps::AppSettings>,
    /// Where each of them stands, as `file:line:column`.
    pub places: BTreeMap<Arc<str>, Arc<str>>,
    /// The providers elsewhere that its people may sign in with, in the order of the file.
    pub externals: Vec<idp::external::ExternalSettings>,
    /// What its operations are answered by, once that is connected.
    pub answers: Arc<gateway::Builtin>,
    /// Where programs get tokens for themselves, where the file says so.
    pub machines: Option<MachinesPlan>,
}

/// The endpoints of the provider at a server door.
pub struct MachinesPlan {
    /// Scheme, host and port of the door, as programs write them.
    pub origin: Box<str>,
    /// What its operations are answered by, once that is connected.
    pub answers: Arc<gateway::Builtin>,
}

/// A door that wants a certificate of the local CA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalCertificate {
    /// The index of the door.
    pub door: usize,
    /// The names and addresses that it must be for; a wildcard as `*.name`.
    pub names: Vec<String>,
}

/// A door that wants a certificate of a public CA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicCertificate {
    /// The index of the door.
    pub door: usize,
    /// Which CA, and for which names.
    pub settings: ca::acme::AcmeSettings,
}

/// The trust domain and the files of its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustPlan {
    /// The SPIFFE trust domain.
    pub domain: String,
    /// The root's certificate.
    pub certificate: Option<PathBuf>,
    /// The root's key.
    pub key: Option<PathBuf>,
}

/// Everything that a plan is made of.
pub(crate) struct Planner<'a> {
    pub(crate) draft: &'a Draft,
    pub(crate) index: &'a Index<'a>,
    pub(crate) defaults: &'a Defaults,
    pub(crate) sources: &'a Sources,
    pub(crate) files: &'a mut Files,
    pub(crate) certificates: Certificates,
    /// What the operations of the provider are answered by; one for all of them.
    pub(crate) provider: Arc<gateway::Builtin>,
    /// What those at a server door are answered by.
    pub(crate) machines: Arc<gateway::Builtin>,
    pub(crate) faults: &'a mut Collector,
    pub(crate) now: SystemTime,
    /// By whose keys services are told who called: connected where the plan is run.
    pub(crate) assertions: Arc<gateway::Assertions>,
}

impl<'a> Planner<'a> {
    /// Makes the plan; `None` where a fault stands against it. The hash is put in when all files are read.
    pub(crate) fn plan(&mut self) -> Option<Plan> {
        let data_directory = self.files.resolve(&data_directory(self.draft));
        let trust = self.trust();
        let opened: Vec<_> = self.draft.doors.iter().filter(|door| self.index.is_used(door)).collect();
        let operations = self.operations(&opened);
        let tables = self.tables(&opened, &operations);
        let mut doors = Vec::new();
        let mut local_certificates = Vec::new();
        let mut public_certificates = Vec::new();
        for (door, routes) in opened.iter().zip(tables) {
            let kind = door.kind?;
            if self.is_local(door) {
                local_certificates.push(LocalCertificate { door: doors.len(), names: self.local_names(door, kind) });
            }
            public_certificates
                .extend(self.acme_of(door).map(|settings| PublicCertificate { door: doors.len(), settings }));
            doors.push(self.door(door, kind, routes)?);
        }
        let directory = self.directory(&trust.domain)?;
        let (operations, rules) = operations.into_iter().map(|planned| (planned.settings, planned.rule)).unzip();
        let gateway = gateway::Settings {
            hash: Arc::from(""),
            doors,
            operations,
            rules: policy::Rules::new(rules),
            directory,
            services: self.draft.services.iter().map(|service| self.service(service)).collect::<Option<_>>()?,
            assertions: Arc::clone(&self.assertions),
        };
        let issuers = self.issuers()?;
        let answers = Arc::clone(&self.provider);
        let apps = self.apps();
        let externals = self.externals()?;
        let machines = self.machines();
        let place = |app: &crate::draft::App| (Arc::from(app.name.value.as_str()), self.place(app.name.span));
        let places = self.draft.apps.iter().map(place).collect();
        let identity =
            self.identity().map(|settings| IdentityPlan { settings, apps, places, externals, answers, machines });
        let admin_socket = match &self.draft.admin_listen {
            Some(socket) => self.files.resolve(&socket.value),
            None => data_directory.join("admin.sock"),
        };
        let seal = self.draft.seal.as_ref().map(|said| store::SealSource::Given(Arc::clone(&said.value)));
        let store = store::sqlite::Settings {
            directory: data_directory.join(STORE),
            seal: seal.unwrap_or(store::SealSource::Beside),
        };
        let log_format = self.draft.log_format.as_ref().map(|format| format.value);
        (!self.faults.any_error()).then_some(Plan {
            gateway,
            local_certificates,
            public_certificates,
            identity,
            issuers,
            log_format,
            admin_socket,
            data_directory,
            store,
            trust,
            asserts: self.draft.asserts(),
        })
    }

    /// `file:line:column` of some words.
    pub(crate) fn place(&self, span: Span) -> Arc<str> {
        Arc::from(self.sources.place(span).to_string())
    }

    fn trust(&self) -> TrustPlan {
        let trust = &self.draft.trust;
        let resolve = |path: &crate::draft::Said<PathBuf>| self.files.resolve(&path.value);
        TrustPlan {
            domain: trust.domain.as_ref().map_or(TRUST_DOMAIN, |domain| domain.value.as_str()).to_owned(),
            certificate: trust.certificate.as_ref().map(resolve),
            key: trust.key.as_ref().map(resolve),
        }
    }

    fn local_names(&self, door: &Door, kind: DoorKind) -> Vec<String> {
        let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
        let listen = self.listen(door, kind).into_iter().map(|address| address.ip().to_string());
        names.extend(listen.filter(|ip| ca::LocalAuthority::signs(ip)));
        names.extend(door.hosts.iter().map(|host| host.value.clone()));
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }

    /// Tells that something was read, judged good, and still cannot be used: a fault of ours, and never a hole.
    pub(crate) fn not_understood(&mut self, span: Span, what: impl Into<String>) {
        self.faults.push(Fault::new(FaultCode::NotUnderstood, span, what));
    }
}
