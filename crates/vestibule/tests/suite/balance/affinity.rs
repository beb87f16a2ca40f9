//! Requests that belong together: which replica they go to, and which of them move when one is out for a while.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use auth::keys::{self, NewKey};
use model::KeyKind;
use testkit::{Backend, Connection, Deadline, House, Reply, script};

use crate::standing::house;
use crate::two_doors::{SOON, admin, bearer, free_address};

const REPLICAS: usize = 4;
/// Replicas listen at other ports each time, so that keys fall anew: that one of four is without any of so many, or has
/// more than half of them, happens once in a hundred million times.
const KEYS: usize = 100;

/// Replicas that say their number, and whether they are well.
struct Replicas {
    services: Vec<Backend>,
    well: Vec<Arc<AtomicBool>>,
}

fn replica(number: usize, well: Arc<AtomicBool>) -> Backend {
    Backend::choosing(move |head, _| {
        let status = if well.load(Ordering::SeqCst) { 200 } else { 503 };
        let probe = head.target == "/healthz";
        script::answer(if probe { Reply::status(status, "") } else { Reply::ok(number.to_string()) })
    })
}

impl Replicas {
    fn start() -> Self {
        let well: Vec<_> = (0..REPLICAS).map(|_| Arc::new(AtomicBool::new(true))).collect();
        let services = well.iter().enumerate().map(|(number, well)| replica(number, Arc::clone(well))).collect();
        Self { services, well }
    }

    fn set(&self, number: usize, well: bool) {
        self.well[number].store(well, Ordering::SeqCst);
    }

    /// A house before them that chooses by this, with one public API and one for each of the keys.
    fn house(&self, hash: &str, keys: &[NewKey]) -> (House, SocketAddr) {
        let address = free_address();
        let urls: Vec<_> = self.services.iter().map(|replica| format!("\"{}\"", replica.url())).collect();
        let line = |(at, key): (usize, &NewKey)| {
            format!("  key-{at}: {{ kind: restricted, hash: \"{}\", apis: known }}\n", key.hash)
        };
        let keys: String = keys.iter().enumerate().map(line).collect();
        let file = format!(
            "vestibule: 1\ndoors:\n  client: {{ listen: \"{address}\", tls: none }}\n\
             services:\n  shop:\n    urls: [{}]\n    balance: {{ hash: \"{hash}\" }}\n    \
             health: {{ route: GET /healthz, every: 1s, healthy_after: 1, unhealthy_after: 1 }}\n\
             keys:\n  nobody: {{ kind: restricted, hash: \"{}\", apis: known }}\n{keys}\
             apis:\n  open:\n    door: client\n    path: /open\n    service: shop\n    public: true\n    \
             operations: {{ cart: \"GET /carts/{{cart}}/{{item}}\" }}\n\
             \x20 known:\n    door: client\n    path: /known\n    service: shop\n    callers: {{ keys: restricted }}\n    \
             operations: {{ cart: \"GET /carts/{{cart}}/{{item}}\" }}\n",
            urls.join(", "),
            keys::generate(KeyKind::Restricted).expect("random numbers").hash,
        );
        let house = house().config(&file).start();
        wait_for_healthy(&house, REPLICAS);
        (house, address)
    }

    /// The same key goes to the same replica, over whichever connection; while a replica is ill only its own keys
    /// move, and when it is well again all are where they were.
    fn keep(&self, house: &House, ask: impl Fn(usize) -> String) {
        let first: Vec<_> = (0..KEYS).map(&ask).collect();
        assert_eq!(first.iter().collect::<HashSet<_>>().len(), REPLICAS, "all are used: {first:?}");
        let all = || (0..KEYS).map(&ask).collect::<Vec<_>>();
        assert_eq!(all(), first);
        for out in 0..REPLICAS {
            self.set(out, false);
            wait_for_healthy(house, REPLICAS - 1);
            let without = all();
            for (key, (was, is)) in first.iter().zip(&without).enumerate() {
                let moved = *was == out.to_string();
                assert_eq!(was != is, moved, "key {key} goes from {was} to {is} while {out} is out");
            }
            let moved = first.iter().filter(|was| **was == out.to_string()).count();
            assert!((1..=KEYS / 2).contains(&moved), "{moved} of {KEYS} are of one of {REPLICAS}");
            self.set(out, true);
            wait_for_healthy(house, REPLICAS);
            assert_eq!(all(), first, "after {out} came back");
        }
    }
}

fn wait_for_healthy(house: &House, wanted: usize) {
    let deadline = Deadline::within(SOON);
    loop {
        let status = admin(house, "GET", "/status").json().expect("JSON");
        if status["services"][0]["healthy"].as_u64() == u64::try_from(wanted).ok() {
            return;
        }
        assert!(!deadline.passed(), "not {wanted} are healthy: {}", status["services"][0]);
        std::thread::yield_now();
    }
}

/// The replica that answers a request from this address.
fn asked(door: SocketAddr, from: Ipv4Addr, target: &str, field: &str) -> String {
    let answer = Connection::plain_from(IpAddr::V4(from), door)
        .exchange(format!("GET {target} HTTP/1.1\r\nhost: shop.example\r\n{field}connection: close\r\n\r\n"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text()
}

fn address(last: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, u8::try_from(10 + last).expect("a small number"))
}

#[test]
fn requests_with_the_same_part_of_the_path_go_to_the_same_replica_and_few_move_when_one_is_out() {
    let replicas = Replicas::start();
    let (house, door) = replicas.house("path.cart", &[]);
    // Whoever asks, and whatever the rest of the path is.
    let turn = std::cell::Cell::new(0);
    replicas.keep(&house, |cart| {
        turn.set((turn.get() + 1) % 7);
        asked(door, address(turn.get()), &format!("/open/carts/cart-{cart}/{}", turn.get()), "")
    });
}

#[test]
fn requests_of_the_same_caller_go_to_the_same_replica_and_few_move_when_one_is_out() {
    let replicas = Replicas::start();
    let keys: Vec<_> = (0..KEYS).map(|_| keys::generate(KeyKind::Restricted).expect("random numbers")).collect();
    let (house, door) = replicas.house("caller", &keys);
    // Wherever they ask from, and for whatever.
    let turn = std::cell::Cell::new(0);
    replicas.keep(&house, |caller| {
        turn.set((turn.get() + 1) % 7);
        let field = format!("{}\r\n", bearer(&keys[caller]));
        asked(door, address(turn.get()), &format!("/known/carts/cart-{}/1", turn.get()), &field)
    });
}

#[test]
fn requests_from_the_same_address_go_to_the_same_replica_and_few_move_when_one_is_out() {
    let replicas = Replicas::start();
    let (house, door) = replicas.house("address", &[]);
    let turn = std::cell::Cell::new(0);
    replicas.keep(&house, |from| {
        turn.set((turn.get() + 1) % 7);
        asked(door, address(from), &format!("/open/carts/cart-{}/1", turn.get()), "")
    });
}
