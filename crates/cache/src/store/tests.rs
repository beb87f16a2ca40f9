//! A store from the outside: what is given to whom, for how long, and what is forgotten.

use std::collections::HashMap;

use proptest::prelude::*;
use wire::fields::Name;

use super::*;
use crate::specimen::{Lines, Shop, answer, request};
use crate::{Look, Settled};

const FRESH: Lines<'static> = &[("cache-control", "max-age=100"), ("etag", "\"a\"")];

fn filled(lines: Lines<'_>) -> Shop {
    let shop = Shop::new();
    assert!(shop.fetch(&request("GET", "/a?b=1", &[]), &answer(200, lines, "hello"), "hello"));
    shop
}

fn age(shop: &Shop, head: &RequestHead) -> Option<u64> {
    let (given, _) = shop.given(&shop.fresh(head)?, head);
    std::str::from_utf8(given.fields().get(Name::Age)?).ok()?.parse().ok()
}

#[test]
fn a_fresh_answer_is_given_with_its_age_and_a_stale_one_is_not() {
    let mut shop = filled(FRESH);
    let request = request("GET", "/a?b=1", &[]);
    assert_eq!(age(&shop, &request), Some(0));
    shop.wait(99);
    assert_eq!(age(&shop, &request), Some(99));
    shop.wait(1);
    assert!(shop.fresh(&request).is_none());
}

#[test]
fn another_address_operation_or_method_is_another_answer() {
    let mut shop = filled(FRESH);
    for target in ["/a", "/a?b=2", "/a?b=1&", "/A?b=1", "/a?b=1%20"] {
        assert!(shop.fresh(&request("GET", target, &[])).is_none(), "{target}");
    }
    for method in ["POST", "OPTIONS", "QUERY"] {
        assert!(matches!(shop.look(&request(method, "/a?b=1", &[])), Look::Aside), "{method}");
    }
    assert!(shop.fresh(&request("HEAD", "/a?b=1", &[])).is_some());
    shop.operation = "prices";
    assert!(shop.fresh(&request("GET", "/a?b=1", &[])).is_none(), "another permit");
}

#[test]
fn what_is_for_the_service_alone_does_not_concern_the_store() {
    let shop = filled(FRESH);
    for line in
        [("if-match", "\"a\""), ("if-unmodified-since", "Mon, 23 Nov 2026 08:00:00 GMT"), ("content-length", "5")]
    {
        assert!(matches!(shop.look(&request("GET", "/a?b=1", &[line])), Look::Aside), "{line:?}");
    }
}

#[test]
fn what_was_kept_of_strangers_is_not_given_to_those_who_can_be_known() {
    let mut shop = filled(FRESH);
    for line in [("authorization", "Bearer x"), ("cookie", "a=b"), ("x-api-key", "k")] {
        assert!(shop.fresh(&request("GET", "/a?b=1", &[line])).is_none(), "{line:?}");
    }
    shop.known = true;
    assert!(shop.fresh(&request("GET", "/a?b=1", &[])).is_none());
    let mut public = filled(&[("cache-control", "public, max-age=100")]);
    public.known = true;
    assert!(public.fresh(&request("GET", "/a?b=1", &[("authorization", "Bearer x")])).is_some());
}

#[test]
fn wishes_of_the_caller_are_granted() {
    let mut shop = filled(FRESH);
    shop.wait(50);
    let is_fresh =
        |shop: &Shop, wish: &str| shop.fresh(&request("GET", "/a?b=1", &[("cache-control", wish)])).is_some();
    for (wish, given) in [
        ("no-cache", false),
        ("max-age=0", false),
        ("max-age=49", false),
        ("max-age=50", true),
        ("min-fresh=49", true),
        ("min-fresh=50", false),
        ("no-store", true),
        ("only-if-cached", true),
        ("nonsense;", true),
    ] {
        assert_eq!(is_fresh(&shop, wish), given, "{wish}");
    }
    shop.wait(100);
    for (wish, given) in [("max-stale", true), ("max-stale=50", true), ("max-stale=49", false), ("max-age=500", false)]
    {
        assert_eq!(is_fresh(&shop, wish), given, "{wish}");
    }
    let only = request("GET", "/a?b=1", &[("cache-control", "only-if-cached")]);
    assert!(matches!(shop.look(&only), Look::OnlyIfCached));
}

#[test]
fn a_service_that_says_so_is_asked_before_anything_stale_is_given() {
    for word in ["must-revalidate", "proxy-revalidate", "s-maxage=100", "no-cache"] {
        let mut shop =
            filled(&[("cache-control", &format!("max-age=100, stale-if-error=900, {word}")), ("etag", "\"a\"")]);
        shop.wait(101);
        let wish = request("GET", "/a?b=1", &[("cache-control", "max-stale")]);
        let Look::Ask(pending) = shop.look(&wish) else { panic!("{word}") };
        assert!(pending.stand_in(shop.moment().now).is_none(), "{word}");
    }
}

