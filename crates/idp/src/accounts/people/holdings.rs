//! What apps may do for a person and where they know the person, for the export.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Holdings;
use super::own::moment;
use crate::UserId;
use crate::store::Answer;
use crate::store::grants::ProtocolStore;
use crate::store::sessions::Sessions;

struct GrantsHeld(Arc<dyn ProtocolStore>);
struct ConsentsHeld(Arc<dyn ProtocolStore>);
struct SessionsHeld(Arc<dyn Sessions>);

/// All that the protocol's stores have of a person: grants, consents, sessions.
#[must_use]
pub fn holdings(
    protocol: &Arc<dyn ProtocolStore>,
    sessions: &Arc<dyn Sessions>,
) -> Vec<(&'static str, Arc<dyn Holdings>)> {
    vec![
        ("grants", Arc::new(GrantsHeld(Arc::clone(protocol)))),
        ("consents", Arc::new(ConsentsHeld(Arc::clone(protocol)))),
        ("sessions", Arc::new(SessionsHeld(Arc::clone(sessions)))),
    ]
}

impl Holdings for GrantsHeld {
    fn of(&self, user: UserId) -> Answer<'_, Value> {
        Box::pin(async move {
            let grants = self.0.of_user(user).await?;
            let one = |grant: &crate::store::grants::Grant| {
                json!({
                    "id": grant.id.to_string(),
                    "app": &*grant.app,
                    "scopes": grant.scopes.to_string(),
                    "resources": grant.resources,
                    "authenticated": moment(grant.authenticated_at),
                    "methods": grant.methods,
                    "begun": moment(grant.begun),
                    "used": moment(grant.used),
                })
            };
            Ok(grants.iter().map(one).collect())
        })
    }
}

impl Holdings for ConsentsHeld {
    fn of(&self, user: UserId) -> Answer<'_, Value> {
        Box::pin(async move {
            let given = self.0.given_by(user).await?;
            let one = |given: &crate::store::consents::Given| json!({ "app": &*given.app, "scopes": given.scopes.to_string() });
            Ok(given.iter().map(one).collect())
        })
    }
}

impl Holdings for SessionsHeld {
    fn of(&self, user: UserId) -> Answer<'_, Value> {
        Box::pin(async move {
            let sessions = self.0.of(user).await?;
            let one = |session: &crate::store::sessions::Session| {
                json!({
                    "id": session.id.to_string(),
                    "app": &*session.app,
                    "origin": session.origin,
                    "scopes": session.scopes.to_string(),
                    "begun": moment(session.begun),
                    "seen": moment(session.seen),
                })
            };
            Ok(sessions.iter().map(one).collect())
        })
    }
}
