//! Where a connection stands in the configuration of now: its door by name, looked up again only when something changed.

use std::cell::Cell;
use std::rc::Rc;

use model::Door;

use crate::peer::Peer;
use crate::snapshot::Snapshot;
use crate::thread::{OpenConnection, Thread};

/// What ended a wait for the next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Bytes are there.
    Readable,
    /// Another configuration was loaded, or the thread is draining.
    Changed,
    /// Nothing came in time.
    Ended,
}

/// The door of a connection, kept up with reloads.
pub(crate) struct Place<'a> {
    thread: &'a Rc<Thread>,
    door: Door,
    version: Cell<u64>,
    index: Option<usize>,
}

impl<'a> Place<'a> {
    pub(crate) fn new(open: &'a OpenConnection, door: Door) -> Self {
        Self { thread: open.thread(), door, version: Cell::new(u64::MAX), index: None }
    }

    /// Whether something changed since the place was last looked up.
    pub(crate) fn is_outdated(&self) -> bool {
        self.version.get() != self.thread.version()
    }

    /// The configuration of now and the door's index in it, as far as there is such a door.
    pub(crate) fn peek(&self) -> Option<(Rc<Snapshot>, usize)> {
        let snapshot = self.thread.snapshot();
        let index = snapshot.configuration.door_named(&self.door)?;
        Some((snapshot, index))
    }

    /// The configuration of now and the door's index in it; `None` where the connection has to end: the thread
    /// is draining, the door is gone, or it would not let this peer in any more. A connection that has not carried
    /// a request yet may carry its first one while the thread drains.
    pub(crate) fn of(&mut self, peer: &mut Rc<Peer>, first: bool) -> Option<(Rc<Snapshot>, usize)> {
        let snapshot = self.thread.snapshot();
        if self.is_outdated() {
            self.version.set(self.thread.version());
            let index = snapshot.configuration.door_named(&self.door);
            self.index = index.filter(|index| snapshot.lets_in(*index, peer));
            Peer::recognise(peer, &snapshot.configuration.settings.directory);
        }
        let index = self.index.filter(|_| first || !self.thread.is_draining())?;
        Some((snapshot, index))
    }
}
