//! Questions are asked once, and silence is an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use auth::{Ask, Asked, Fingerprint, Form, Telling, Told, Verified, Verifier};
use model::Caller;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::Asking;

/// Answers when it is let, and counts.
struct Slow {
    asked: AtomicUsize,
    gate: Semaphore,
}

impl Ask for Slow {
    fn ask(&self, _: Asked) -> Telling<'_> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let _place = self.gate.acquire().await;
            Told::Holds(Arc::new(Verified {
                caller: Caller::Anonymous,
                until: SystemTime::now() + Duration::from_secs(60),
                issued_at: SystemTime::now(),
                confirmation: None,
                resources: None,
                grounds: [].into(),
                session: None,
            }))
        })
    }
}

/// Never answers, or panics.
struct Bad(bool);

impl Ask for Bad {
    fn ask(&self, _: Asked) -> Telling<'_> {
        let panics = self.0;
        Box::pin(async move {
            assert!(!panics, "as it is meant to");
            std::future::pending().await
        })
    }
}

fn session(text: &str) -> Asked {
    Asked::Session(Fingerprint::of(Form::Session, text), "https://shop.example".into())
}

#[tokio::test]
async fn many_who_want_to_know_the_same_ask_once() {
    let who = Arc::new(Slow { asked: AtomicUsize::new(0), gate: Semaphore::new(0) });
    let asking = Asking::default();
    asking.connect(Arc::clone(&who) as Arc<dyn Ask>, Arc::new(Verifier::default()), &Handle::current());
    let all = async { tokio::join!(asking.ask(session("a")), asking.ask(session("a")), asking.ask(session("b"))) };
    let open = async {
        while who.asked.load(Ordering::Relaxed) < 2 {
            tokio::task::yield_now().await;
        }
        who.gate.add_permits(2);
    };
    let ((one, same, other), ()) = tokio::join!(all, open);
    assert!([one, same, other].iter().all(|told| matches!(told, Told::Holds(_))));
    assert_eq!(who.asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn nobody_to_ask_is_unavailable() {
    assert!(matches!(Asking::default().ask(session("a")).await, Told::Unavailable(_)));
}

#[tokio::test(start_paused = true)]
async fn silence_is_unavailable_after_a_while() {
    let asking = Asking::default();
    asking.connect(Arc::new(Bad(false)), Arc::new(Verifier::default()), &Handle::current());
    assert!(matches!(asking.ask(session("a")).await, Told::Unavailable(_)));
}

#[tokio::test]
async fn a_panic_is_unavailable_and_the_next_question_is_taken_up() {
    let asking = Asking::default();
    asking.connect(Arc::new(Bad(true)), Arc::new(Verifier::default()), &Handle::current());
    assert!(matches!(asking.ask(session("a")).await, Told::Unavailable(_)));
    assert!(matches!(asking.ask(session("b")).await, Told::Unavailable(_)));
}
