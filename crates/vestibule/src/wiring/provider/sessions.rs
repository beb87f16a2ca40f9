//! What the doors want to know of sessions and of our own keys, asked where the store is.

use std::sync::Arc;

use auth::{Ask, Asked, Ground, SessionFacts, Told, Verified};
use idp::Digest;
use idp::provider::Provider;
use idp::sessions::Known;
use model::{Caller, User, Via};
use tokio::sync::watch;

/// Asks the provider of the configuration that runs; where there is none yet, whoever asks waits for it.
pub(super) struct Sessions {
    pub(super) provider: watch::Receiver<Option<Arc<Provider>>>,
}

impl Ask for Sessions {
    fn ask(&self, asked: Asked) -> auth::Telling<'_> {
        let mut provider = self.provider.clone();
        Box::pin(async move {
            let provider = match provider.wait_for(Option::is_some).await {
                Ok(provider) => provider.clone(),
                Err(_) => None,
            };
            let Some(provider) = provider else { return Told::Unavailable("the house closes".into()) };
            let (cookie, origin) = match asked {
                Asked::Session(cookie, origin) => (cookie, origin),
                // The doors believed them before the provider was there, and hear of each before its first token.
                Asked::Keys(_) => return Told::Keys,
                Asked::Token(..) => return Told::Unknown,
            };
            match provider.sessions().known(Digest(*cookie.digest()), &origin).await {
                Ok(Some(known)) => Told::Holds(Arc::new(verified(known))),
                Ok(None) => Told::Unknown,
                Err(error) => Told::Unavailable(error.to_string().into()),
            }
        })
    }
}

/// A session in the words of the doors.
fn verified(known: Known) -> Verified {
    let Known { session, app, until } = known;
    let ground = |text: String| Arc::<str>::from(text);
    let (grant, id) = (ground(session.grant.to_string()), ground(session.id.to_string()));
    let subject = ground(session.user.to_string());
    let user = User {
        name: Arc::clone(&subject),
        subject: Arc::clone(&subject),
        issuer: model::OWN_ISSUER.into(),
        app: Arc::clone(&session.app),
        scopes: session.scopes.iter().map(Arc::from).collect(),
        via: Via::Session,
        bound: None,
        authenticated_at: Some(session.authenticated_at),
        claims: Box::default(),
        grant: Arc::clone(&grant),
    };
    Verified {
        caller: Caller::User(Arc::new(user)),
        until,
        issued_at: session.begun,
        confirmation: None,
        resources: None,
        grounds: [Ground::Session(id), Ground::Grant(grant), Ground::User(subject)].into(),
        session: Some(SessionFacts {
            origin: session.origin,
            csrf: session.csrf.0,
            origins: app.origins.iter().map(|origin| Box::from(origin.as_str())).collect(),
        }),
    }
}
