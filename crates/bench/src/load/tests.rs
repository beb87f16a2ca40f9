//! The generator against servers whose answers are known: what is right is counted, what is wrong is seen.

mod servers;

use super::run;
use crate::arguments::{Arguments, Command};
use crate::report::Report;
use clap::Parser;
use servers::{Server, TLS_FILES};
use std::time::Duration;
use tokio::runtime::{Builder, LocalOptions};

/// Runs a load that must end by itself within seconds.
fn report(server: &Server, arguments: &str) -> Report {
    let target = server.address.to_string();
    let words = ["bench", "load", "--target", &target].into_iter().chain(arguments.split_whitespace());
    let Command::Load(load) = Arguments::parse_from(words).command else { panic!("not a load") };
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), run(&load)).await.unwrap().unwrap() })
}

fn fault(answer: &'static str) -> String {
    let report = report(&Server::repeating(answer), "--length 4 --connections 1 --requests 2");
    assert_eq!(report.faults, 1, "{answer:?}");
    report.first_fault.unwrap()
}

#[test]
fn exactly_the_wanted_requests_are_sent_and_counted() {
    let report = report(&Server::origin(), "--length 1024 --connections 3 --requests 100");
    assert_eq!((report.requests, report.faults), (100, 0), "{:?}", report.first_fault);
    assert!(report.p50_us > 0.0 && report.p99_us >= report.p50_us);
}

#[test]
fn long_bodies_arrive_whole() {
    let report = report(&Server::origin(), "--length 300000 --connections 2 --requests 40");
    assert_eq!((report.requests, report.faults), (40, 0), "{:?}", report.first_fault);
}

#[test]
fn an_answer_that_is_wrong_in_any_way_is_a_fault() {
    assert!(fault("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 4\r\n\r\n!\"#$").contains("502"));
    assert!(fault("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n!\"#").contains("length"));
    assert!(fault("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n!\"#$\r\n0\r\n\r\n").contains("length"));
    assert!(fault("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n!\"#x").contains("body"));
    assert!(fault("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n!\"#$%").contains("more came"));
    assert!(fault("HTTP/1.1 200 OK\r\ncontent-length: 4\r\nConnection: close\r\n\r\n!\"#$").contains("kept"));
    assert!(fault("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n").contains("ended"));
}

/// Checks that a load of 500 requests per second was one.
fn kept_its_rate(report: &Report) {
    assert_eq!(report.faults, 0, "{:?}", report.first_fault);
    assert!((400..=600).contains(&report.due), "{} due", report.due);
    assert!(report.requests >= report.due * 9 / 10, "{} of {}", report.requests, report.due);
}

const PACED: &str = "--rate 500 --connections 4 --warm-up-ms 100 --window-ms 1000";

#[test]
fn a_paced_load_keeps_its_rate() {
    kept_its_rate(&report(&Server::origin(), PACED));
    kept_its_rate(&report(&Server::origin(), &format!("{PACED} --burst-us 10000")));
    kept_its_rate(&report(&Server::http2(1024), &format!("{PACED} --protocol http2 --streams 2")));
    let server = Server::tls();
    let pinned = server.file(TLS_FILES.certificate);
    kept_its_rate(&report(&server, &format!("{PACED} --shape handshakes --server-certificate {pinned}")));
}

/// CPU of this thread, on which the callers are.
fn thread_cpu_ms() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1_000_000
}

#[test]
fn a_paced_load_sleeps_between_its_requests() {
    let before = thread_cpu_ms();
    report(&Server::origin(), PACED);
    let took = thread_cpu_ms() - before;
    // One that spins takes the whole 1,100 ms.
    assert!(took < 600, "{took} ms");
}

#[test]
fn idle_connections_are_used_twice_and_stay_open() {
    let report = report(&Server::origin(), "--shape idle --connections 20");
    assert_eq!((report.requests, report.faults), (20, 0), "{:?}", report.first_fault);
}

#[test]
fn http2_streams_are_answered_and_checked() {
    let report = report(&Server::http2(1024), "--protocol http2 --connections 2 --warm-up-ms 100 --window-ms 300");
    assert_eq!(report.faults, 0, "{:?}", report.first_fault);
    assert!(report.requests > 50, "{}", report.requests);
    let counted = self::report(&Server::http2(1024), "--protocol http2 --connections 2 --streams 3 --requests 25");
    assert_eq!((counted.requests, counted.faults), (25, 0), "{:?}", counted.first_fault);
    let wrong = self::report(&Server::http2(1000), "--protocol http2 --connections 1 --warm-up-ms 100 --window-ms 100");
    assert!(wrong.first_fault.unwrap().contains("length"));
}

