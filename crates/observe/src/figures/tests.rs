//! What is summed, and what is left out.

use std::io::sink;

use crate::figures::BUCKET_BOUNDS_US;
use crate::specimen::{answered, door, labels, laptop, settings};
use crate::{LogFormat, Observatory, OperationLabel};

#[test]
fn the_bounds_of_buckets_are_those_of_the_metrics() {
    assert_eq!((BUCKET_BOUNDS_US.first(), BUCKET_BOUNDS_US.last()), (Some(&500), Some(&60_000_000)));
    assert!(BUCKET_BOUNDS_US.is_sorted());
}

#[test]
fn requests_are_summed_over_threads_and_what_the_configuration_has_no_more_is_left_out() {
    let observatory = Observatory::start(settings(LogFormat::Off), Box::new(sink())).expect("a thread");
    let catalogue = observatory.catalogue(&labels(&["listProducts"]));
    let (at_door, caller) = (door(), laptop());
    for observer in [observatory.observer(), observatory.observer()] {
        let row = catalogue.operation(model::OperationId(0));
        let operation = Some(OperationLabel { row, api: "shop", operation: "listProducts" });
        let mut record = answered(&at_door, &caller);
        (record.door_row, record.operation) = (catalogue.door(0), operation);
        observer.request_opened(record.door_row);
        observer.close(&record);
    }
    let figures = observatory.figures();
    assert_eq!(
        figures.doors.iter().map(|door| (door.name.as_str(), door.requests, door.active)).collect::<Vec<_>>(),
        [("client", 2, 0)]
    );
    let shop = figures.apis.iter().find(|api| api.name == "shop").expect("the API");
    // 1.812 ms lie in the third bucket.
    assert_eq!((shop.buckets[2], shop.buckets.iter().sum::<u64>(), shop.failed), (2, 2, 0));
    let other = crate::Labels { doors: vec![door()], ..crate::Labels::default() };
    let _ = observatory.catalogue(&other);
    let figures = observatory.figures();
    assert!(figures.apis.iter().all(|api| api.name.is_empty()), "{:?}", figures.apis);
    assert_eq!(figures.doors.len(), 1);
}
