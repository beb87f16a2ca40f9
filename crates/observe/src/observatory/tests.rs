//! Threads, reloads, stalled sinks, and sums that add up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{Caller, Event, OperationId, RequestId, ServiceId};

use super::Observatory;
use crate::specimen::{Kept, Stalled, afternoon, answered, door, failed, labels, laptop, settings};
use crate::{ConnectionBound, HandshakeFailure, LogFormat, OperationLabel, Record};

fn quiet() -> Arc<Observatory> {
    Observatory::start(settings(LogFormat::Off), Box::new(Kept::default())).expect("a thread")
}

/// The value of a sample, by its name and labels as they are written.
fn value(observatory: &Observatory, sample: &str) -> Option<String> {
    let text = observatory.render_metrics();
    text.lines().find_map(|line| Some(line.strip_prefix(sample)?.strip_prefix(' ')?.to_owned()))
}

const LIST: &str =
    "vestibule_operation_requests_total{door=\"client\",api=\"shop\",operation=\"list\",status_class=\"2xx\"}";

#[test]
fn threads_add_up() {
    let observatory = quiet();
    let catalogue = observatory.catalogue(&labels(&["list"]));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let (observer, catalogue) = (observatory.observer(), catalogue.clone());
            scope.spawn(move || {
                let (door, caller) = (door(), laptop());
                let operation =
                    OperationLabel { row: catalogue.operation(OperationId(0)), api: "shop", operation: "list" };
                let record = Record {
                    door_row: catalogue.door(0),
                    operation: Some(operation),
                    bytes_in: 3,
                    ..answered(&door, &caller)
                };
                for _ in 0..1_000 {
                    observer.request_opened(catalogue.door(0));
                    observer.close(&record);
                }
            });
        }
    });
    assert_eq!(value(&observatory, LIST).as_deref(), Some("4000"));
    let spent = "vestibule_operation_duration_seconds_total{door=\"client\",api=\"shop\",operation=\"list\"}";
    assert_eq!(value(&observatory, spent).as_deref(), Some("7.248000000"));
    assert_eq!(value(&observatory, "vestibule_received_body_bytes_total{door=\"client\"}").as_deref(), Some("12000"));
    let key = "vestibule_caller_requests_total{door=\"client\",caller=\"key\"}";
    assert_eq!(value(&observatory, key).as_deref(), Some("4000"));
    assert_eq!(value(&observatory, "http_server_active_requests{door=\"client\"}").as_deref(), Some("0"));
}

#[test]
fn threads_may_come_and_go_and_nothing_counted_is_lost() {
    let observatory = quiet();
    let row = observatory.catalogue(&labels(&[])).door(0);
    for _ in 0..20 {
        observatory.observer().connection_opened(row);
    }
    let kept = observatory.observer();
    let other = observatory.observer();
    kept.connection_opened(row);
    other.connection_opened(row);
    assert_eq!(value(&observatory, "vestibule_connections{door=\"client\"}").as_deref(), Some("22"));
    assert_eq!(observatory.registry().threads.len(), 2);
}

#[test]
fn counters_survive_a_reload_and_a_change_of_order() {
    let observatory = quiet();
    let observer = observatory.observer();
    let (door, caller) = (door(), Caller::Anonymous);
    let close = |catalogue: &crate::Catalogue, id: u32| {
        let operation = OperationLabel { row: catalogue.operation(OperationId(id)), api: "shop", operation: "" };
        observer.close(&Record { door_row: catalogue.door(0), operation: Some(operation), ..answered(&door, &caller) });
    };
    let first = observatory.catalogue(&labels(&["list", "order"]));
    close(&first, 0);
    let second = observatory.catalogue(&labels(&["refund", "order", "list"]));
    close(&second, 2);
    // A request that began under the first configuration and ends under the second.
    close(&first, 0);
    assert_eq!(value(&observatory, LIST).as_deref(), Some("3"));
    assert_eq!(value(&observatory, &LIST.replace("list", "refund")), None);
}

#[test]
fn what_a_door_and_a_service_went_through_is_counted() {
    let observatory = quiet();
    let catalogue = observatory.catalogue(&labels(&[]));
    let (client, service) = (catalogue.door(0), catalogue.service(ServiceId(0)));
    let observer = observatory.observer();
    observer.connection_opened(client);
    observer.connection_opened(client);
    observer.connection_closed(client);
    observer.handshake_completed(client, true);
    observer.handshake_completed(client, false);
    observer.handshake_failed(client, HandshakeFailure::NoCertificate);
    observer.connection_refused(client, ConnectionBound::Address);
    observer.panicked(RequestId::new(1, 1), afternoon());
    observer.upstream_connected(service, Duration::from_millis(20));
    observer.upstream_connected(service, Duration::from_millis(20));
    observer.upstream_disconnected(service);
    observer.upstream_reused(service);
    observer.upstream_connect_failed(service);
    let (door, caller) = (door(), laptop());
    observer.close(&Record { door_row: client, service: Some(service), ..failed(&door, &caller) });
    for (sample, expected) in [
        ("vestibule_connections{door=\"client\"}", "1"),
        ("vestibule_connections_accepted_total{door=\"client\"}", "2"),
        ("vestibule_handshakes_total{door=\"client\",resumed=\"true\"}", "1"),
        ("vestibule_handshakes_total{door=\"client\",resumed=\"false\"}", "1"),
        ("vestibule_handshakes_failed_total{door=\"client\",reason=\"no-certificate\"}", "1"),
        ("vestibule_connections_refused_total{door=\"client\",bound=\"address\"}", "1"),
        ("vestibule_failures_total{door=\"client\",problem=\"upstream-timeout\"}", "1"),
        ("vestibule_panics_total", "1"),
        ("vestibule_upstream_connections{service=\"catalogue\"}", "1"),
        ("vestibule_upstream_connections_opened_total{service=\"catalogue\"}", "2"),
        ("vestibule_upstream_connections_failed_total{service=\"catalogue\"}", "1"),
        ("vestibule_upstream_connections_reused_total{service=\"catalogue\"}", "1"),
        ("vestibule_upstream_connect_seconds_total{service=\"catalogue\"}", "0.040000000"),
        ("vestibule_upstream_retries_total{service=\"catalogue\"}", "1"),
        ("vestibule_upstream_first_byte_seconds_count{service=\"catalogue\"}", "1"),
    ] {
        assert_eq!(value(&observatory, sample).as_deref(), Some(expected), "{sample}");
    }
}

