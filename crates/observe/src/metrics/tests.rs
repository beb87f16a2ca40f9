//! The list of metrics against its page, and the exposition against its format.

use std::collections::HashSet;
use std::time::Duration;

use model::{Code, OperationId, ServiceId};

use super::{METRICS, MetricKind};
use crate::counts::{
    AdminRefusal, ApiCount, BUCKETS, CALLER_KINDS, CacheCount, ConnectionBound, DoorCount, EncodedAnswer,
    HandshakeFailure, HistogramCount, OperationCount, ServiceCount, StatusClass,
};
use crate::specimen::{Kept, answered, door, failed, labels, laptop, settings};
use crate::{
    CacheUse, DoorCertificate, Life, LogFormat, Observatory, OperationLabel, Record, StoreFigures, WatchedStore,
};

#[test]
fn every_metric_is_in_the_page_and_every_metric_of_the_page_exists() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/metrics.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let listed: Vec<String> = page.lines().filter(|line| line.starts_with("| `")).map(str::to_owned).collect();
    let expected: Vec<String> = METRICS
        .iter()
        .map(|metric| {
            let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
            let labels = if labels.is_empty() { "–".to_owned() } else { labels.join(", ") };
            format!("| `{}` | {} | {labels} | {} |", metric.name, metric.kind.as_str(), metric.help)
        })
        .collect();
    assert_eq!(listed, expected);
    for words in [
        HandshakeFailure::ALL.iter().map(|reason| reason.as_str()).collect::<Vec<_>>(),
        ConnectionBound::ALL.iter().map(|bound| bound.as_str()).collect(),
        AdminRefusal::ALL.iter().map(|reason| reason.as_str()).collect(),
        CALLER_KINDS.to_vec(),
        EncodedAnswer::ALL.iter().map(|coding| coding.as_str()).collect(),
        CacheUse::ALL.iter().map(|used| used.as_str()).collect(),
        StatusClass::ALL.iter().map(|class| class.as_str()).collect(),
    ] {
        let sentence = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" · ");
        assert!(page.contains(&sentence), "missing: {sentence}");
    }
}

#[test]
fn names_follow_the_conventions() {
    for metric in METRICS {
        assert_eq!(metric.name.ends_with("_total"), metric.kind == MetricKind::Counter, "{}", metric.name);
        assert!(metric.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{}", metric.name);
        assert!(!metric.help.contains(['\n', '\\', '|']), "{}", metric.name);
    }
}

/// An observatory in which something was counted in every metric.
fn busy() -> std::sync::Arc<Observatory> {
    let observatory = Observatory::start(settings(LogFormat::Off), Box::new(Kept::default())).expect("a thread");
    let catalogue = observatory.catalogue(&crate::Labels { deprecated: vec![OperationId(0)], ..labels(&["list"]) });
    let (client, service) = (catalogue.door(0), catalogue.service(ServiceId(0)));
    let observer = observatory.observer();
    observer.handshake_completed(client, false);
    observer.handshake_failed(client, HandshakeFailure::Closed);
    observer.connection_refused(client, ConnectionBound::Door);
    observer.encoded(client, EncodedAnswer::Zstd, 3_000, 1_000);
    observer.not_encoded(client);
    let (door, caller) = (door(), laptop());
    let operation = OperationLabel { row: catalogue.operation(OperationId(0)), api: "shop", operation: "list" };
    let failed = Record {
        door_row: client,
        operation: Some(operation),
        service: Some(service),
        life: Some(Life::Deprecated),
        ..failed(&door, &caller)
    };
    observer.close(&failed);
    let read = Box::new(|| StoreFigures { answers: 1, bytes: 2, stored: 3, evicted: 4 });
    observatory.watch_stores(vec![WatchedStore { door: "client".into(), api: "shop".into(), read }]);
    let refused = model::Outcome::Refused(Code::NotFound);
    let until = std::time::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let certificate = |name: &str, until| DoorCertificate { door: "client".into(), name: name.to_owned(), until };
    let sooner = until - Duration::from_secs(1);
    observatory.certificates(vec![certificate("shop.example", until), certificate("shop.example", sooner)]);
    observer.close(&Record { status: 404, outcome: refused, operation: None, ..failed });
    observatory
}

#[test]
fn the_exposition_is_well_formed_and_complete() {
    let text = busy().render_metrics();
    let mut seen = HashSet::new();
    let mut family: Option<&super::Metric> = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a help text");
            let metric = METRICS.iter().find(|metric| metric.name == name).expect("a listed metric");
            assert!(seen.insert(name.to_owned()), "{name} twice");
            assert_eq!(metric.help, help);
            family = Some(metric);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let metric = family.expect("a family");
            assert_eq!(rest, format!("{} {}", metric.name, metric.kind.as_str()));
        } else {
            let metric = family.expect("a family");
            let (series, value) = line.rsplit_once(' ').expect("a value");
            value.parse::<f64>().expect("a number");
            let rest = series.strip_prefix(metric.name).expect("a sample of its family");
            let labels = rest.split_once('{').map_or("", |(_, labels)| labels);
            for label in metric.labels {
                assert!(labels.contains(&format!("{label}=\"")), "{line}");
            }
        }
    }
    let listed: HashSet<String> = METRICS.iter().map(|metric| metric.name.to_owned()).collect();
    assert_eq!(seen, listed);
    for metric in METRICS {
        let sampled = text.lines().any(|line| line.starts_with(metric.name));
        assert!(sampled, "nothing was counted in {}", metric.name);
    }
}

