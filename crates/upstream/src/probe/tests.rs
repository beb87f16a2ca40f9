//! What a probe finds, and how often it must find it.

use testkit::{Backend, Reply, script};

use super::*;
use crate::Http;
use crate::services::Services;
use crate::services::tests::settings;

const SETTINGS: fn() -> ProbeSettings = || ProbeSettings {
    method: "GET".into(),
    path: "/healthz".into(),
    every: Duration::from_secs(10),
    healthy_after: 2,
    unhealthy_after: 3,
    introduce: None,
};

#[test]
fn verdicts_need_so_many_in_a_row() {
    let settings = SETTINGS();
    let mut streak = Streak::default();
    let verdicts: Vec<_> =
        [true, false, false, true, false, false, false, true, true].map(|good| streak.add(good, &settings)).to_vec();
    assert_eq!(verdicts, [None, None, None, None, None, None, Some(false), None, Some(true)]);
}

async fn probed(backend: &Backend) -> io::Result<u16> {
    let request = "GET /healthz HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n";
    ask(&Address::Tcp(backend.address(), Http::One), &[], request, Method::Get).await
}

#[tokio::test]
async fn the_status_is_what_counts() {
    assert_eq!(probed(&Backend::saying("well")).await.ok(), Some(200));
    assert_eq!(probed(&Backend::always(script::answer(Reply::status(503, "no")))).await.ok(), Some(503));
    let interim = script::raw("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(probed(&Backend::always(interim)).await.ok(), Some(204));
}

#[tokio::test]
async fn what_breaks_off_or_is_not_http_is_not_well() {
    assert!(probed(&Backend::always(script::close())).await.is_err());
    assert!(probed(&Backend::always(script::reset())).await.is_err());
    assert!(probed(&Backend::always(script::raw_and_close("SSH-2.0-x\r\n"))).await.is_err());
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(20_000));
    assert!(probed(&Backend::always(script::raw(endless))).await.is_err());
    let gone = Backend::saying("x").address();
    assert!(ask(&Address::Tcp(gone, Http::One), &[], "", Method::Get).await.is_err());
}

#[tokio::test]
async fn an_endpoint_that_fails_its_probes_is_taken_out_and_comes_back() {
    let backend = Backend::always(script::answer(Reply::status(500, "ill")));
    let mut service = settings("shop", &[backend.address().port()]);
    service.probes =
        Some(ProbeSettings { every: Duration::from_millis(5), healthy_after: 2, unhealthy_after: 2, ..SETTINGS() });
    let services = Services::new(&[service], None, Instant::now());
    let _keeper = crate::Keeper::start(&services, Arc::new(crate::SystemResolver)).await;
    let unhealthy = || services.standing(Instant::now())[0].unhealthy;
    let until = async |wanted: usize| {
        while unhealthy() != wanted {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), until(1)).await.expect("taken out");
    backend.change(script::answer(Reply::ok("well")));
    tokio::time::timeout(Duration::from_secs(10), until(0)).await.expect("back");
    assert!(backend.requests().iter().all(|request| request.head.target == "/healthz"));
}
