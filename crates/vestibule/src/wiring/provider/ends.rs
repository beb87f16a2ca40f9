//! Whoever believes credentials on the data threads is told at once what has ended.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use auth::{Ground, Verifier};
use idp::store::grants::ProtocolStore;
use idp::{GrantId, SessionId, SignInId, UserId};

/// The longest that an access token may live, and a little for clocks: after that nobody needs to know that it ended.
const LONGEST: Duration = Duration::from_secs(60 * 60 + 5 * 60);

/// Tells the verifier of the doors.
#[derive(Clone)]
pub(super) struct Ends {
    pub(super) verifier: Arc<Verifier>,
    pub(super) protocol: Arc<dyn ProtocolStore>,
}

impl Ends {
    pub(super) fn grants(&self, grants: impl IntoIterator<Item = GrantId>) {
        let grounds: Vec<_> = grants.into_iter().map(|id| Ground::Grant(id.to_string().into())).collect();
        if !grounds.is_empty() {
            self.verifier.revoke(&grounds, LONGEST);
        }
    }

    /// Apps that went before this process began, and when.
    pub(super) fn apps_before(&self, removed: impl IntoIterator<Item = (Arc<str>, SystemTime)>) {
        for (name, at) in removed {
            self.verifier.revoked().end(&[Ground::App(name)], at, at + LONGEST);
        }
    }

    pub(super) fn token(&self, id: &str) {
        self.verifier.revoke(&[Ground::Token(id.into())], LONGEST);
    }
}

impl idp::sessions::Ends for Ends {
    fn session(&self, id: SessionId, _until: SystemTime) {
        self.verifier.revoke(&[Ground::Session(id.to_string().into())], LONGEST);
    }

    fn grant(&self, id: GrantId, _until: SystemTime) {
        self.grants([id]);
    }
}

impl idp::oauth::Revocations for Ends {
    fn grants_ended(&self, grants: &[GrantId], _until: SystemTime) {
        self.grants(grants.iter().copied());
    }

    fn app_ended(&self, name: &str) {
        self.verifier.revoke(&[Ground::App(name.into())], LONGEST);
    }

    fn token_ended(&self, id: &str, _until: SystemTime) {
        self.token(id);
    }
}

impl idp::accounts::people::Endings for Ends {
    fn all_of(&self, user: UserId, _now: SystemTime) {
        self.verifier.revoke(&[Ground::User(user.to_string().into())], LONGEST);
    }

    fn sign_in(&self, _user: UserId, id: SignInId, now: SystemTime) {
        let ends = self.clone();
        tokio::spawn(async move {
            // Where the store does not answer, tokens of that browser end by themselves within minutes.
            if let Ok(ended) = ends.protocol.end_of_sign_in(id, now).await {
                ends.grants(ended);
            }
        });
    }
}