#[test]
fn a_histogram_counts_each_duration_once_in_the_right_bucket() {
    let bucket = |duration: Duration| match HistogramCount::bucket(crate::counts::nanoseconds(duration)) {
        HistogramCount::Bucket(index) => BUCKETS.get(index).map_or("+Inf", |(_, label)| label),
        HistogramCount::Nanoseconds => unreachable!(),
    };
    assert_eq!(bucket(Duration::ZERO), "0.0005");
    assert_eq!(bucket(Duration::from_micros(500)), "0.0005", "bounds are inclusive");
    assert_eq!(bucket(Duration::from_nanos(500_001)), "0.001");
    assert_eq!(bucket(Duration::from_secs(60)), "60");
    assert_eq!(bucket(Duration::from_millis(60_001)), "+Inf");
    assert_eq!(bucket(Duration::MAX), "+Inf");
    for (bound, label) in BUCKETS {
        let seconds: f64 = label.parse().expect("a number");
        assert!((Duration::from_secs_f64(seconds).as_nanos()) == u128::from(bound), "{label}");
    }

    let observatory = Observatory::start(settings(LogFormat::Off), Box::new(Kept::default())).expect("a thread");
    let catalogue = observatory.catalogue(&labels(&[]));
    let observer = observatory.observer();
    let (door, caller) = (door(), laptop());
    for micros in [100, 400, 700, 2_000_000, 90_000_000] {
        let duration = Duration::from_micros(micros);
        observer.close(&Record { door_row: catalogue.door(0), duration, ..answered(&door, &caller) });
    }
    let text = observatory.render_metrics();
    let labels = "{door=\"client\",api=\"\",status_class=\"2xx\"";
    for (bound, count) in [("0.0005", 2), ("0.001", 3), ("1", 3), ("2.5", 4), ("60", 4), ("+Inf", 5)] {
        let line = format!("http_server_request_duration_seconds_bucket{labels},le=\"{bound}\"}} {count}\n");
        assert!(text.contains(&line), "{line}");
    }
    assert!(text.contains(&format!("http_server_request_duration_seconds_sum{labels}}} 92.001200000\n")));
    assert!(text.contains(&format!("http_server_request_duration_seconds_count{labels}}} 5\n")));
}

