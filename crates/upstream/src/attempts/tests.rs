//! Attempts over real sockets: what is tried again, and what is left when the caller goes away at any point.

use std::future::{Future, poll_fn};
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use model::{Caller, OperationId, ServiceId};
use policy::{OperationRule, Permit, Rules};
use testkit::script::{self, Script};
use testkit::{Backend, Reply, port};
use wire::{Method, ResponseHead};

use super::*;
use crate::breaker::{BreakerSettings, BreakerState};
use crate::services::tests::settings;
use crate::{Balance, Pools, ServiceSettings, Services, Unwatched, Upstreams};

fn permit() -> Permit {
    let (api, operation, place) = ("shop".into(), "list".into(), "vestibule.yaml:1:1".into());
    let rule = OperationRule { api, operation, service: Some(ServiceId(0)), public: true, ways: Vec::new(), place };
    let rules = Rules::new(vec![rule]);
    rules
        .decide(OperationId(0), &Caller::Anonymous, Ipv4Addr::LOCALHOST.into(), std::time::SystemTime::UNIX_EPOCH)
        .expect("public")
}

fn request(method: Method, idempotent: bool) -> Outgoing {
    let name = if method == Method::Get { "GET" } else { "POST" };
    Outgoing {
        head: format!("{name} / HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\n\r\n").into_bytes(),
        method,
        body: None,
        upgrade: false,
        trailers: false,
        deadline: None,
        answer: Box::new(ResponseHead::new()),
        route: Routing { attempts: 1, idempotent, ..Routing::default() },
    }
}

struct Thread {
    services: Services,
    pools: Pools,
    upstreams: Upstreams,
}

impl Thread {
    fn new(settings: ServiceSettings) -> Self {
        let services = Services::new(&[settings], None, Instant::now());
        let pools = Pools::new(Rc::new(Unwatched));
        let upstreams = pools.resolve(&services);
        Self { services, pools, upstreams }
    }

    /// In turn, so that a test knows who is first.
    fn in_turn(ports: &[u16]) -> ServiceSettings {
        ServiceSettings { balance: Balance::RoundRobin, ..settings("shop", ports) }
    }

    async fn ask(&self, request: Outgoing) -> Result<Answer, UpstreamError> {
        let mut alarm = Alarm::new();
        alarm.set(Some(Instant::now() + Duration::from_secs(5)));
        self.upstreams.call(permit(), request, &mut alarm).await
    }

    async fn get(&self) -> Result<(u16, u8), UpstreamError> {
        self.ask(request(Method::Get, false)).await.map(|answer| (answer.head.status(), answer.retries))
    }

    async fn post(&self) -> Result<(u16, u8), UpstreamError> {
        self.ask(request(Method::Post, false)).await.map(|answer| (answer.head.status(), answer.retries))
    }

    fn assert_nothing_left(&self, when: &str) {
        assert_eq!(self.services.standing(Instant::now())[0].outstanding, 0, "{when}");
        assert_eq!(self.pools.counts().0, 0, "{when}");
    }
}

fn backend(script: Script) -> Backend {
    Backend::always(script)
}

fn well() -> Backend {
    Backend::saying("well")
}

#[tokio::test]
async fn what_refuses_connections_is_passed_over_whatever_the_method() {
    let good = well();
    let thread = Thread::new(Thread::in_turn(&[port::free(), good.address().port()]));
    assert_eq!(thread.post().await.expect("answered"), (200, 1));
    assert_eq!(thread.get().await.expect("answered").0, 200);
    thread.assert_nothing_left("after both");
}

#[tokio::test]
async fn what_breaks_off_or_is_unavailable_is_tried_elsewhere_only_if_idempotent() {
    for script in [script::reset(), script::close(), script::answer(Reply::status(503, "later"))] {
        let (bad, good) = (backend(script.clone()), well());
        let ports = [bad.address().port(), good.address().port()];
        let thread = Thread::new(Thread::in_turn(&ports));
        assert_eq!(thread.get().await.expect("answered"), (200, 1), "{script:?}");
        let thread = Thread::new(Thread::in_turn(&ports));
        match thread.post().await {
            Ok((status, retries)) => assert_eq!((status, retries), (503, 0)),
            Err(error) => assert!(matches!(error, UpstreamError::Silent), "{error}"),
        }
        assert_eq!(good.arrivals(), 1, "the post went nowhere else");
        let thread = Thread::new(Thread::in_turn(&ports));
        let answer = thread.ask(request(Method::Post, true)).await.expect("the author says that it may");
        assert_eq!((answer.head.status(), answer.retries), (200, 1));
        drop(answer);
        thread.assert_nothing_left("after a retry");
    }
}