#[test]
fn a_stale_answer_stands_in_for_a_failing_service_for_as_long_as_it_said() {
    let mut shop = filled(&[("cache-control", "max-age=100, stale-if-error=60")]);
    let request = request("GET", "/a?b=1", &[]);
    shop.wait(159);
    let pending = shop.ask(&request);
    assert!(pending.stand_in(shop.moment().now).is_some());
    shop.wait(1);
    assert!(pending.stand_in(shop.moment().now).is_none());
    let mut without = filled(FRESH);
    without.wait(101);
    assert!(without.ask(&request).stand_in(without.moment().now).is_none());
}

#[test]
fn what_changes_an_address_is_asked_for_anew() {
    let get = request("GET", "/a?b=1", &[]);
    for (method, status, gone) in [
        ("POST", 200, true),
        ("PUT", 201, true),
        ("DELETE", 204, true),
        ("PATCH", 303, true),
        ("M-SEARCH", 200, true),
        ("POST", 404, false),
        ("POST", 500, false),
        ("OPTIONS", 200, false),
        ("HEAD", 200, false),
    ] {
        let shop = filled(FRESH);
        shop.store.answered(&request(method, "/a?b=1", &[]), &answer(status, &[], ""));
        assert_eq!(shop.fresh(&get).is_none(), gone, "{method} {status}");
    }
}

#[test]
fn an_address_that_the_answer_names_is_asked_for_anew_where_it_is_ours() {
    let get = request("GET", "/a?b=1", &[]);
    for (reference, gone) in [
        ("/a?b=1", true),
        ("/a?b=1#part", true),
        ("//shop.localhost/a?b=1", true),
        ("http://shop.localhost/a?b=1", true),
        ("https://SHOP.localhost/a?b=1", true),
        ("https://shop.localhost.example/a?b=1", false),
        ("https://other.example/a?b=1", false),
        ("/a", false),
        ("a?b=1", false),
    ] {
        for name in ["location", "content-location"] {
            let shop = filled(FRESH);
            shop.store.answered(&request("POST", "/elsewhere", &[]), &answer(201, &[(name, reference)], ""));
            assert_eq!(shop.fresh(&get).is_none(), gone, "{name}: {reference}");
        }
    }
}

#[test]
fn an_answer_that_was_made_before_a_change_is_not_kept_after_it() {
    let shop = Shop::new();
    let get = request("GET", "/a", &[]);
    let pending = shop.ask(&get);
    let Settled::Keep(mut keeping) = shop.settle(pending, &get, &answer(200, FRESH, "old")) else { panic!() };
    assert!(keeping.take_in(b"old"));
    shop.store.answered(&request("PUT", "/a", &[]), &answer(204, &[], ""));
    keeping.finish(&shop.store, shop.moment().now);
    assert!(shop.fresh(&get).is_none());
    assert_eq!(shop.store.standing().answers, 0);
    assert_eq!(shop.store.standing().bytes, 0);
}

#[test]
fn what_did_not_come_whole_is_not_kept() {
    for lines in [FRESH, &[("cache-control", "max-age=100"), ("transfer-encoding", "chunked")]] {
        let shop = Shop::new();
        let get = request("GET", "/a", &[]);
        let Settled::Keep(mut keeping) = shop.settle(shop.ask(&get), &get, &answer(200, lines, "hello")) else {
            panic!()
        };
        assert!(keeping.take_in(b"hel"));
        assert!(shop.store.standing().bytes > 0);
        drop(keeping);
        assert!(shop.fresh(&get).is_none());
        assert_eq!(shop.store.standing().bytes, 0);
    }
    let shop = Shop::new();
    let get = request("GET", "/a", &[]);
    let Settled::Keep(mut keeping) = shop.settle(shop.ask(&get), &get, &answer(200, FRESH, "hello")) else { panic!() };
    assert!(keeping.take_in(b"hel"));
    keeping.finish(&shop.store, shop.moment().now);
    assert!(shop.fresh(&get).is_none(), "shorter than it said");
}

#[test]
fn one_answer_may_have_an_eighth_of_the_store() {
    let shop = Shop::sized(64 * 1024);
    let large = "x".repeat(8 * 1024);
    let chunked = [("cache-control", "max-age=100"), ("transfer-encoding", "chunked")];
    for (target, lines) in [("/known", FRESH), ("/unknown", &chunked)] {
        let get = request("GET", target, &[]);
        assert!(!shop.fetch(&get, &answer(200, lines, &large), &large), "{target}");
        assert_eq!(shop.store.standing().bytes, 0);
    }
    let small = "x".repeat(4 * 1024);
    assert!(shop.fetch(&request("GET", "/known", &[]), &answer(200, FRESH, &small), &small));
    // What is not known beforehand is taken room for in steps.
    assert!(!shop.fetch(&request("GET", "/unknown", &[]), &answer(200, &chunked, &small), &small));
    let shop = Shop::new();
    assert!(shop.fetch(&request("GET", "/unknown", &[]), &answer(200, &chunked, &large), &large));
    assert!(shop.store.standing().bytes < 10 * 1024, "and given back at the end");
}

