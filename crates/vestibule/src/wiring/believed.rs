//! Whose tokens and sessions are believed: those of the provider in the box and those of the issuers that the file
//! names, and who finds out what the data threads cannot know of either.
//!
//! The two halves know nothing of each other: each says what is believed of its own, and the verifier of the doors
//! joins them. A change of the configuration, and the way back from one, change both together.

use std::sync::Arc;

use auth::{Ask, Asked, Telling};
use gateway::Identification;
use idp::issuers::ForeignSettings;
use tokio::runtime::Handle;

use super::issuers::ForeignIssuers;
use super::provider::{Joined, Providers};

/// What a configuration says of those who are believed.
#[derive(Clone, Default)]
pub(crate) struct Believing {
    own: Option<Joined>,
    others: Vec<ForeignSettings>,
}

/// Those who are believed now.
pub(crate) struct Believed {
    providers: Providers,
    issuers: ForeignIssuers,
    runs: Believing,
}

impl Believing {
    /// What this plan says, taken out of it. The endpoints of its provider get somebody who answers, before the doors
    /// know of them.
    pub(crate) fn take(plan: &mut config::Plan) -> Self {
        Self { own: plan.identity.take().map(Providers::join), others: std::mem::take(&mut plan.issuers) }
    }
}

impl Believed {
    /// Those of the first configuration, and whom data threads ask about them. Must be called within a runtime.
    pub(crate) fn start(
        identification: &Identification,
        providers: Providers,
        issuers: ForeignIssuers,
        believing: Believing,
    ) -> Self {
        let asked = Knowing { sessions: providers.sessions(), tokens: issuers.tokens() };
        identification.connect(Arc::new(asked), &Handle::current());
        let mut believed = Self { providers, issuers, runs: Believing::default() };
        believed.run(believing);
        believed
    }

    /// Those of another configuration, now that it runs.
    pub(crate) fn run(&mut self, believing: Believing) {
        self.runs = believing.clone();
        self.issuers.believe(believing.others);
        self.providers.run(believing.own);
    }

    /// What is needed to go back to them.
    pub(crate) fn runs(&self) -> Believing {
        self.runs.clone()
    }

    /// Nothing is begun any more; what is under way is the doors' to wait for.
    pub(crate) fn stop(&mut self) {
        self.providers.stop();
    }
}

/// Answers what data threads ask: each question is one half's alone.
struct Knowing {
    sessions: Arc<dyn Ask>,
    tokens: Arc<dyn Ask>,
}

impl Ask for Knowing {
    fn ask(&self, asked: Asked) -> Telling<'_> {
        match &asked {
            Asked::Session(..) => self.sessions.ask(asked),
            Asked::Keys(name) if **name == *model::OWN_ISSUER => self.sessions.ask(asked),
            Asked::Token(..) | Asked::Keys(_) => self.tokens.ask(asked),
        }
    }
}
