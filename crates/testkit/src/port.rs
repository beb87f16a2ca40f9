//! Port numbers for programs that cannot be told to bind port 0.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range from which Linux takes ports for outgoing connections, so that a client cannot hold one by chance.
const FIRST: u16 = 12_000;
const COUNT: u16 = 20_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port of 127.0.0.1 on which nothing listens; a process is not given the same one again.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn free() -> u16 {
    free_run(1)
}

/// `count` neighbouring free ports; the first of them.
///
/// # Panics
/// When there is no such run.
#[must_use]
pub fn free_run(count: u16) -> u16 {
    // Processes start at different places, so that two test binaries rarely try the same number.
    let start = u16::try_from(std::process::id().wrapping_mul(397) % u32::from(COUNT)).unwrap_or_default();
    let is_free = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    for _ in 0..COUNT / count.max(1) {
        let step = NEXT.fetch_add(count, Ordering::Relaxed) % COUNT;
        let first = FIRST + (start + step) % COUNT;
        if (first..first + count).all(is_free) {
            return first;
        }
    }
    panic!("no {count} neighbouring free ports from {FIRST} on");
}

#[cfg(test)]
mod tests;
