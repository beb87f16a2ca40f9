//! `store restore` while the gateway runs: a copy takes the place of the store between this process and one that follows.
//!
//! ```text
//! this process                             the one that follows
//! has the copy ready, looked at
//! starts it, with the doors of this one    serves, and waits for the store
//! lets what was begun end
//! puts the copy in place, lets go of it    opens it, and knows nothing of what was before
//! answers, drains, ends
//! ```
//!
//! What this process remembers would contradict the copy: keys, sessions, tokens, what was revoked and what it signs
//! with. So it does not go on with the copy, and nothing has to be forgotten piece by piece. What can fail comes before
//! the store is touched; as long as the copy is not in its place the store is as it was.

use std::path::PathBuf;

use admin::{NounError, NounFailure, NounOutcome};
use serde_json::Map;
use store::StoreError;
use store::identity::restore::SignIns;
use tokio::sync::oneshot;

use super::kept::told;
use super::{House, LETTING_GO};
use crate::commands::restored;
use crate::handover::Successor;

/// What is to be brought back.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) file: PathBuf,
    pub(crate) sign_ins: SignIns,
}

/// That, and where to say what became of it.
pub(crate) type Asked = (Wanted, oneshot::Sender<NounOutcome>);

impl House {
    /// Brings a copy back. Where another process serves now, this one has to end, whatever became of the copy.
    ///
    /// # Errors
    /// Everything is as it was, and this process goes on.
    pub(super) async fn restore(&mut self, wanted: Wanted) -> Result<(Successor, NounOutcome), NounError> {
        let prepared = self.kept.prepare(wanted.file).await.map_err(|error| match error {
            StoreError::Missing { .. } => told(&error).help("end the gateway, restore, and start it again"),
            other => told(&other),
        })?;
        let successor = self.upgrade(admin::Upgrade::default()).await.map_err(|why| {
            let message = format!("no process follows this one with the copy: {why}");
            NounError::new(NounFailure::Conflict, admin::CODE_NOT_UPGRADED, message).help("the store is as it was")
        })?;
        tokio::time::sleep(LETTING_GO).await;
        self.believed.stop();
        let outcome = self.kept.give_way(prepared, wanted.sign_ins).await;
        if outcome.is_ok() && wanted.sign_ins == SignIns::End {
            // Also what is under way here on the ground of it.
            self.gateway.identification().verifier().revoke_all();
        }
        let outcome = match outcome {
            Ok(given) => {
                let mut members: Map<_, _> = restored(&given);
                members.insert("pid".to_owned(), successor.pid().into());
                Ok(members)
            }
            Err(error) => Err(told(&error).help("the store is as it was; another process serves with it")),
        };
        Ok((successor, outcome))
    }
}
