//! Devices that wait for a person to allow them elsewhere (RFC 8628), as they are kept.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::Answer;
use super::grants::Grant;
use crate::{Digest, GrantId, Scopes};

/// Devices of one app that wait at a time.
pub const MAX_WAITING: usize = 1_000;

/// How much longer a device has to wait each time that it asks too soon (RFC 8628 §3.5).
pub const SLOWER_BY: Duration = Duration::from_secs(5);

/// A device that waits. Times are kept to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Of what the device holds.
    pub device: Digest,
    /// Of what the person types, in its one plain form.
    pub user_code: Digest,
    /// Which app it is.
    pub app: Arc<str>,
    /// What it asks for.
    pub scopes: Scopes,
    /// What for.
    pub resources: Box<[Box<str>]>,
    /// How long it has to wait between two questions.
    pub interval: Duration,
    /// From then on it is void.
    pub expires: SystemTime,
}

/// What became of a device that was to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// It does.
    Begun,
    /// Another one has that user code.
    Taken,
    /// [`MAX_WAITING`] do already.
    Crowded,
}

/// A device asks whether it may.
#[derive(Clone, Debug)]
pub struct Poll {
    /// What was shown.
    pub shown: Digest,
    /// Who showed it.
    pub app: Arc<str>,
    /// What the refresh tokens of the grant are bound to.
    pub bound_to: Option<Box<str>>,
    /// The first refresh token.
    pub refresh: Option<Digest>,
    /// What time it is.
    pub now: SystemTime,
}

/// The answer to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Polled {
    /// It may: the grant has begun, and the device code works no more.
    Redeemed(Grant),
    /// Nobody has said anything yet.
    Pending,
    /// Likewise, and it asks too often: it has to wait longer from now on.
    SlowDown,
    /// The person said no.
    Denied,
    /// Too late.
    Expired,
    /// It had been redeemed before: the grant has ended with this.
    Replayed(GrantId),
    /// It is no device code that is known, or another app's.
    Unknown,
}

/// Devices, as an engine keeps them.
pub trait Devices: Send + Sync {
    /// Lets a device wait.
    fn wait(&self, device: Device, now: SystemTime) -> Answer<'_, Waiting>;
    /// The device that shows this user code and that nobody has decided on, where it has not expired.
    fn by_user_code(&self, user_code: Digest, now: SystemTime) -> Answer<'_, Option<Device>>;
    /// Says yes with the grant that begins when the device asks next, or no without one. False where there is no such
    /// device any more, or somebody has said something already.
    fn decide(&self, user_code: Digest, grant: Option<Grant>, now: SystemTime) -> Answer<'_, bool>;
    /// Answers a device; a yes is answered once.
    fn poll(&self, poll: Poll) -> Answer<'_, Polled>;
}
