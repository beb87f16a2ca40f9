//! What becomes of work when a disk hangs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use super::at_disk;

#[test]
fn what_nobody_waits_for_any_more_is_not_begun_when_the_disk_comes_back() {
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().expect("a runtime");
    runtime.block_on(async {
        let (come_back, hangs) = mpsc::channel::<()>();
        let hanging = at_disk(move || hangs.recv().is_ok());
        let begun = [false; 2].map(|_| Arc::new(AtomicBool::new(false)));
        let [given_up, wanted] = begun.clone().map(|begun| at_disk(move || begun.store(true, Ordering::SeqCst)));
        drop(given_up);
        come_back.send(()).expect("it waits");
        assert!(hanging.await.expect("no panic"));
        wanted.await.expect("no panic");
        assert_eq!(begun.map(|begun| begun.load(Ordering::SeqCst)), [false, true]);
    });
}
