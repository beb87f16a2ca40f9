//! Durable means on the disk, by the system calls: kill -9 proves nothing, because the kernel keeps what was written.

use std::fs;

use super::child::{RECORDS, command, lines, mark};

/// One system call, with the lines of the trace at which it began and ended.
#[derive(Debug)]
struct Call {
    text: String,
    began: usize,
    ended: usize,
}

/// Reads a trace of several threads, in which a call may be told in two parts.
fn calls(trace: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut unfinished: Vec<(String, usize)> = Vec::new();
    for (at, line) in trace.lines().enumerate() {
        let Some((thread, text)) = line.split_once(' ') else { continue };
        let text = text.trim_start();
        if text.starts_with("<... ") {
            let found = unfinished.iter().position(|(of, _)| of == thread).expect("it began");
            let (_, index) = unfinished.remove(found);
            calls[index].ended = at;
        } else {
            if text.ends_with("<unfinished ...>") {
                unfinished.push((thread.to_owned(), calls.len()));
            }
            calls.push(Call { text: text.to_owned(), began: at, ended: at });
        }
    }
    calls
}

/// The records whose acknowledgement began before a sync had ended that covers them.
fn acknowledged_too_early(trace: &str) -> Vec<i64> {
    let calls = calls(trace);
    let named = |name: &'static str| calls.iter().filter(move |call| call.text.starts_with(name));
    let on_the_log = |call: &&Call| call.text.contains("notes.sqlite-wal");
    let syncs: Vec<&Call> = named("fsync(").chain(named("fdatasync(")).filter(on_the_log).collect();
    let writes: Vec<&Call> = named("pwrite64(").filter(on_the_log).collect();
    let is_covered = |number: i64, answered: &Call| {
        let mark = mark(number);
        let written = writes.iter().filter(|write| write.text.contains(&mark)).map(|write| write.ended);
        let written = written.min().expect("the record stands in the log");
        syncs.iter().any(|sync| written < sync.began && sync.ended < answered.began)
    };
    let answered = |number: i64| {
        let said = format!("child: has {number}\\n");
        named("write(").find(|call| call.text.contains(&said)).expect("it was acknowledged")
    };
    (0..RECORDS).filter(|&number| !is_covered(number, answered(number))).collect()
}

fn trace(mode: &str) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("trace.txt");
    let path = file.to_str().expect("text").to_owned();
    let strace = testkit::tool("strace").to_str().expect("text").to_owned();
    let what = "trace=write,pwrite64,fsync,fdatasync";
    let traced = [strace.as_str(), "-f", "-q", "-y", "-s", "8192", "-e", what, "-o", &path];
    let mut child = command(&traced, mode, directory.path()).spawn().expect("strace runs");
    let said = lines(&mut child).count();
    assert!(child.wait().expect("it ends").success());
    assert_eq!(said as i64, 1 + RECORDS);
    fs::read_to_string(file).expect("what strace wrote")
}

#[test]
fn a_sync_that_covers_the_record_precedes_every_acknowledgement() {
    if !testkit::needs("strace") {
        return;
    }
    assert_eq!(acknowledged_too_early(&trace("full")), Vec::<i64>::new());
}

#[test]
fn the_same_test_sees_when_nobody_waits_for_the_disk() {
    if !testkit::needs("strace") {
        return;
    }
    assert_eq!(acknowledged_too_early(&trace("off")), (0..RECORDS).collect::<Vec<_>>());
}