#[test]
fn no_two_counts_share_a_slot() {
    let mut door: Vec<usize> = [
        DoorCount::ConnectionsOpened,
        DoorCount::ConnectionsClosed,
        DoorCount::Handshakes,
        DoorCount::HandshakesResumed,
        DoorCount::RequestsOpened,
        DoorCount::RequestsClosed,
        DoorCount::Abandoned,
        DoorCount::BytesIn,
        DoorCount::BytesOut,
        DoorCount::NotEncoded,
    ]
    .map(DoorCount::slot)
    .to_vec();
    for count in [DoorCount::Encoded, DoorCount::EncodedFrom, DoorCount::EncodedTo] {
        door.extend(EncodedAnswer::ALL.iter().map(|coding| count(*coding).slot()));
    }
    door.extend((0..CALLER_KINDS.len()).map(|kind| DoorCount::Caller(kind).slot()));
    door.extend(ConnectionBound::ALL.iter().map(|bound| DoorCount::ConnectionRefused(*bound).slot()));
    door.extend(HandshakeFailure::ALL.iter().map(|reason| DoorCount::HandshakeFailed(*reason).slot()));
    door.extend(Code::ALL.iter().map(|code| DoorCount::Refused(*code).slot()));
    door.extend(Code::ALL.iter().map(|code| DoorCount::Failed(*code).slot()));
    assert_eq!(door, (0..DoorCount::SLOTS).collect::<Vec<_>>());

    let histogram = || (0..=BUCKETS.len()).map(HistogramCount::Bucket).chain([HistogramCount::Nanoseconds]);
    let api: Vec<usize> = StatusClass::ALL
        .into_iter()
        .flat_map(|class| histogram().map(move |count| ApiCount(class, count).slot()))
        .collect();
    let api: Vec<usize> = api.into_iter().chain(CacheUse::ALL.map(|used| CacheCount(used).slot())).collect();
    assert_eq!(api, (0..ApiCount::SLOTS).collect::<Vec<_>>());

    let mut operation: Vec<usize> =
        StatusClass::ALL.into_iter().map(|class| OperationCount::Requests(class).slot()).collect();
    operation.push(OperationCount::Nanoseconds.slot());
    assert_eq!(operation, (0..OperationCount::SLOTS).collect::<Vec<_>>());

    let mut service: Vec<usize> = [
        ServiceCount::ConnectionsOpened,
        ServiceCount::ConnectionsClosed,
        ServiceCount::ConnectionsFailed,
        ServiceCount::ConnectionsReused,
        ServiceCount::Retries,
        ServiceCount::ConnectNanoseconds,
    ]
    .map(ServiceCount::slot)
    .to_vec();
    service.extend(histogram().map(|count| ServiceCount::FirstByte(count).slot()));
    assert_eq!(service, (0..ServiceCount::SLOTS).collect::<Vec<_>>());
}

#[test]
fn a_name_cannot_break_out_of_its_label() {
    let observatory = Observatory::start(settings(LogFormat::Off), Box::new(Kept::default())).expect("a thread");
    let mut hostile = labels(&[]);
    hostile.services = vec!["a\"} 1\nb\\".into()];
    let catalogue = observatory.catalogue(&hostile);
    observatory.observer().upstream_reused(catalogue.service(ServiceId(0)));
    let text = observatory.render_metrics();
    assert!(text.contains("vestibule_upstream_connections_reused_total{service=\"a\\\"} 1\\nb\\\\\"} 1\n"));
}

#[test]
fn the_end_of_a_certificate_is_one_series_with_the_earlier_end() {
    let text = busy().render_metrics();
    let lines: Vec<_> = text.lines().filter(|line| line.starts_with("vestibule_certificate_expiry")).collect();
    let expected = r#"vestibule_certificate_expiry_timestamp_seconds{door="client",name="shop.example"} 1799999999"#;
    assert_eq!(lines, [expected]);
}
