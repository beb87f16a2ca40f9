//! Who of a crowd asks the service, what the others hear, and that nobody waits for nothing.

use std::sync::Barrier;
use std::sync::atomic::AtomicBool;
use std::task::Wake;

use wire::RequestHead;

use super::*;
use crate::specimen::{Shop, answer, request};
use crate::{Crowd, Found, Look, Pending, Settled};

const FRESH: &[(&str, &str)] = &[("cache-control", "max-age=60")];

/// Knows whether it was woken.
#[derive(Default)]
struct Bell(AtomicBool);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Bell {
    fn rang(&self) -> bool {
        self.0.swap(false, Ordering::SeqCst)
    }
}

fn poll(waiting: &mut Waiting, bell: &Arc<Bell>, now: Instant) -> Option<Awaited> {
    match waiting.poll(&mut Context::from_waker(&Waker::from(Arc::clone(bell))), now) {
        Poll::Ready(awaited) => Some(awaited),
        Poll::Pending => None,
    }
}

impl Shop {
    fn joins(&self, head: &RequestHead) -> Pending {
        match self.look_as(head, Crowd::Join) {
            Look::Ask(pending) => pending,
            other => panic!("{other:?}"),
        }
    }

    fn waits(&self, head: &RequestHead) -> Waiting {
        match self.look_as(head, Crowd::Join) {
            Look::Wait(waiting) => waiting,
            other => panic!("{other:?}"),
        }
    }

    fn finds(&self, head: &RequestHead, crowd: Crowd) -> Option<Found> {
        match self.look_as(head, crowd) {
            Look::Fresh(found) => Some(found),
            _ => None,
        }
    }
}

#[test]
fn one_asks_and_the_others_are_woken_once_its_answer_is_stored() {
    let shop = Shop::new();
    let get = request("GET", "/", &[]);
    let pending = shop.joins(&get);
    let mut crowd: Vec<_> = (0..5).map(|_| (shop.waits(&get), Arc::new(Bell::default()))).collect();
    for (waiting, bell) in &mut crowd {
        assert_eq!(poll(waiting, bell, shop.moment().now), None);
    }
    let Settled::Keep(mut keeping) = shop.settle(pending, &get, &answer(200, FRESH, "hello")) else { panic!() };
    assert!(keeping.take_in(b"hello"));
    assert!(crowd.iter().all(|(_, bell)| !bell.rang()), "there is nothing to be had yet");
    keeping.finish(&shop.store, shop.moment().now);
    for (waiting, bell) in &mut crowd {
        assert!(bell.rang());
        assert_eq!(poll(waiting, bell, shop.moment().now), Some(Awaited::Ended));
    }
    assert!(shop.finds(&get, Crowd::after(Awaited::Ended)).is_some());
    // The slot is free again.
    drop(shop.joins(&request("GET", "/other", &[])));
}

#[test]
fn another_address_another_kind_of_caller_and_who_wants_something_special_do_not_wait() {
    let mut shop = Shop::new();
    let get = request("GET", "/", &[]);
    let _pending = shop.joins(&get);
    drop(shop.joins(&request("GET", "/other", &[])));
    for line in [("cache-control", "no-cache"), ("cache-control", "max-age=5")] {
        drop(shop.joins(&request("GET", "/", &[line])));
    }
    // A part and a HEAD are answered from the whole once it is there, and do not ask for it.
    drop(shop.waits(&request("GET", "/", &[("range", "bytes=0-1")])));
    drop(shop.waits(&request("HEAD", "/", &[])));
    shop.known = true;
    drop(shop.joins(&get));
}

#[test]
fn who_asks_for_a_part_asks_for_nobody_else() {
    let shop = Shop::new();
    let _part = shop.joins(&request("GET", "/", &[("range", "bytes=0-1")]));
    let _other = shop.joins(&request("GET", "/", &[("if-none-match", "\"a\"")]));
    let _head = shop.joins(&request("HEAD", "/", &[]));
    let _whole = shop.joins(&request("GET", "/", &[]));
    drop(shop.waits(&request("GET", "/", &[])));
}

#[test]
fn who_goes_away_hands_over_to_one_of_those_who_wait() {
    let shop = Shop::new();
    let get = request("GET", "/", &[]);
    for at in 0..2 {
        let pending = shop.joins(&get);
        let (mut waiting, bell) = (shop.waits(&get), Arc::new(Bell::default()));
        assert_eq!(poll(&mut waiting, &bell, shop.moment().now), None);
        if at == 0 {
            drop(pending);
        } else {
            // In the middle of the answer.
            let Settled::Keep(keeping) = shop.settle(pending, &get, &answer(200, FRESH, "hello")) else { panic!() };
            drop(keeping);
        }
        assert!(bell.rang());
        assert_eq!(poll(&mut waiting, &bell, shop.moment().now), Some(Awaited::HandedOver));
        let next = shop.joins(&get);
        drop(shop.waits(&get));
        drop(next);
    }
}

