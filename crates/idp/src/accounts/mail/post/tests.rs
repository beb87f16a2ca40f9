//! What becomes of mails when the server is away, refuses them, or never answers.

use std::future::{Future, pending, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model::Secret;

use super::{Letter, MailError, Mailer, Post, PostFull, ROOM};
use crate::accounts::Address;

/// Answers each try with the next of its answers.
struct Server {
    tries: AtomicU64,
    answer: fn(u64) -> Option<Result<(), MailError>>,
}

impl Mailer for Server {
    fn send<'a>(&'a self, _: &'a Letter) -> Pin<Box<dyn Future<Output = Result<(), MailError>> + Send + 'a>> {
        match (self.answer)(self.tries.fetch_add(1, Ordering::Relaxed)) {
            Some(answer) => Box::pin(ready(answer)),
            None => Box::pin(pending()),
        }
    }
}

fn server(answer: fn(u64) -> Option<Result<(), MailError>>) -> Arc<Server> {
    Arc::new(Server { tries: AtomicU64::new(0), answer })
}

fn letter() -> Letter {
    Letter { to: Address::parse("ada@shop.example").unwrap(), subject: "s".into(), text: Secret::new("t".into()) }
}

async fn outcome(server: Arc<Server>) -> (u64, (u64, u64)) {
    let post = Post::new(|_| {});
    post.accept(Arc::<Server>::clone(&server), ready(Some(letter()))).unwrap();
    post.idle().await;
    (server.tries.load(Ordering::Relaxed), post.figures())
}

#[tokio::test(start_paused = true)]
async fn a_mail_is_tried_again_while_the_server_is_away() {
    let away = |number| Some(if number < 2 { Err(MailError::Away("x".into())) } else { Ok(()) });
    assert_eq!(outcome(server(away)).await, (3, (1, 0)));
}

#[tokio::test(start_paused = true)]
async fn after_a_few_tries_a_mail_is_given_up() {
    assert_eq!(outcome(server(|_| Some(Err(MailError::Away("x".into()))))).await, (4, (0, 1)));
}

#[tokio::test(start_paused = true)]
async fn a_refused_mail_is_not_tried_again() {
    assert_eq!(outcome(server(|_| Some(Err(MailError::Refused("x".into()))))).await, (1, (0, 1)));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_left_after_a_while() {
    assert_eq!(outcome(server(|_| None)).await, (4, (0, 1)));
}

#[tokio::test(start_paused = true)]
async fn no_more_mails_are_on_their_way_than_there_is_room_for() {
    let (post, silent) = (Post::new(|_| {}), server(|_| None));
    for _ in 0..ROOM {
        post.accept(Arc::<Server>::clone(&silent), ready(Some(letter()))).unwrap();
    }
    assert_eq!(post.accept(Arc::<Server>::clone(&silent), ready(Some(letter()))), Err(PostFull));
    post.idle().await;
    assert_eq!(post.figures(), (0, u64::from(ROOM)));
    assert_eq!(post.accept(silent, ready(None)), Ok(()));
}