#[tokio::test]
async fn an_attempt_that_is_over_is_followed_by_another_within_the_deadline() {
    let (silent, good) = (backend(script::hang()), well());
    let mut settings = Thread::in_turn(&[silent.address().port(), good.address().port()]);
    settings.attempt = Some(Duration::from_millis(50));
    let thread = Thread::new(settings.clone());
    assert_eq!(thread.get().await.expect("answered"), (200, 1));
    let thread = Thread::new(settings);
    assert!(matches!(thread.post().await, Err(UpstreamError::TimedOut)));
    thread.assert_nothing_left("after a timeout");
}

#[tokio::test]
async fn each_attempt_tells_what_is_left() {
    let (silent, good) = (backend(script::hang()), well());
    let mut settings = Thread::in_turn(&[silent.address().port(), good.address().port()]);
    settings.attempt = Some(Duration::from_millis(50));
    let mut outgoing = request(Method::Get, false);
    outgoing.deadline = Some(crate::Deadline::Plain(Instant::now() + Duration::from_secs(5)));
    assert_eq!(Thread::new(settings).ask(outgoing).await.expect("answered").retries, 1);
    let told = |backend: &Backend| -> u64 {
        let text = backend.requests()[0].head.text("vestibule-deadline-ms").expect("told").to_owned();
        text.parse().expect("a number")
    };
    let (first, second) = (told(&silent), told(&good));
    assert!(first <= 5000 && second <= first - 50, "{first} and then {second}");
}

#[tokio::test]
async fn no_more_attempts_are_made_than_the_file_says() {
    let all: Vec<_> = (0..4).map(|_| backend(script::close())).collect();
    let ports: Vec<_> = all.iter().map(|backend| backend.address().port()).collect();
    for attempts in [0, 1, 2] {
        let before: usize = all.iter().map(Backend::arrivals).sum();
        let mut settings = Thread::in_turn(&ports);
        settings.retries.attempts = Some(attempts);
        assert!(Thread::new(settings).get().await.is_err());
        let arrivals = all.iter().map(Backend::arrivals).sum::<usize>() - before;
        assert_eq!(arrivals, usize::from(attempts) + 1);
    }
}

#[tokio::test]
async fn retries_stay_within_their_budget() {
    // Half of them are ejected soon; what remains could be tried again each time.
    let all: Vec<_> = (0..4).map(|_| backend(script::close())).collect();
    let ports: Vec<_> = all.iter().map(|backend| backend.address().port()).collect();
    let mut settings = Thread::in_turn(&ports);
    settings.breaker = None;
    let thread = Thread::new(settings);
    for _ in 0..100 {
        assert!(thread.get().await.is_err());
    }
    let arrivals: usize = all.iter().map(Backend::arrivals).sum();
    // A hundred, a tenth of that, the floor of ten, and what a few seconds gave.
    assert!((110..=130).contains(&arrivals), "{arrivals} of 100 requests");
    assert!(thread.services.standing(Instant::now())[0].unpaid_retries > 50);
}

#[tokio::test]
async fn a_service_that_mostly_fails_is_left_alone_and_asked_again() {
    let ill = backend(script::close());
    let mut settings = Thread::in_turn(&[ill.address().port()]);
    let open_for = Duration::from_millis(200);
    settings.breaker = Some(BreakerSettings { failures: 50, within: Duration::from_secs(10), open_for });
    let thread = Thread::new(settings);
    for _ in 0..20 {
        assert!(matches!(thread.get().await, Err(UpstreamError::Silent)));
    }
    assert!(matches!(thread.get().await, Err(UpstreamError::Open { .. })));
    assert_eq!(ill.arrivals(), 20);
    ill.change(script::answer(Reply::ok("well")));
    let closed = async {
        while thread.get().await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), closed).await.expect("it closes");
    assert_eq!(thread.services.standing(Instant::now())[0].breaker, Some(BreakerState::Closed));
}

#[tokio::test]
async fn malformed_answers_are_of_their_requests_and_neither_open_the_breaker_nor_keep_it_open() {
    let large = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(70_000));
    let two_lengths = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n";
    for malformed in [two_lengths, "HTTP/1.1 200 OK\r\nlocation: \u{1}\r\n\r\n", &large] {
        let provoked = backend(script::raw(malformed));
        let mut settings = Thread::in_turn(&[provoked.address().port()]);
        let open_for = Duration::from_millis(1);
        settings.breaker = Some(BreakerSettings { failures: 50, within: Duration::from_secs(10), open_for });
        let thread = Thread::new(settings);
        for _ in 0..30 {
            assert!(matches!(thread.get().await, Err(UpstreamError::Malformed(_))));
        }
        assert_eq!(thread.services.standing(Instant::now())[0].breaker, Some(BreakerState::Closed));
        provoked.change(script::close());
        while thread.services.standing(Instant::now())[0].breaker == Some(BreakerState::Closed) {
            assert!(thread.get().await.is_err());
        }
        provoked.change(script::raw(malformed));
        let probed = async {
            while !matches!(thread.get().await, Err(UpstreamError::Malformed(_))) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), probed).await.expect("it is asked again");
        assert_eq!(thread.services.standing(Instant::now())[0].breaker, Some(BreakerState::Closed));
    }
}