#[test]
fn every_connection_of_the_handshake_load_makes_a_full_handshake() {
    let server = Server::tls();
    let pinned = server.file(TLS_FILES.certificate);
    let arguments =
        format!("--shape handshakes --server-certificate {pinned} --connections 2 --warm-up-ms 50 --window-ms 300");
    let report = report(&server, &arguments);
    assert_eq!(report.faults, 0, "{:?}", report.first_fault);
    assert!(report.requests > 5, "{}", report.requests);
    assert!(server.full_handshakes() as u64 >= report.requests);
}

#[test]
fn another_certificate_than_the_pinned_one_is_a_fault() {
    let (server, other) = (Server::tls(), Server::tls());
    let pinned = other.file(TLS_FILES.certificate);
    let report = report(&server, &format!("--server-certificate {pinned} --connections 1 --requests 1"));
    assert_eq!((report.requests, report.faults), (0, 1));
}

#[test]
fn calls_by_grpc_are_answered_and_their_trailers_read() {
    let call = "--protocol grpc --length 64 --connections 2 --streams 3";
    let report = report(&Server::origin(), &format!("{call} --requests 25"));
    assert_eq!((report.requests, report.faults), (25, 0), "{:?}", report.first_fault);
    kept_its_rate(&self::report(&Server::origin(), &format!("{PACED} --protocol grpc --length 64 --streams 2")));
    let failing = self::report(&Server::calls("13"), "--protocol grpc --length 64 --connections 1 --requests 1");
    assert!(failing.first_fault.unwrap().contains("status is not 0"));
    let fine = self::report(&Server::calls("0"), "--protocol grpc --length 64 --connections 1 --requests 3");
    assert_eq!((fine.requests, fine.faults), (3, 0), "{:?}", fine.first_fault);
}

#[test]
fn messages_on_websockets_come_back() {
    let report = report(&Server::origin(), "--protocol websocket --length 125 --connections 2 --requests 25");
    assert_eq!((report.requests, report.faults), (25, 0), "{:?}", report.first_fault);
    kept_its_rate(&self::report(&Server::origin(), &format!("{PACED} --protocol websocket --length 64")));
    let refused = Server::repeating("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    let refused = self::report(&refused, "--protocol websocket --length 4 --connections 1 --requests 1");
    assert!(refused.first_fault.unwrap().contains("403"));
}

#[test]
fn every_route_is_asked_for_once_before_one_is_again() {
    let routes: std::collections::BTreeSet<String> = crate::body::routes().collect();
    assert_eq!(routes.len(), 5_000);
    assert!(routes.contains("/area00/kind00") && routes.contains("/area99/kind49"));
    let report = report(&Server::origin(), "--ask routes --length 4 --connections 2 --requests 100");
    assert_eq!((report.requests, report.faults), (100, 0), "{:?}", report.first_fault);
}

#[test]
fn requests_that_came_as_far_as_the_origin_are_counted() {
    let target = Server::origin();
    // It serves at another address than the load goes to, and so sees nothing of it.
    let report = report(&target, "--ask cached --length 4 --connections 1 --requests 5 --origin 127.0.0.1:0");
    assert_eq!((report.requests, report.origin_requests), (5, 0));
}

#[test]
fn further_fields_take_turns() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("fields");
    std::fs::write(&file, "cookie: a=1\nauthorization: DPoP x\tdpop: y\n").unwrap();
    let words = format!("bench load --target 127.0.0.1:9 --ask known --length 4 --fields {}", file.display());
    let Command::Load(load) = Arguments::parse_from(words.split(' ')).command else { panic!("not a load") };
    let exchange = super::Exchange::new(&load).unwrap();
    let text = || String::from_utf8(exchange.request().to_vec()).unwrap();
    assert!(
        text().starts_with("GET /known/4 HTTP/1.1\r\n")
            && text().ends_with("\r\nauthorization: DPoP x\r\ndpop: y\r\n\r\n")
    );
    assert!(text().ends_with("\r\ncookie: a=1\r\n\r\n"));
    std::fs::write(&file, "").unwrap();
    assert!(super::Exchange::new(&load).is_err());
}
