//! What goes on over reloads of who people and applications are: what was verified, what ended, and whom to ask.

mod asking;

use std::sync::Arc;

use auth::{Ask, Asked, Told, Verifier};
use tokio::runtime::Handle;

use asking::Asking;

/// Shared by all data threads, and by one configuration and the next.
#[derive(Default)]
pub struct Identification {
    verifier: Arc<Verifier>,
    asking: Asking,
}

impl Identification {
    /// One with this verifier.
    #[must_use]
    pub fn new(verifier: Arc<Verifier>) -> Self {
        Self { verifier, asking: Asking::default() }
    }

    /// Tokens and sessions, and what ended of them.
    #[must_use]
    pub const fn verifier(&self) -> &Arc<Verifier> {
        &self.verifier
    }

    /// Says who knows what cannot be known on a data thread, and where the asking is done. Only the first word counts.
    pub fn connect(&self, who: Arc<dyn Ask>, runtime: &Handle) {
        self.asking.connect(who, Arc::clone(&self.verifier), runtime);
    }

    /// Finds out; however long that takes is for the one who waits to bound.
    pub(crate) async fn ask(&self, asked: Asked) -> Told {
        self.asking.ask(asked).await
    }
}
