//! Issuers that are not ours, as the control side takes them.

use std::sync::Arc;
use std::time::Duration;

use auth::jose::{Algorithm, TokenType};
use auth::{ClaimNames, LEEWAY};
use idp::external::{ExternalClient, ExternalSettings};
use idp::issuers::{ClientCredentials, ForeignSettings, IntrospectionSettings, discovery_urls};
use upstream::{Dialler, Fetcher, SystemResolver, Target, TlsAnchors, TlsError, TlsSettings};

use super::Planner;
use super::certificates::Reader;
use super::service_tls::authorities_of_this_machine;
use crate::draft::{Client, Draft, Issuer, Opaque, Said};
use crate::fault::{Fault, FaultCode};

/// How long a good answer about a token holds where the file does not say it.
pub(crate) const REMEMBER: Duration = Duration::from_secs(30);

impl Reader<'_> {
    /// How each issuer is reached, in the order of the draft; `None` where something of it has a fault.
    pub(super) fn issuers(&mut self, draft: &Draft) -> Vec<Option<Fetcher>> {
        draft.issuers.iter().map(|issuer| self.fetcher(issuer)).collect()
    }

    fn fetcher(&mut self, issuer: &Issuer) -> Option<Fetcher> {
        let anchors = match &issuer.ca {
            Some(ca) => TlsAnchors::Named(self.chain(ca)?),
            None => TlsAnchors::System(authorities_of_this_machine()),
        };
        let tls = TlsSettings { anchors, pins: Vec::new(), certificate: None };
        let made = Fetcher::new(Dialler::new(Arc::new(SystemResolver)), &tls);
        made.map_err(|error| {
            let (code, message) = match &error {
                TlsError::NothingToBelieve => {
                    (FaultCode::MissingFile, "this machine believes no certificate authority".to_owned())
                }
                error => (FaultCode::WrongFile, error.to_string()),
            };
            let span = issuer.ca.as_ref().map_or(issuer.name.span, |ca| ca.span);
            self.faults.push(Fault::new(code, span, message).label("write `ca: FILE` at this issuer"));
        })
        .ok()
    }
}

impl Planner<'_> {
    /// Every issuer of the file whose tokens are taken; `None` where one of them has its own fault.
    pub(super) fn issuers(&self) -> Option<Vec<ForeignSettings>> {
        let all = self.draft.issuers.iter().zip(&self.certificates.issuers);
        let giving = all.filter(|(issuer, _)| issuer.gives_tokens);
        giving.map(|(issuer, fetcher)| settings(issuer, fetcher.as_ref()?)).collect()
    }
}

impl Planner<'_> {
    /// Every issuer of the file that people sign in with, in the order of `identity.sign_in`; `None` where one of them
    /// has its own fault.
    pub(super) fn externals(&self) -> Option<Vec<ExternalSettings>> {
        let Some(identity) = &self.draft.identity else { return Some(Vec::new()) };
        let named = |name: &str| {
            let mut all = self.draft.issuers.iter().zip(&self.certificates.issuers);
            all.find(|(issuer, _)| issuer.name.value == name)
        };
        let found = identity.sign_in.iter().filter_map(|said| named(&said.value));
        found.map(|(issuer, fetcher)| external(issuer, fetcher.as_ref()?)).collect()
    }
}

fn external(issuer: &Issuer, fetcher: &Fetcher) -> Option<ExternalSettings> {
    let Client { id, secret } = &issuer.client.as_ref()?.value;
    let client =
        ClientCredentials { id: id.as_ref()?.value.as_str().into(), secret: Arc::clone(&secret.as_ref()?.value) };
    Some(ExternalSettings {
        name: issuer.name.value.as_str().into(),
        title: issuer.title.as_ref().unwrap_or(&issuer.name).value.as_str().into(),
        iss: issuer.issuer.as_ref()?.value.as_str().into(),
        algorithms: algorithms(issuer),
        discovery: discovery(issuer)?,
        client: ExternalClient::Secret(client),
        admits: issuer.creates.as_ref().is_some_and(|said| said.value),
        outside: Arc::new(fetcher.clone()),
    })
}

fn algorithms(issuer: &Issuer) -> Vec<Algorithm> {
    match issuer.algorithms.as_slice() {
        [] => Algorithm::ALL.to_vec(),
        said => said.iter().map(|said| said.value).collect(),
    }
}

fn discovery(issuer: &Issuer) -> Option<Vec<Target>> {
    match &issuer.discovery {
        Some(said) => Some(vec![Target::configured(&said.value).ok()?]),
        None => discovery_urls(&issuer.issuer.as_ref()?.value).ok(),
    }
}

fn settings(issuer: &Issuer, fetcher: &Fetcher) -> Option<ForeignSettings> {
    let url = issuer.issuer.as_ref()?.value.as_str();
    let standard = ClaimNames::standard();
    let name = |said: &Option<Said<String>>, standard: Box<str>| {
        said.as_ref().map_or(standard, |said| said.value.as_str().into())
    };
    Some(ForeignSettings {
        issuer: auth::Issuer {
            name: Arc::from(issuer.name.value.as_str()),
            iss: url.into(),
            audience: issuer.audience.iter().map(|said| said.value.as_str().into()).collect(),
            resources: false,
            kind: TokenType::ACCESS_OR_PLAIN,
            keys: None,
            claims: ClaimNames {
                subject: name(&issuer.subject, standard.subject),
                scopes: name(&issuer.scopes, standard.scopes),
                app: name(&issuer.app, standard.app),
            },
            leeway: LEEWAY,
        },
        algorithms: algorithms(issuer),
        discovery: discovery(issuer)?,
        introspection: introspection(issuer)?,
        trust: fetcher.trust(),
        outside: Arc::new(fetcher.clone()),
    })
}

/// The outer `None` where a part has its own fault.
fn introspection(issuer: &Issuer) -> Option<Option<IntrospectionSettings>> {
    let Some(Opaque::Introspect { url, client, remember }) = issuer.opaque.as_ref().map(|said| &said.value) else {
        return Some(None);
    };
    let Client { id, secret } = &client.as_ref().or(issuer.client.as_ref())?.value;
    Some(Some(IntrospectionSettings {
        endpoint: Some(Target::configured(&url.as_ref()?.value).ok()?),
        client: ClientCredentials {
            id: id.as_ref()?.value.as_str().into(),
            secret: Arc::clone(&secret.as_ref()?.value),
        },
        remember: remember.as_ref().map_or(REMEMBER, |said| said.value),
    }))
}
