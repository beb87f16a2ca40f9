//! One provider: what it says of itself and its keys, fetched when somebody signs in by it and remembered for a while.

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::Clock;
use tokio::sync::Mutex;

use super::ExternalSettings;
use super::error::{ExternalError, Silence};
use crate::issuers::{ForeignError, Learnt, learn_of};

/// What was learnt is used for so long at most, where nothing newer can be had.
const KEPT: Duration = Duration::from_hours(24);
/// However seldom its keys change by its own word.
const AGAIN_AT_MOST: Duration = Duration::from_hours(1);
/// A provider that failed is not asked again before.
const PAUSE: Duration = Duration::from_secs(5);
/// Nor one whose keys did not fit; one that had none may have made its first key for this very token.
const PAUSE_FOR_KEYS: Duration = Duration::from_secs(30);

/// A provider.
pub(super) struct Known {
    settings: ExternalSettings,
    clock: Arc<dyn Clock>,
    /// Held while the provider is asked: whoever comes meanwhile waits for the same answer.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    learnt: Option<(Instant, Arc<Learnt>)>,
    failed: Option<(Instant, Arc<ForeignError>)>,
}

impl Known {
    pub(super) fn new(settings: ExternalSettings, clock: Arc<dyn Clock>) -> Self {
        Self { settings, clock, state: Mutex::default() }
    }

    pub(super) const fn settings(&self) -> &ExternalSettings {
        &self.settings
    }

    /// Its metadata and keys.
    pub(super) async fn learnt(&self) -> Result<Arc<Learnt>, ExternalError> {
        let mut state = self.state.lock().await;
        let now = self.clock.now();
        let fresh = |at: Instant, learnt: &Learnt| now < at + learnt.again.min(AGAIN_AT_MOST);
        match &state.learnt {
            Some((at, learnt)) if fresh(*at, learnt) => Ok(Arc::clone(learnt)),
            _ => self.ask(&mut state).await,
        }
    }

    /// The same, once more: a token is signed by a key that was not there. What is younger than a moment is as new as
    /// can be had.
    pub(super) async fn learnt_again(&self) -> Result<Arc<Learnt>, ExternalError> {
        let mut state = self.state.lock().await;
        let now = self.clock.now();
        match &state.learnt {
            Some((at, learnt)) if !learnt.keys.is_empty() && now < *at + PAUSE_FOR_KEYS => Ok(Arc::clone(learnt)),
            _ => self.ask(&mut state).await,
        }
    }

    async fn ask(&self, state: &mut State) -> Result<Arc<Learnt>, ExternalError> {
        let now = self.clock.now();
        let resting = state.failed.as_ref().filter(|(at, _)| now < *at + PAUSE).map(|(_, error)| Arc::clone(error));
        let error = match resting {
            Some(error) => error,
            None => {
                let ExternalSettings { iss, discovery, algorithms, outside, .. } = &self.settings;
                match learn_of(iss, discovery, algorithms, outside.as_outside()).await {
                    Ok(learnt) => {
                        let learnt = Arc::new(learnt);
                        *state = State { learnt: Some((now, Arc::clone(&learnt))), failed: None };
                        return Ok(learnt);
                    }
                    Err(error) => {
                        let error = Arc::new(error);
                        state.failed = Some((now, Arc::clone(&error)));
                        error
                    }
                }
            }
        };
        match &state.learnt {
            Some((at, learnt)) if now < *at + KEPT => Ok(Arc::clone(learnt)),
            _ => Err(Silence(error).into()),
        }
    }
}
