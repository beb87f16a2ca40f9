//! A timer as exact as the kernel's own; the runtime's are a millisecond coarse, ten requests at an ordinary rate.

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Wakes its owner, who sleeps until then.
pub(crate) struct Timer(AsyncFd<OwnedFd>);

impl Timer {
    /// # Errors
    /// When the kernel gives no timer.
    #[expect(deprecated, reason = "its successor is `unsafe` for descriptors that are not owned; this one is")]
    pub(crate) fn new() -> io::Result<Self> {
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        Ok(Self(AsyncFd::with_interest(timer, Interest::READABLE)?))
    }

    /// Waits for `time`, now and then a little less: the caller looks at its clock again.
    ///
    /// # Errors
    /// When the timer cannot be set.
    pub(crate) async fn wait(&self, time: Duration) -> io::Result<()> {
        let once = Itimerspec { it_interval: Timespec::default(), it_value: timespec(time)? };
        // Setting it forgets what it has told, so that nothing needs to be read (timerfd_create(2)).
        timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &once)?;
        self.0.readable().await?.clear_ready();
        Ok(())
    }
}

/// Zero would stop the timer instead of ending the wait.
fn timespec(time: Duration) -> io::Result<Timespec> {
    Timespec::try_from(time.max(Duration::from_nanos(1))).map_err(io::Error::other)
}
