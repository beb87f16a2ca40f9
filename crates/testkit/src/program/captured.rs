//! What a process has written so far.

use std::io::Read;
use std::sync::{Arc, Condvar, Mutex};

use crate::Deadline;

#[derive(Default)]
struct Written {
    bytes: Vec<u8>,
    ended: bool,
}

/// Filled by a thread of its own, so that the process never waits for the test.
pub(super) struct Captured(Arc<(Mutex<Written>, Condvar)>);

impl Captured {
    pub(super) fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let shared = Arc::new((Mutex::new(Written::default()), Condvar::new()));
        let filling = Arc::clone(&shared);
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                let length = pipe.read(&mut buffer).unwrap_or_default();
                let mut written = filling.0.lock().expect("no panic while capturing");
                written.bytes.extend_from_slice(buffer.get(..length).unwrap_or_default());
                written.ended = length == 0;
                filling.1.notify_all();
                if length == 0 {
                    return;
                }
            }
        });
        Self(shared)
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.0.lock().expect("no panic while capturing").bytes).into_owned()
    }

    /// The whole line that holds the text; everything written where it does not come.
    pub(super) fn wait_for(&self, text: &str, deadline: Deadline) -> Result<String, String> {
        let found = self.wait(deadline, |written| {
            let all = String::from_utf8_lossy(&written.bytes);
            let whole_lines = all.rfind('\n').and_then(|end| all.get(..end)).unwrap_or_default();
            whole_lines.lines().find(|line| line.contains(text)).map(str::to_owned)
        });
        found.ok_or_else(|| self.text())
    }

    pub(super) fn wait_for_end(&self, deadline: Deadline) -> bool {
        self.wait(deadline, |written| written.ended.then_some(())).is_some()
    }

    fn wait<T>(&self, deadline: Deadline, look: impl Fn(&Written) -> Option<T>) -> Option<T> {
        let (lock, changed) = &*self.0;
        let mut written = lock.lock().expect("no panic while capturing");
        loop {
            if let Some(seen) = look(&written) {
                return Some(seen);
            }
            let left = deadline.left().filter(|_| !written.ended)?;
            written = changed.wait_timeout(written, left).expect("no panic while capturing").0;
        }
    }
}