#[test]
fn where_an_answer_is_of_no_use_to_others_nobody_waits_for_a_while() {
    for lines in [
        &[("cache-control", "private, max-age=60")][..],
        &[("cache-control", "max-age=60"), ("set-cookie", "a=b")],
        &[("cache-control", "no-store")],
        &[],
        // Kept, and never given without asking.
        &[("cache-control", "no-cache"), ("etag", "\"a\"")],
        &[("cache-control", "max-age=0"), ("etag", "\"a\"")],
    ] {
        let mut shop = Shop::new();
        let get = request("GET", "/", &[]);
        let pending = shop.joins(&get);
        let (mut waiting, bell) = (shop.waits(&get), Arc::new(Bell::default()));
        assert_eq!(poll(&mut waiting, &bell, shop.moment().now), None);
        if let Settled::Keep(keeping) = shop.settle(pending, &get, &answer(200, lines, "")) {
            keeping.finish(&shop.store, shop.moment().now);
        }
        assert!(bell.rang());
        assert_eq!(poll(&mut waiting, &bell, shop.moment().now), Some(Awaited::Ended), "{lines:?}");
        // Each asks for itself, at once.
        let _several = [shop.joins(&get), shop.joins(&get), shop.joins(&get)];
        shop.wait(31);
        let before = shop.joins(&get);
        if before.is_stale() && lines.iter().any(|(_, value)| *value == "no-cache") {
            continue;
        }
        drop(shop.waits(&get));
    }
}

#[test]
fn an_answer_that_is_too_large_or_takes_too_long_is_not_waited_for() {
    let mut shop = Shop::sized(64 * 1024);
    let get = request("GET", "/", &[]);
    let chunked: &[_] = &[("cache-control", "max-age=60"), ("transfer-encoding", "chunked")];
    let pending = shop.joins(&get);
    let (mut waiting, bell) = (shop.waits(&get), Arc::new(Bell::default()));
    assert_eq!(poll(&mut waiting, &bell, shop.moment().now), None);
    let Settled::Keep(mut keeping) = shop.settle(pending, &get, &answer(200, chunked, "")) else { panic!() };
    while keeping.take_in(&[b'x'; 1000]) {}
    keeping.give_up(shop.moment().now);
    assert_eq!(poll(&mut waiting, &bell, shop.moment().now), Some(Awaited::Ended));

    let slow = request("GET", "/slow", &[]);
    let pending = shop.joins(&slow);
    let mut waiting = shop.waits(&slow);
    let Settled::Keep(_keeping) = shop.settle(pending, &slow, &answer(200, chunked, "")) else { panic!() };
    assert_eq!(poll(&mut waiting, &bell, shop.moment().now), None);
    shop.wait(3);
    assert_eq!(poll(&mut waiting, &bell, shop.moment().now), Some(Awaited::Ended));
    // Another may lead now; the slow one does not end its fetch.
    let next = shop.joins(&slow);
    drop(_keeping);
    drop(shop.waits(&slow));
    drop(next);
}

#[test]
fn a_service_that_fails_sends_everybody_on_or_what_is_stale_stands_in() {
    let mut shop = Shop::new();
    let get = request("GET", "/", &[]);
    let stale = answer(200, &[("cache-control", "max-age=10, stale-if-error=600"), ("etag", "\"a\"")], "old");
    for has_old in [false, true] {
        if has_old {
            assert!(shop.fetch(&get, &stale, "old"));
            shop.wait(60);
        }
        let mut pending = shop.joins(&get);
        let mut waiting = shop.waits(&get);
        let bell = Arc::new(Bell::default());
        assert_eq!(poll(&mut waiting, &bell, shop.moment().now), None);
        pending.failed();
        assert_eq!(poll(&mut waiting, &bell, shop.moment().now), Some(Awaited::Failed));
        let next = shop.look_as(&get, Crowd::after(Awaited::Failed));
        assert_eq!(matches!(next, Look::StandIn(_)), has_old, "{next:?}");
        assert_eq!(matches!(next, Look::Ask(_)), !has_old);
        // It is asked again by the next crowd.
        drop(shop.joins(&get));
    }
}

#[test]
fn what_was_validated_is_there_for_those_who_waited() {
    let mut shop = Shop::new();
    let get = request("GET", "/", &[]);
    assert!(shop.fetch(&get, &answer(200, &[("cache-control", "max-age=10"), ("etag", "\"a\"")], "a"), "a"));
    shop.wait(60);
    // A caller's own condition is not what the service is asked with.
    let conditional = request("GET", "/", &[("if-none-match", "\"b\"")]);
    let pending = shop.joins(&conditional);
    let mut waiting = shop.waits(&get);
    let not_modified = answer(304, &[("cache-control", "max-age=10"), ("etag", "\"a\"")], "");
    assert!(matches!(shop.settle(pending, &conditional, &not_modified), Settled::Holds(_)));
    assert_eq!(poll(&mut waiting, &Arc::new(Bell::default()), shop.moment().now), Some(Awaited::Ended));
    assert!(shop.finds(&get, Crowd::Leave).is_some());
}