/// Polls so often, and drops it then; `true` if it was done before.
async fn poll_times(times: usize, future: impl Future) -> bool {
    let mut future = std::pin::pin!(future);
    let mut polls = 0;
    poll_fn(|context| {
        polls += 1;
        if polls > times {
            return Poll::Ready(false);
        }
        // Also where nothing happens, the caller goes away in the end.
        context.waker().wake_by_ref();
        future.as_mut().poll(context).map(|_| true)
    })
    .await
}

/// Ways for a request to take long, and the point at which it is then.
fn points() -> Vec<(&'static str, Script, Script)> {
    let ok = || script::answer(Reply::ok("well"));
    vec![
        ("connecting, or waiting for the head", script::hang(), script::hang()),
        ("in the pause before a retry", script::close(), ok()),
        ("in a retry", script::reset(), script::hang()),
        ("after a 503", script::answer(Reply::status(503, "later")), script::hang()),
        ("in a head", script::raw("HTTP/1.1 200 OK\r\nx:"), script::hang()),
    ]
}

#[tokio::test]
async fn a_caller_that_goes_away_at_any_point_leaves_nothing_behind() {
    for (when, first, second) in points() {
        let (first, second) = (backend(first), backend(second));
        for times in [1, 2, 3, 4, 6, 9, 14, 30, 100, 300, 1_000] {
            let mut settings = Thread::in_turn(&[first.address().port(), second.address().port()]);
            settings.breaker = None;
            let thread = Thread::new(settings);
            let _ = poll_times(times, thread.get()).await;
            thread.assert_nothing_left(&format!("{when}, polled {times} times"));
        }
        for backend in [first, second] {
            backend.wait_until(when, Duration::from_secs(10), |backend| backend.open_connections() == 0);
        }
    }
}

#[tokio::test]
async fn a_probe_of_a_half_open_breaker_is_never_lost_with_its_caller() {
    let silent = backend(script::hang());
    let mut settings = Thread::in_turn(&[silent.address().port()]);
    settings.breaker =
        Some(BreakerSettings { failures: 50, within: Duration::from_secs(10), open_for: Duration::from_millis(1) });
    let thread = Thread::new(settings);
    let shared = thread.services.iter().next().expect("one service");
    let breaker = shared.breaker.as_ref().expect("a breaker");
    while let Ok(admission) = breaker.admit(Instant::now()) {
        admission.judge(Outcome::Out, Instant::now());
        if breaker.state(Instant::now()) != BreakerState::Closed {
            break;
        }
    }
    for times in [1, 2, 3, 5, 8, 20, 200] {
        while breaker.state(Instant::now()) == BreakerState::Open {
            tokio::task::yield_now().await;
        }
        let done = poll_times(times, thread.get()).await;
        assert!(!done, "it hangs");
        assert_eq!(breaker.state(Instant::now()), BreakerState::HalfOpen);
        thread.assert_nothing_left("after a probe");
    }
    silent.change(script::answer(Reply::ok("well")));
    assert_eq!(thread.get().await.expect("the next one probes").0, 200);
    assert_eq!(breaker.state(Instant::now()), BreakerState::Closed);
}

#[tokio::test]
async fn a_body_that_is_not_read_to_its_end_leaves_nothing_behind() {
    let service = backend(script::hang_mid_body(100, b"some"));
    let thread = Thread::new(Thread::in_turn(&[service.address().port()]));
    let answer = thread.ask(request(Method::Get, false)).await.expect("a head");
    assert_eq!(thread.services.standing(Instant::now())[0].outstanding, 1, "until the body has ended");
    drop(answer);
    thread.assert_nothing_left("after the body");
}

#[tokio::test]
async fn an_endpoint_that_is_gone_finishes_what_is_under_way_and_keeps_nothing() {
    let (old, new) = (backend(script::hang_mid_body(8, b"some")), well());
    let thread = Thread::new(Thread::in_turn(&[old.address().port()]));
    let answer = thread.ask(request(Method::Get, false)).await.expect("a head");
    let services = Services::new(&[Thread::in_turn(&[new.address().port()])], Some(&thread.services), Instant::now());
    let upstreams = thread.pools.resolve(&services);
    services.succeed(&thread.services, Instant::now());
    thread.pools.sweep(Instant::now());
    assert_eq!(old.open_connections(), 1, "it is under way");
    drop(answer);
    old.wait_until("it is let go", Duration::from_secs(10), |old| old.open_connections() == 0);
    let mut alarm = Alarm::new();
    let answer = upstreams.call(permit(), request(Method::Get, false), &mut alarm).await.expect("the new one");
    assert_eq!(answer.head.status(), 200);
}