#[test]
fn lines_of_a_thread_come_out_in_order_and_whole() {
    let kept = Kept::default();
    let observatory = Observatory::start(settings(LogFormat::Json), Box::new(kept.clone())).expect("a thread");
    let observer = observatory.observer();
    let (door, caller) = (door(), laptop());
    for bytes_in in 0..1_000 {
        observer.close(&Record { bytes_in, ..answered(&door, &caller) });
    }
    drop(observer);
    observatory.event(Event::ConfigurationLoaded { at: afternoon(), hash: "7f3a91c".to_owned() });
    observatory.flush_and_stop();
    let lines = kept.lines();
    let read = |line: &String| serde_json::from_str::<serde_json::Value>(line).expect("JSON");
    let (events, requests): (Vec<_>, Vec<_>) = lines.iter().map(read).partition(|line| line.get("event").is_some());
    assert_eq!((events.len(), requests.len()), (1, 1_000));
    assert!((0..).zip(requests).all(|(index, line): (u64, _)| line["bytes_in"] == index));
    assert_eq!(value(&observatory, "vestibule_configuration_loaded_timestamp_seconds").as_deref(), Some("1795356131"));
}

#[test]
fn a_stalled_sink_delays_nobody_and_the_log_owns_up_to_every_line_lost() {
    let kept = Kept::default();
    let (sink, stalls, let_go) = Stalled::new(kept.clone());
    let observatory = Observatory::start(settings(LogFormat::Json), Box::new(sink)).expect("a thread");
    let observer = observatory.observer();
    let (door, caller) = (door(), laptop());
    observer.close(&answered(&door, &caller));
    observer.tick();
    stalls.recv_timeout(Duration::from_secs(10)).expect("the writer reached its sink");

    let written = 60_000_u64;
    let start = Instant::now();
    for _ in 1..written {
        observer.close(&answered(&door, &caller));
    }
    let each = start.elapsed() / u32::try_from(written).expect("fits");
    assert!(each < Duration::from_micros(200), "{each:?} a request");
    let dropped: u64 =
        value(&observatory, "vestibule_log_dropped_lines_total").expect("there").parse().expect("number");
    assert!(dropped > 10_000, "{dropped}");

    drop(observer);
    let_go.send(()).expect("the writer waits");
    observatory.flush_and_stop();
    let dropped: u64 =
        value(&observatory, "vestibule_log_dropped_lines_total").expect("there").parse().expect("number");
    let lines = kept.lines();
    let gaps: Vec<u64> = lines
        .iter()
        .filter_map(|line| line.split_once("\"log-lines-dropped\",\"lines\":")?.1.strip_suffix('}')?.parse().ok())
        .collect();
    let requests = lines.iter().filter(|line| line.contains("\"id\":")).count() as u64;
    assert_eq!(gaps.iter().sum::<u64>(), dropped);
    assert_eq!(requests + dropped, written);
    assert_eq!(value(&observatory, "vestibule_log_lines_total"), Some(written.to_string()));
}

#[test]
fn stopping_does_not_wait_for_ever() {
    let (sink, stalls, _let_go) = Stalled::new(Kept::default());
    let observatory = Observatory::start(settings(LogFormat::Text), Box::new(sink)).expect("a thread");
    observatory.event(Event::Panicked { at: afternoon(), request: RequestId::new(1, 1) });
    stalls.recv_timeout(Duration::from_secs(10)).expect("the writer reached its sink");
    for _ in 0..1_000 {
        observatory.event(Event::Panicked { at: afternoon(), request: RequestId::new(1, 1) });
    }
    assert_eq!(value(&observatory, "vestibule_events_dropped_total").as_deref(), Some("744"));
    observatory.flush_and_stop();
}

#[test]
fn an_unknown_id_is_counted_among_the_nameless() {
    let observatory = quiet();
    let catalogue = observatory.catalogue(&labels(&[]));
    observatory.observer().connection_opened(catalogue.door(7));
    assert_eq!(value(&observatory, "vestibule_connections{door=\"(more)\"}").as_deref(), Some("1"));
}
