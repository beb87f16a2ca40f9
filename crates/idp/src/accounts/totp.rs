//! Codes that change with the time: RFC 6238 with SHA-1, six digits and thirty seconds, which every app can do.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::{constant_time, hmac};

use super::TotpSecret;

/// Seconds that a code is shown for.
const STEP_SECONDS: u64 = 30;

/// The time step of a moment (RFC 6238 §4.2).
#[must_use]
pub fn step_at(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()) / STEP_SECONDS
}

/// The six digits of a step.
#[must_use]
pub fn code(secret: &TotpSecret, step: u64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.expose());
    let tag = hmac::sign(&key, &step.to_be_bytes());
    // RFC 4226 §5.3: the last four bits say where the number is.
    let place = usize::from(tag.as_ref().last().copied().unwrap_or_default() & 0x0f);
    let octets = tag.as_ref().get(place..).and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
    format!("{:06}", (u32::from_be_bytes(octets) & 0x7fff_ffff) % 1_000_000)
}

/// The step whose code was typed: the present one, or one beside it for clocks that differ (RFC 6238 §5.2).
///
/// All three are compared always, in constant time. Whether the step was used before is for the store to say.
#[must_use]
pub fn matching_step(secret: &TotpSecret, typed: &str, at: SystemTime) -> Option<u64> {
    let digits: String = typed.chars().filter(|at| !at.is_whitespace()).collect();
    let present = step_at(at);
    let steps = [present.saturating_sub(1), present, present.saturating_add(1)];
    let same = |step| {
        let right = code(secret, step);
        constant_time::verify_slices_are_equal(right.as_bytes(), digits.as_bytes()).is_ok()
    };
    steps.map(|step| (same(step), step)).into_iter().filter_map(|(same, step)| same.then_some(step)).max()
}

#[cfg(test)]
mod tests;
