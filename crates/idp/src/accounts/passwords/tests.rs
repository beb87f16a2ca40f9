//! What the pool computes, and what it refuses when there is too much.

use std::sync::Arc;
use std::time::Duration;

use model::SystemClock;

use super::{Password, PasswordHash, Passwords, PoolError, PoolSettings, Weakness, Work};

fn pool(threads: usize, queue: usize, patience: Duration) -> Passwords {
    let settings = PoolSettings { threads, queue, patience, work: Work::LEAST };
    Passwords::start(settings, Arc::new(SystemClock)).unwrap()
}

fn usual() -> Passwords {
    pool(1, 8, Duration::from_secs(60))
}

fn typed(text: &str) -> Password {
    Password::shown(text).unwrap()
}

#[tokio::test]
async fn a_password_is_compared_with_its_hash() {
    let pool = usual();
    let hash = pool.make(typed("rain tin roof lantern"), Vec::new()).await.unwrap().unwrap();
    let verdict = async |text, hash| pool.compare(typed(text), hash).await.unwrap();
    let right = verdict("rain tin roof lantern", Some(hash.clone())).await;
    assert!(right.right && right.renewed.is_none());
    assert!(!verdict("rain tin roof", Some(hash)).await.right);
}

#[tokio::test]
async fn an_unknown_account_costs_one_hash_as_a_known_one_does() {
    let pool = usual();
    let hash = pool.make(typed("rain tin roof lantern"), Vec::new()).await.unwrap().unwrap();
    let before = pool.hashes();
    pool.compare(typed("wrong"), Some(hash)).await.unwrap();
    let known = pool.hashes() - before;
    assert!(!pool.compare(typed("wrong"), None).await.unwrap().right);
    assert_eq!((known, pool.hashes() - before - known), (1, 1));
}

#[tokio::test]
async fn a_right_password_with_a_weaker_hash_gets_a_stronger_one() {
    let pool = Passwords::start(
        PoolSettings {
            threads: 1,
            queue: 8,
            patience: Duration::from_secs(60),
            work: Work { memory_kib: 16, passes: 2 },
        },
        Arc::new(SystemClock),
    )
    .unwrap();
    let weak = PasswordHash::make("rain tin roof lantern", Work::LEAST, &mut Vec::new()).unwrap();
    let verdict = pool.compare(typed("rain tin roof lantern"), Some(weak.clone())).await.unwrap();
    let renewed = verdict.renewed.unwrap();
    assert_eq!(renewed.work(), Work { memory_kib: 16, passes: 2 });
    assert!(pool.compare(typed("rain tin roof lantern"), Some(renewed)).await.unwrap().right);
    assert!(pool.compare(typed("wrong"), Some(weak)).await.unwrap().renewed.is_none());
}

#[tokio::test]
async fn a_weak_password_is_not_hashed() {
    let pool = usual();
    let made = pool.make(typed("password1"), Vec::new()).await.unwrap();
    assert!(matches!(made, Err(Weakness::Guessable(_))));
    assert_eq!(pool.hashes(), 0);
}

#[tokio::test]
async fn whoever_waited_too_long_is_told_to_come_again_and_nothing_is_computed() {
    let pool = pool(1, 8, Duration::ZERO);
    assert_eq!(pool.compare(typed("any"), None).await.unwrap_err(), PoolError::Busy);
    assert_eq!(pool.hashes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_queue_a_job_is_refused_and_none_is_lost() {
    let pool = Arc::new(pool(1, 2, Duration::from_secs(60)));
    let many: Vec<_> = (0..200)
        .map(|_| {
            let pool = Arc::clone(&pool);
            tokio::spawn(async move { pool.compare(typed("any"), None).await.map(|verdict| verdict.right) })
        })
        .collect();
    let mut answered = 0;
    for one in many {
        match one.await.unwrap() {
            Ok(right) => {
                assert!(!right);
                answered += 1;
            }
            Err(error) => assert_eq!(error, PoolError::Busy),
        }
    }
    assert!(answered > 0);
    assert_eq!(pool.hashes(), answered, "each answer was computed, and nothing that was refused");
}

#[tokio::test]
async fn a_dropped_question_is_not_computed() {
    let pool = usual();
    // The queue is first in, first out with one thread: what comes after is answered after.
    let gone = pool.compare(typed("any"), None);
    drop(gone);
    pool.compare(typed("any"), None).await.unwrap();
    assert_eq!(pool.hashes(), 1);
}

#[tokio::test]
async fn the_threads_give_way_to_others() {
    let pool = usual();
    pool.compare(typed("any"), None).await.unwrap();
    let stats: Vec<String> = std::fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("stat")).ok())
        .filter(|stat| stat.contains("(passwords-0)"))
        .collect();
    // proc(5): after the name in parentheses come state, and as the 17th field after it, nice.
    let nice = |stat: &String| stat.rsplit_once(')').unwrap().1.split_whitespace().nth(16).unwrap().to_owned();
    assert!(!stats.is_empty());
    assert!(stats.iter().all(|stat| nice(stat) == "10"), "{stats:?}");
}
