//! Names are followed while the configuration runs. The time is paused; nothing is slept.

use std::sync::atomic::{AtomicUsize, Ordering};

use arc_swap::ArcSwapOption;

use super::*;
use crate::services::tests::settings;

/// Says what a test says; `None` is an error.
#[derive(Default)]
struct Told {
    answer: ArcSwapOption<Vec<SocketAddr>>,
    asked: AtomicUsize,
    hangs: bool,
}

impl Told {
    fn says(&self, last: &[u8]) {
        self.answer.store(Some(Arc::new(last.iter().map(|last| ([10, 0, 0, *last], 80).into()).collect())));
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Resolve for Told {
    fn lookup<'a>(&'a self, _: &'a str, _: u16) -> Lookup<'a> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let answer = self.answer.load_full();
        Box::pin(async move {
            if self.hangs {
                std::future::pending::<()>().await;
            }
            answer.map(|answer| answer.to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
        })
    }
}

fn named() -> Services {
    let mut service = settings("shop", &[]);
    service.origins = vec![Origin::Tcp { host: "shop.internal".into(), port: 80, tls: None, http: crate::Http::Auto }];
    Services::new(&[service], None, std::time::Instant::now())
}

fn total(services: &Services) -> usize {
    services.standing(std::time::Instant::now())[0].total
}

#[tokio::test(start_paused = true)]
async fn a_name_has_its_addresses_when_the_start_is_over_and_is_followed_from_then_on() {
    let (services, told) = (named(), Arc::new(Told::default()));
    told.says(&[1, 2]);
    let _keeper = Keeper::start(&services, Arc::clone(&told) as Arc<dyn Resolve>).await;
    assert_eq!((total(&services), told.asked()), (2, 1));
    told.says(&[1, 2, 3]);
    sleep(EVERY.mul_f32(1.3)).await;
    assert_eq!((total(&services), told.asked()), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn an_error_leaves_the_last_good_answer() {
    let (services, told) = (named(), Arc::new(Told::default()));
    told.says(&[1, 2]);
    let _keeper = Keeper::start(&services, Arc::clone(&told) as Arc<dyn Resolve>).await;
    told.answer.store(None);
    sleep(EVERY * 3).await;
    assert!(told.asked() > 2);
    assert_eq!(total(&services), 2);
}

#[tokio::test(start_paused = true)]
async fn a_resolver_that_hangs_holds_a_start_up_for_two_seconds_only() {
    let (services, told) = (named(), Arc::new(Told { hangs: true, ..Told::default() }));
    let began = Instant::now();
    let _keeper = Keeper::start(&services, Arc::clone(&told) as Arc<dyn Resolve>).await;
    assert_eq!(began.elapsed(), FIRST_ANSWERS_WITHIN);
    sleep(EVERY * 3).await;
    assert_eq!(told.asked(), 1, "one question at a time");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_fails_has_the_name_looked_up_at_once_and_not_more_often_than_once_a_second() {
    let (services, told) = (named(), Arc::new(Told::default()));
    told.says(&[1]);
    let _keeper = Keeper::start(&services, Arc::clone(&told) as Arc<dyn Resolve>).await;
    told.says(&[2]);
    sleep(Duration::from_millis(10)).await;
    for _ in 0..100 {
        services.iter().for_each(|shared| shared.doubts.send_replace(()));
        sleep(Duration::from_millis(50)).await;
    }
    assert!((4..=8).contains(&told.asked()), "{} times in five seconds", told.asked());
    assert_eq!(
        services.iter().next().expect("one").main.lineup()[0].address().to_owned(),
        crate::endpoint::Address::Tcp(([10, 0, 0, 2], 80).into(), crate::Http::Auto)
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_dropped_asks_no_more() {
    let (services, told) = (named(), Arc::new(Told::default()));
    drop(Keeper::start(&services, Arc::clone(&told) as Arc<dyn Resolve>).await);
    sleep(EVERY * 3).await;
    assert_eq!(told.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn addresses_written_as_such_are_never_looked_up() {
    let services = Services::new(&[settings("shop", &[1, 2])], None, std::time::Instant::now());
    let told = Arc::new(Told::default());
    let _keeper = Keeper::start(&services, Arc::clone(&told) as Arc<dyn Resolve>).await;
    sleep(EVERY * 3).await;
    assert_eq!(told.asked(), 0);
}
