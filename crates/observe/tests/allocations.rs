//! Observing a request allocates nothing once it is warm; a binary of its own, because it counts all allocations.

use std::io;
use std::time::{Duration, SystemTime};

use model::{Caller, Door, DoorKind, OperationId, Outcome, RequestId, ServiceId};
use observe::{Labels, LogFormat, LogSettings, Observatory, OperationLabel, OperationName, Record, Settings};

#[test]
fn closing_a_record_allocates_nothing_after_warm_up() {
    let settings = Settings { log: LogSettings { format: LogFormat::Json, colour: false } };
    let observatory = Observatory::start(settings, Box::new(io::sink())).expect("a thread");
    let operation = OperationName { door: "client".into(), api: "shop".into(), operation: "list".into() };
    let door = Door::new("client", DoorKind::Client);
    let labels = Labels {
        doors: vec![door.clone()],
        operations: vec![operation],
        services: vec!["shop".into()],
        ..Labels::default()
    };
    let catalogue = observatory.catalogue(&labels);
    let observer = observatory.observer();
    let record = Record {
        id: RequestId::new(1, 1),
        trace: None,
        span: None,
        at: SystemTime::now(),
        door: &door,
        door_row: catalogue.door(0),
        address: "[2001:db8::1]:4711".parse().expect("an address"),
        protocol: "HTTP/2",
        method: "GET",
        host: "shop.localhost",
        path: "/api/products/\u{1}",
        has_query: true,
        operation: Some(OperationLabel { row: catalogue.operation(OperationId(0)), api: "shop", operation: "list" }),
        caller: &Caller::Anonymous,
        status: 200,
        outcome: Outcome::Answered,
        detail: "",
        stage: None,
        bytes_in: 0,
        bytes_out: 1_024,
        duration: Duration::from_millis(2),
        service: Some(catalogue.service(ServiceId(0))),
        upstream: Some(Duration::from_millis(1)),
        retries: 0,
        cache: None,
        life: None,
    };
    let requests = |count: u32| {
        for _ in 0..count {
            observer.request_opened(catalogue.door(0));
            observer.close(&record);
        }
        observer.tick();
    };
    requests(50);
    // Blocks come back from the writer when it gets to run: within one block's worth nothing depends on that.
    let measured = allocation_counter::measure(|| {
        for _ in 0..50 {
            observer.request_opened(catalogue.door(0));
            observer.close(&record);
        }
    });
    assert_eq!(measured.count_total, 0, "{measured:?}");
}
