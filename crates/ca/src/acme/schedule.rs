//! When a certificate is renewed, and how long nothing is asked after a failure.

use std::time::{Duration, SystemTime};

use crate::Leaf;

/// After the first failure.
const FIRST: Duration = Duration::from_secs(60);
/// After a failure because of too many requests.
const LIMITED: Duration = Duration::from_secs(60 * 60);
/// However often it failed.
const LONGEST: Duration = Duration::from_secs(12 * 60 * 60);
/// Each wait is so many times the one before.
const FACTOR: u32 = 4;

/// When to renew: at two thirds of its life, or up to a thirtieth of its life earlier. `salt` is out of 256 and differs
/// from node to node, so that not all of them ask at once.
pub(super) fn renew_at(leaf: &Leaf, salt: u8) -> SystemTime {
    let life = leaf.not_after.duration_since(leaf.not_before).unwrap_or_default();
    let early = life / 30 * u32::from(salt) / 256;
    leaf.not_before + (life / 3 * 2).saturating_sub(early)
}

/// How long to wait after so many failures in a row. With `salt` up to a tenth longer.
///
/// INVARIANT: at most five attempts in any hour, which is what Let's Encrypt takes of failed checks of one name.
pub(super) fn wait_after(failures: u32, rate_limited: bool, salt: u8) -> Duration {
    let factor = FACTOR.saturating_pow(failures.saturating_sub(1).min(8));
    let wait = FIRST.saturating_mul(factor).min(LONGEST);
    let wait = if rate_limited { wait.max(LIMITED) } else { wait };
    wait + wait / 10 * u32::from(salt) / 256
}

#[cfg(test)]
mod tests;
