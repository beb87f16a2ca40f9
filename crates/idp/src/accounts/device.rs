//! The cookie by which a browser is known again in which somebody had signed in.
//!
//! It opens nothing: it only says that its browser has an allowance of its own where passwords are guessed
//! (`throttle`), as in OWASP's "Slow Down Online Guessing Attacks with Device Cookies". So it is signed and kept
//! nowhere, and who steals one may guess ten times.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::{hmac, rand};
use data_encoding::BASE64URL_NOPAD;
use model::Secret;

use crate::{NoRandomness, UserId};

/// How long such a cookie is taken.
pub const DEVICE_LIFETIME: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// One browser, as far as one account is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceId([u8; 16]);

/// Makes and knows such cookies.
pub struct Devices(hmac::Key);

const BODY_LEN: usize = 16 + 8 + 16;

impl Devices {
    /// With a key of this house; with another one every browser is a stranger again, and nothing worse.
    #[must_use]
    pub fn new(key: &Secret<[u8; 32]>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
    }

    /// The value for the browser in which `user` has just signed in.
    ///
    /// # Errors
    /// The system gave no randomness.
    pub fn issue(&self, user: UserId, now: SystemTime) -> Result<Secret<String>, NoRandomness> {
        let mut id = [0; 16];
        rand::fill(&mut id).map_err(|_| NoRandomness)?;
        let mut octets = Vec::with_capacity(BODY_LEN + 32);
        octets.extend_from_slice(&user.0);
        octets.extend_from_slice(&seconds(now).to_be_bytes());
        octets.extend_from_slice(&id);
        let tag = hmac::sign(&self.0, &octets);
        octets.extend_from_slice(tag.as_ref());
        Ok(Secret::new(BASE64URL_NOPAD.encode(&octets)))
    }

    /// Which device the value says, where it is of `user` and young enough.
    #[must_use]
    pub fn known(&self, value: &str, user: UserId, now: SystemTime) -> Option<DeviceId> {
        let octets = BASE64URL_NOPAD.decode(value.as_bytes()).ok()?;
        let (body, tag) = octets.split_at_checked(BODY_LEN)?;
        hmac::verify(&self.0, body, tag).ok()?;
        let (owner, rest) = body.split_first_chunk::<16>()?;
        let (issued, id) = rest.split_first_chunk::<8>()?;
        let age = seconds(now).checked_sub(u64::from_be_bytes(*issued))?;
        (*owner == user.0 && age < DEVICE_LIFETIME.as_secs()).then_some(DeviceId(id.try_into().ok()?))
    }
}

impl std::fmt::Debug for Devices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Devices")
    }
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests;
