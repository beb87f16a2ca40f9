//! The issuers that are not ours, joined to the doors: whose tokens are believed, and who finds out what the data
//! threads cannot know of these.

mod noun;

use std::sync::Arc;

use auth::{Ask, Asked, Telling, Told, Verifier};
use idp::issuers::{Following, Foreign, ForeignSettings, Tell};
use model::SystemClock;
use tokio::sync::watch;

use crate::terminal::Terminal;
use noun::IssuersNoun;

/// The issuers of the configuration that runs, and who believes them; nothing before the house is open.
pub(super) type Running = Option<(Arc<Foreign>, Arc<Verifier>)>;

/// The issuers of the configuration that runs.
pub(super) struct ForeignIssuers {
    verifier: Arc<Verifier>,
    runs: watch::Sender<Running>,
    /// Ends where others are followed instead.
    following: Option<Following>,
    tell: Tell,
}

/// Where it is told which issuers run, before any do.
pub(super) fn office() -> watch::Sender<Running> {
    watch::Sender::new(None)
}

/// The noun of the admin socket that is asked about those that are told there.
pub(super) fn noun(office: &watch::Sender<Running>) -> Arc<dyn admin::Noun> {
    Arc::new(IssuersNoun { runs: office.subscribe() })
}

impl ForeignIssuers {
    /// None yet.
    pub(super) fn new(verifier: Arc<Verifier>, runs: watch::Sender<Running>, terminal: &Terminal) -> Self {
        let terminal = terminal.clone();
        let tell: Tell = Arc::new(move |name, why| match why {
            Some(why) => terminal.warn(format_args!("the issuer `{name}` does not say what its keys are: {why}")),
            None => terminal.say(format_args!("the issuer `{name}` says what its keys are again")),
        });
        Self { verifier, runs, following: None, tell }
    }

    /// Those of a configuration, from now on. What was learnt of one that stays is known still. Must be called within
    /// the runtime that asks them.
    pub(super) fn believe(&mut self, settings: Vec<ForeignSettings>) {
        if settings.is_empty() && self.following.is_none() {
            return;
        }
        let before = self.runs.borrow().clone();
        let before = before.as_ref().map(|(foreign, _)| &**foreign);
        let foreign = Arc::new(Foreign::new(settings, before, Arc::new(SystemClock)));
        foreign.believed_by(&self.verifier);
        self.following = Some(foreign.follow(&self.verifier, &self.tell));
        self.runs.send_replace(Some((foreign, Arc::clone(&self.verifier))));
    }

    /// Whom data threads ask about tokens.
    pub(super) fn tokens(&self) -> Arc<dyn Ask> {
        Arc::new(Tokens { runs: self.runs.subscribe() })
    }
}

/// Answers what data threads ask of tokens.
struct Tokens {
    runs: watch::Receiver<Running>,
}

impl Ask for Tokens {
    fn ask(&self, asked: Asked) -> Telling<'_> {
        let runs = self.runs.borrow().clone();
        Box::pin(async move {
            let Some((foreign, verifier)) = runs else { return Told::Unknown };
            match asked {
                Asked::Keys(name) => foreign.look_for_keys(&name, &verifier).await,
                Asked::Token(_, text) => foreign.introspect(text.expose(), &verifier).await,
                Asked::Session(..) => Told::Unknown,
            }
        })
    }
}