#[test]
fn so_many_wait_and_the_next_ask_for_themselves() {
    let shop = Shop::new();
    let get = request("GET", "/", &[]);
    let _pending = shop.joins(&get);
    let bell = Arc::new(Bell::default());
    let mut crowd: Vec<_> = (0..WAITING_AT_MOST).map(|_| shop.waits(&get)).collect();
    assert!(crowd.iter_mut().all(|waiting| poll(waiting, &bell, shop.moment().now).is_none()));
    // To be polled again takes no second place.
    assert!(crowd.iter_mut().all(|waiting| poll(waiting, &bell, shop.moment().now).is_none()));
    assert_eq!(poll(&mut shop.waits(&get), &bell, shop.moment().now), Some(Awaited::Ended));
}

#[test]
fn of_many_threads_exactly_one_asks_and_every_other_hears_of_it() {
    const THREADS: usize = 8;
    for round in 0..50 {
        let shop = Shop::new();
        let (shop, barrier) = (&shop, Barrier::new(THREADS));
        let asked: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|_| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        let get = request("GET", "/", &[]);
                        barrier.wait();
                        match shop.look_as(&get, Crowd::Join) {
                            Look::Ask(pending) => {
                                let reply = answer(200, FRESH, "");
                                let Settled::Keep(keeping) = shop.settle(pending, &get, &reply) else { panic!() };
                                keeping.finish(&shop.store, shop.moment().now);
                                1
                            }
                            Look::Wait(mut waiting) => {
                                let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
                                let mut context = Context::from_waker(&waker);
                                while waiting.poll(&mut context, shop.moment().now).is_pending() {
                                    std::thread::park();
                                }
                                assert!(shop.finds(&get, Crowd::Leave).is_some());
                                0
                            }
                            Look::Fresh(_) => 0,
                            other => panic!("{other:?}"),
                        }
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).sum()
        });
        assert_eq!(asked, 1, "round {round}");
    }
}

struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

const LATE: &[(&str, &str)] = &[("cache-control", "max-age=10, stale-while-revalidate=30"), ("etag", "\"a\"")];

#[test]
fn what_is_stale_is_given_for_a_while_and_one_asks_for_another_meanwhile() {
    let mut shop = Shop::new();
    let get = request("GET", "/", &[]);
    assert!(shop.fetch(&get, &answer(200, LATE, "old"), "old"));
    shop.wait(20);
    let Look::Meanwhile(found, Some(pending)) = shop.look_as(&get, Crowd::Join) else { panic!() };
    assert_eq!(shop.given(&found, &get).1, b"old");
    assert!(pending.condition().is_some());
    for head in [&get, &request("GET", "/", &[("range", "bytes=0-1")]), &request("HEAD", "/", &[])] {
        assert!(matches!(shop.look_as(head, Crowd::Join), Look::Meanwhile(_, None)));
    }
    // Who says when it was made, or that it must be asked about, is heard.
    for wish in ["no-cache", "max-age=5", "min-fresh=1"] {
        drop(shop.joins(&request("GET", "/", &[("cache-control", wish)])));
    }
    // A refresh that fails leaves it to the next, and to the end of the while.
    let mut failed = pending;
    failed.failed();
    let Look::Meanwhile(_, Some(pending)) = shop.look_as(&get, Crowd::Join) else { panic!() };
    let Settled::Keep(mut keeping) = shop.settle(*pending, &get, &answer(200, LATE, "new")) else { panic!() };
    assert!(keeping.take_in(b"new"));
    keeping.finish(&shop.store, shop.moment().now);
    assert_eq!(shop.given(&shop.finds(&get, Crowd::Join).expect("fresh"), &get).1, b"new");
    shop.wait(41);
    drop(shop.joins(&get));
}

#[test]
fn nothing_is_given_late_where_the_service_or_the_file_says_no() {
    for word in ["must-revalidate", "proxy-revalidate", "s-maxage=10", "no-cache"] {
        let mut shop = Shop::new();
        let get = request("GET", "/", &[]);
        let says = format!("max-age=10, stale-while-revalidate=30, {word}");
        assert!(shop.fetch(&get, &answer(200, &[("cache-control", &says), ("etag", "\"a\"")], "old"), "old"));
        shop.wait(20);
        drop(shop.joins(&get));
    }
    let mut shop = Shop::new();
    let get = request("GET", "/", &[]);
    let says = [("cache-control", "max-age=86390, stale-while-revalidate=3600"), ("etag", "\"a\"")];
    assert!(shop.fetch(&get, &answer(200, &says, "old"), "old"));
    shop.wait(86_395);
    assert!(matches!(shop.look(&get), Look::Meanwhile(_, None)));
    shop.wait(6);
    drop(shop.joins(&get));
}
