//! Reloads leave nothing behind in memory: what ran before is let go by every thread.

use testkit::{Backend, Connection};

use super::reload;
use crate::two_doors::{Ground, changed, free_address, get};

const ROUTES: usize = 200;
/// After so many, all that is made once has been made.
const WARM: usize = 50;
const RELOADS: usize = 300;
/// How much memory may have grown since: 5 %, and less than a kilobyte a reload.
const GROWTH: f64 = 1.05;

/// What the process alone has written to, in KiB: pages of the program are shared with whatever else runs it.
fn memory_kib(process: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).expect("a process");
    let line = text.lines().find_map(|line| line.strip_prefix("Anonymous:")).expect("its memory");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}

#[test]
fn memory_is_the_same_after_fifty_reloads_and_after_three_hundred() {
    let ground = Ground::before(Backend::saying("one"));
    let plain = free_address();
    let door = format!("doors:\n  plain: {{ kind: client, listen: \"{plain}\", tls: none }}\n");
    let routes: String = (0..ROUTES).map(|route| format!("      route{route}: GET /kind{route}/{{id}}\n")).collect();
    let api = format!(
        "apis:\n  plain:\n    door: plain\n    path: /open\n    service: shop\n    public: true\n    operations:\n{routes}      \
         changing: GET /changing0/{{id}}\n"
    );
    let file = changed(&ground.file(), &[("doors:\n", door.as_str()), ("apis:\n", api.as_str())]);
    let house = ground.open_unwatched(&file);
    let mut lasting = Connection::plain(plain);
    let mut warm_kib = f64::MAX;
    for number in 1..=RELOADS {
        let (hash, was) = reload(&house.house, &file.replace("/changing0/", &format!("/changing{number}/")));
        assert_ne!(hash, was, "reload {number} changed nothing");
        assert_eq!(lasting.exchange(get(&format!("/open/changing{number}/1"), &[])).status, 200);
        if number == WARM {
            warm_kib = memory_kib(house.house.pid());
        }
    }
    let after_kib = memory_kib(house.house.pid());
    println!("{warm_kib} KiB after {WARM} reloads, {after_kib} KiB after {RELOADS}");
    assert!(after_kib <= warm_kib * GROWTH, "{warm_kib} KiB after {WARM} reloads, {after_kib} KiB after {RELOADS}");
}
