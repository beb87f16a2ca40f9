//! Sets that are swapped whole, and room that is made in them.

use std::thread;

use crate::specimen::{Lines, Shop, answer, request};

const FRESH: Lines<'static> = &[("cache-control", "max-age=100")];

fn fetch(shop: &Shop, target: &str, content: &str) -> bool {
    shop.fetch(&request("GET", target, &[]), &answer(200, FRESH, content), content)
}

#[test]
fn what_was_not_used_for_longest_makes_room() {
    let mut shop = Shop::sized(64 * 1024);
    let content = "x".repeat(6_500);
    let mut number = 0;
    while shop.store.standing().evicted == 0 {
        assert!(fetch(&shop, &format!("/{number}"), &content));
        number += 1;
        shop.wait(1);
        // The first is asked for again and again.
        assert!(shop.fresh(&request("GET", "/0", &[])).is_some(), "{number}");
        assert!(number < 100);
    }
    assert!(shop.fresh(&request("GET", "/1", &[])).is_none());
    let standing = shop.store.standing();
    assert!(standing.bytes <= standing.size_bytes && standing.answers > 4, "{standing:?}");
}

#[test]
fn a_set_has_a_few_places_and_the_oldest_goes() {
    // One set for all.
    let mut shop = Shop::sized(32 * 1024);
    for number in 0..20 {
        assert!(fetch(&shop, &format!("/{number}"), "x"));
        shop.wait(1);
    }
    assert_eq!(shop.store.standing().answers, super::WAYS);
    for number in 0..20 {
        let there = shop.fresh(&request("GET", &format!("/{number}"), &[])).is_some();
        assert_eq!(there, number >= 20 - super::WAYS, "{number}");
    }
}

#[test]
fn threads_that_read_write_and_change_at_once_keep_the_books_right() {
    let shop = Shop::sized(128 * 1024);
    thread::scope(|scope| {
        for thread in 0..3usize {
            let shop = &shop;
            scope.spawn(move || {
                for round in 0..2_000usize {
                    let target = format!("/{}", (round * 7 + thread * 13) % 40);
                    let content = format!("{target} {}", "x".repeat(round % 3_000));
                    let get = request("GET", &target, &[]);
                    if let Some(found) = shop.fresh(&get) {
                        let (_, given) = shop.given(&found, &get);
                        assert!(given.starts_with(target.as_bytes()) && given.get(target.len()) == Some(&b' '));
                    } else {
                        shop.fetch(&get, &answer(200, FRESH, &content), &content);
                    }
                    if round % 50 == 0 {
                        shop.store.answered(&request("DELETE", &target, &[]), &answer(204, &[], ""));
                    }
                    assert!(shop.store.standing().bytes <= 128 * 1024);
                }
            });
        }
    });
    // Once all is quiet, what is counted is what is there.
    for number in 0..40 {
        shop.store.answered(&request("DELETE", &format!("/{number}"), &[]), &answer(204, &[], ""));
    }
    let standing = shop.store.standing();
    assert_eq!((standing.answers, standing.bytes), (0, 0));
}