#[test]
fn what_is_being_sent_counts_until_it_is_sent() {
    let shop = filled(FRESH);
    let get = request("GET", "/a?b=1", &[]);
    let found = shop.fresh(&get).unwrap();
    shop.store.answered(&request("DELETE", "/a?b=1", &[]), &answer(204, &[], ""));
    assert_eq!(shop.store.standing().answers, 0);
    assert!(shop.store.standing().bytes > 0);
    drop(found);
    assert_eq!(shop.store.standing().bytes, 0);
}

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    /// A caller (0 for a stranger) asks for an address.
    Get { caller: usize, target: usize, wish: Option<&'static str> },
    /// Somebody changes what is there.
    Put { target: usize },
    /// Time passes.
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let wish = proptest::option::weighted(
        0.3,
        proptest::sample::select(vec!["no-cache", "max-stale", "max-age=5", "no-store", "min-fresh=3"]),
    );
    let step = prop_oneof![
        8 => (0..3usize, 0..6usize, wish).prop_map(|(caller, target, wish)| Step::Get { caller, target, wish }),
        1 => (0..6usize).prop_map(|target| Step::Put { target }),
        2 => (0..20u64).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..80)
}

/// What the service answers at each address: these words, and content of this length that names the caller.
const POLICIES: [(&str, usize); 6] = [
    ("max-age=10", 10),
    ("public, max-age=10", 900),
    ("private, max-age=10", 50),
    ("max-age=10, stale-if-error=20", 3_000),
    ("no-cache", 20),
    ("s-maxage=5", 7_000),
];

const CALLERS: [Lines<'static>; 3] = [&[], &[("authorization", "Bearer one")], &[("cookie", "session=two")]];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nobody_gets_what_was_made_for_another_and_the_memory_holds(steps in steps(), size in 8_000u64..80_000) {
        let mut shop = Shop::sized(size);
        let mut versions = [0u32; 6];
        let mut last_age: HashMap<(usize, u32), u64> = HashMap::new();
        for step in steps {
            match step {
                Step::Wait(seconds) => {
                    shop.wait(seconds);
                    last_age.values_mut().for_each(|age| *age += seconds);
                }
                Step::Put { target } => {
                    versions[target] += 1;
                    let head = request("PUT", &format!("/{target}"), &[]);
                    shop.store.answered(&head, &answer(204, &[], ""));
                }
                Step::Get { caller, target, wish } => {
                    let mut lines = CALLERS[caller].to_vec();
                    lines.extend(wish.map(|wish| ("cache-control", wish)));
                    let head = request("GET", &format!("/{target}"), &lines);
                    let (policy, length) = POLICIES[target];
                    match shop.look(&head) {
                        Look::Fresh(found) => {
                            let (given, content) = shop.given(&found, &head);
                            let text = String::from_utf8(content).unwrap();
                            let mut parts = text.split('|');
                            let made_for: usize = parts.next().unwrap().parse().unwrap();
                            let version: u32 = parts.next().unwrap().parse().unwrap();
                            prop_assert!(!policy.contains("private"), "private answers are never stored");
                            let all_may = policy.contains("public");
                            prop_assert!(all_may || (made_for == 0 && caller == 0), "{made_for} to {caller}: {policy}");
                            prop_assert_eq!(version, versions[target], "what was changed is gone");
                            let age: u64 = std::str::from_utf8(given.fields().get(Name::Age).unwrap()).unwrap().parse().unwrap();
                            // Time passes for what is stored as for everybody, so its age never falls behind.
                            let known = last_age.entry((target, version)).or_insert(age);
                            prop_assert!(age <= *known, "{age} {known}");
                            *known = age;
                        }
                        Look::Ask(pending) => {
                            let text = format!("{caller}|{}|{}", versions[target], "x".repeat(length));
                            let reply = answer(200, &[("cache-control", policy), ("etag", "\"e\"")], &text);
                            if let Settled::Keep(mut keeping) = shop.settle(pending, &head, &reply)
                                && text.as_bytes().chunks(1_000).all(|piece| keeping.take_in(piece))
                            {
                                last_age.insert((target, versions[target]), 0);
                                keeping.finish(&shop.store, shop.moment().now);
                            }
                        }
                        Look::Aside | Look::OnlyIfCached | Look::StandIn(_) | Look::Wait(_) | Look::Meanwhile(..) => {
                            prop_assert!(false, "none was asked for");
                        },
                    }
                }
            }
            let standing = shop.store.standing();
            prop_assert!(standing.bytes <= size, "{standing:?}");
        }
    }

    #[test]
    fn the_age_follows_the_clock(waits in proptest::collection::vec(0u64..500, 1..20), said in 0u64..1_000) {
        let mut shop = Shop::new();
        let get = request("GET", "/", &[("cache-control", "max-stale")]);
        let lines = [("cache-control", "max-age=2000"), ("age", &*said.to_string())];
        prop_assert!(shop.fetch(&request("GET", "/", &[]), &answer(200, &lines, ""), ""));
        let mut expected = said;
        for wait in waits {
            shop.wait(wait);
            expected += wait;
            prop_assert_eq!(age(&shop, &get), Some(expected));
        }
    }
}
