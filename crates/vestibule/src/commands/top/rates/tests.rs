//! Differences, and what is made of them.

use super::super::specimen::{answer, api, door};
use super::*;

#[test]
fn a_rate_is_what_came_between_two_readings() {
    let before = answer(0, vec![door("client", 100, &[("not-found", 10)])], vec![api("client", "shop", &[90, 10, 0])]);
    let after = answer(
        2_000,
        vec![door("client", 140, &[("not-found", 12), ("overloaded", 8)])],
        vec![api("client", "shop", &[100, 20, 20])],
    );
    let rates = Rates::between(&before, &after, Only::default());
    let client = &rates.doors[0];
    assert_eq!((client.requests, client.refused, client.active, client.connections), (20.0, 5.0, 3, 7));
    assert_eq!(rates.apis[0].requests, 20.0);
    assert_eq!(rates.problems, [("overloaded".to_owned(), 4.0), ("not-found".to_owned(), 1.0)]);
    // Of 40, the first bucket has 10, the second 10 and the one above all bounds 20.
    assert_eq!(rates.apis[0].times, Times { half: Some(1_000.0), most: Some(f64::INFINITY) });
    assert_eq!(client.times, rates.apis[0].times);
    let json = rates.to_json();
    assert_eq!(json["apis"][0]["times"]["half_within_us"], 1_000.0);
    assert!(json["apis"][0]["times"]["most_within_us"].is_null(), "there is no bound: {json}");
}

#[test]
fn nothing_between_two_readings_is_no_time_and_no_rate() {
    let same = answer(1_000, vec![door("client", 5, &[])], vec![api("client", "shop", &[5, 0, 0])]);
    let rates = Rates::between(&same, &same, Only::default());
    assert_eq!((rates.doors[0].requests, rates.apis[0].times), (0.0, Times::default()));
    assert!(rates.problems.is_empty());
}

#[test]
fn another_process_counts_from_nothing() {
    let before = answer(0, vec![door("client", 1_000, &[])], vec![api("client", "shop", &[1_000, 0, 0])]);
    let mut after = answer(1_000, vec![door("client", 30, &[])], vec![api("client", "shop", &[30, 0, 0])]);
    after.status.pid += 1;
    let rates = Rates::between(&before, &after, Only::default());
    assert_eq!((rates.doors[0].requests, rates.apis[0].requests), (30.0, 30.0));
}

#[test]
fn the_busiest_come_first_and_others_can_be_left_out() {
    let before = answer(0, vec![door("client", 0, &[]), door("server", 0, &[])], Vec::new());
    let apis =
        vec![api("client", "calm", &[1, 0, 0]), api("client", "busy", &[9, 0, 0]), api("server", "pay", &[5, 0, 0])];
    let after = answer(1_000, before.doors.clone(), apis);
    let names =
        |only| -> Vec<String> { Rates::between(&before, &after, only).apis.into_iter().map(|api| api.name).collect() };
    assert_eq!(names(Only::default()), ["busy", "pay", "calm"]);
    assert_eq!(names(Only { door: Some("client"), api: None }), ["busy", "calm"]);
    assert_eq!(names(Only { door: None, api: Some("pay") }), ["pay"]);
    assert_eq!(Rates::between(&before, &after, Only { door: Some("server"), api: None }).doors.len(), 1);
}
