//! What the doors want to know of sessions, asked where the store is.

use std::sync::Arc;

use auth::{Ask, Asked, Ground, SessionFacts, Told, Verified};
use idp::Digest;
use idp::provider::Provider;
use idp::sessions::Known;
use model::{Caller, User, Via};
use tokio::sync::watch;

/// Asks the provider of the configuration that runs.
pub(super) struct Sessions {
    pub(super) provider: watch::Receiver<Option<Arc<Provider>>>,
}

impl Ask for Sessions {
    fn ask(&self, asked: Asked) -> auth::Telling<'_> {
        let provider = self.provider.borrow().clone();
        Box::pin(async move {
            let Asked::Session(cookie, origin) = asked else { return Told::Unknown };
            let Some(provider) = provider else {
                return Told::Unavailable("nobody keeps sessions here yet".into());
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
