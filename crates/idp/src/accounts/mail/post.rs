//! The way of a mail from whoever caused it to the mailer: bounded, tried again a few times, and out of sight.
//!
//! Whatever a mail needs (looking up an account, keeping a link) is done here as well, after the answer: so the answer
//! takes no longer for an address that is known, and a mail server that is away shows nothing.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::{Letter, MailError, Mailer};

/// Mails on their way at most, those included that wait for another try.
const ROOM: u32 = 256;
/// Mails that are handed over at a time.
const LINES: usize = 4;
/// One try, with look-up, handshake and all.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pauses before another try.
const PAUSES: [Duration; 3] = [Duration::from_secs(5), Duration::from_secs(60), Duration::from_secs(600)];

type OnLost = Box<dyn Fn(&MailError) + Send + Sync>;

/// The mails on their way.
pub struct Post {
    room: Arc<Semaphore>,
    lines: Semaphore,
    sent: AtomicU64,
    lost: AtomicU64,
    on_lost: OnLost,
}

/// As many mails are on their way as may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("too many mails are on their way")]
pub struct PostFull;

impl Post {
    /// None on its way yet; `on_lost` is told of each that is given up.
    #[must_use]
    pub fn new(on_lost: impl Fn(&MailError) + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            room: Arc::new(Semaphore::new(ROOM as usize)),
            lines: Semaphore::new(LINES),
            sent: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            on_lost: Box::new(on_lost),
        })
    }

    /// Does `work` in the background, and sends the mail that comes of it.
    ///
    /// Is called within a tokio runtime, which runs it.
    ///
    /// # Errors
    /// There is no room; nothing was done.
    pub fn accept(
        self: &Arc<Self>,
        mailer: Arc<dyn Mailer>,
        work: impl Future<Output = Option<Letter>> + Send + 'static,
    ) -> Result<(), PostFull> {
        let place = Arc::clone(&self.room).try_acquire_owned().map_err(|_| PostFull)?;
        let post = Arc::clone(self);
        tokio::spawn(async move {
            if let Some(letter) = work.await {
                post.deliver(&*mailer, &letter).await;
            }
            drop(place);
        });
        Ok(())
    }

    async fn deliver(&self, mailer: &dyn Mailer, letter: &Letter) {
        let mut pauses = PAUSES.into_iter();
        loop {
            let tried = {
                let _line = self.lines.acquire().await;
                let late = MailError::Away("it took too long".into());
                timeout(PATIENCE, mailer.send(letter)).await.unwrap_or(Err(late))
            };
            let error = match tried {
                Ok(()) => {
                    self.sent.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                Err(error) => error,
            };
            let again = if matches!(error, MailError::Away(_)) { pauses.next() } else { None };
            let Some(pause) = again else {
                self.lost.fetch_add(1, Ordering::Relaxed);
                (self.on_lost)(&error);
                return;
            };
            sleep(pause).await;
        }
    }

    /// Waits until no mail is on its way.
    pub async fn idle(&self) {
        let _all = self.room.acquire_many(ROOM).await;
    }

    /// How many were handed over, and how many given up, since the start.
    #[must_use]
    pub fn figures(&self) -> (u64, u64) {
        (self.sent.load(Ordering::Relaxed), self.lost.load(Ordering::Relaxed))
    }
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Post").field("room", &self.room).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
