//! Questions of the data threads, put on the control side: so many at once, and each once for all who want to know.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use auth::{Ask, Asked, Told, Verifier};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// Questions that wait to be taken up; more are told so at once.
const WAITING: usize = 1_024;
/// Questions that are looked into at once.
const AT_ONCE: usize = 256;
/// How long one is looked into.
const LONGEST: Duration = Duration::from_secs(5);

/// Where questions are put.
#[derive(Default)]
pub(super) struct Asking {
    /// Set once, when the house is put together; without it nobody is asked.
    connected: OnceLock<mpsc::Sender<Wanted>>,
}

/// A question, and where its answer goes.
struct Wanted {
    asked: Asked,
    done: oneshot::Sender<Told>,
}

impl Asking {
    pub(super) fn connect(&self, who: Arc<dyn Ask>, verifier: Arc<Verifier>, runtime: &Handle) {
        let (sender, receiver) = mpsc::channel(WAITING);
        if self.connected.set(sender).is_ok() {
            let desk = Desk { who, verifier, under_way: Vec::new(), next: 0, looking: JoinSet::new() };
            runtime.spawn(desk.run(receiver));
        }
    }

    pub(super) async fn ask(&self, asked: Asked) -> Told {
        let Some(sender) = self.connected.get() else { return unavailable("nobody is asked in this house") };
        let (done, told) = oneshot::channel();
        if sender.try_send(Wanted { asked, done }).is_err() {
            return unavailable("too many wait for an answer");
        }
        told.await.unwrap_or_else(|_| unavailable("whoever was asked has gone"))
    }
}

fn unavailable(why: &str) -> Told {
    Told::Unavailable(why.into())
}

/// Takes questions up and gives answers out.
struct Desk {
    who: Arc<dyn Ask>,
    verifier: Arc<Verifier>,
    under_way: Vec<UnderWay>,
    next: u64,
    looking: JoinSet<(u64, Told)>,
}

struct UnderWay {
    number: u64,
    asked: Asked,
    waiting: Vec<oneshot::Sender<Told>>,
}

impl Desk {
    async fn run(mut self, mut receiver: mpsc::Receiver<Wanted>) {
        loop {
            tokio::select! {
                wanted = receiver.recv() => match wanted {
                    Some(wanted) => self.take_up(wanted),
                    // The house is gone; whoever still waited is gone with it.
                    None => return,
                },
                Some(found) = self.looking.join_next(), if !self.looking.is_empty() => match found {
                    Ok((number, told)) => self.give_out(number, &told),
                    Err(error) => self.give_up(&error),
                },
            }
        }
    }

    fn take_up(&mut self, Wanted { asked, done }: Wanted) {
        if let Some(same) = self.under_way.iter_mut().find(|one| one.asked.is_same(&asked)) {
            return same.waiting.push(done);
        }
        if self.under_way.len() >= AT_ONCE {
            let _ = done.send(unavailable("too many are being asked about"));
            return;
        }
        self.next += 1;
        let number = self.next;
        self.under_way.push(UnderWay { number, asked: asked.clone(), waiting: vec![done] });
        let who = Arc::clone(&self.who);
        self.looking.spawn(async move {
            let told = tokio::time::timeout(LONGEST, who.ask(asked)).await;
            (number, told.unwrap_or_else(|_| unavailable("no answer came in time")))
        });
    }

    fn give_out(&mut self, number: u64, told: &Told) {
        let Some(at) = self.under_way.iter().position(|one| one.number == number) else { return };
        let one = self.under_way.swap_remove(at);
        // Before anybody hears of it, so that the next request need not ask.
        if let (Told::Holds(verified), Asked::Session(fingerprint, _) | Asked::Token(fingerprint, _)) =
            (told, &one.asked)
        {
            self.verifier.remember(*fingerprint, verified);
        }
        for waiting in one.waiting {
            let _ = waiting.send(told.clone());
        }
    }

    /// Whoever was asked panicked, and which question it was is not known: all that nobody looks into any more are
    /// given up, which at worst makes some ask again.
    fn give_up(&mut self, error: &tokio::task::JoinError) {
        let told = Told::Unavailable(format!("whoever was asked failed: {error}").into());
        for one in self.under_way.drain(..) {
            for waiting in one.waiting {
                let _ = waiting.send(told.clone());
            }
        }
        self.looking.abort_all();
        self.looking = JoinSet::new();
    }
}

#[cfg(test)]
mod tests;
