//! Port numbers for programs that cannot be told to bind port 0.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range from which Linux takes ports for outgoing connections, so that a client cannot hold one by chance.
const FIRST: u16 = 12_000;
const COUNT: u16 = 20_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port of 127.0.0.1 on which nothing listens; never the same one twice in a process.
///
/// # Panics
/// When the whole range is taken.
#[must_use]
pub fn free() -> u16 {
    // Processes start at different places, so that two test binaries rarely try the same number.
    let start = u16::try_from(std::process::id().wrapping_mul(397) % u32::from(COUNT)).unwrap_or_default();
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        let port = FIRST + (start + step) % COUNT;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no free port between {FIRST} and {}", FIRST + COUNT);
}

/// `count` neighbouring free ports; the first of them.
///
/// # Panics
/// When there is no such run.
#[must_use]
pub fn free_run(count: u16) -> u16 {
    for _ in 0..1_000 {
        let first = free();
        let run: Vec<_> = (1..count).map(|_| free()).collect();
        if run.iter().zip(1..).all(|(port, step)| *port == first + step) {
            return first;
        }
    }
    panic!("no {count} neighbouring free ports");
}
