//! System calls of a request: two reads and two writes, and nothing else that comes with every request.
//!
//! What the kernel does is most of what a request costs, and one careless call more
//! shows in no other test. strace writes down what the data threads call.

use std::fs;
use std::path::Path;

use testkit::program::Prepared;
use testkit::{Backend, Connection, Deadline, Reply, Root, script};

use crate::open_house::{OpenHouse, SOON, get};
use crate::standing::house;

const REQUESTS: usize = 400;
const CONNECTIONS: usize = 4;
/// Reads and writes that a request needs: the caller's and the service's, in and out.
const PER_REQUEST: usize = 4;
/// What comes with connections, start and end, growing memory and the ticks of the log: less than once a request.
const BESIDE_REQUESTS: usize = REQUESTS * 3 / 4;

/// Where strace writes, in the folder of the program.
const FILE: &str = "calls.txt";

/// The program under strace. The tracer stands aside, so that the process is the program's own.
fn under_strace() -> Prepared {
    house().under(&testkit::tool("strace"), &["-D", "-f", "-q", "--decode-pids=comm", "-s", "0", "-o", FILE])
}

/// What the data threads of a program called until its end, waiting for events apart.
fn calls_of_data_threads(folder: &Path) -> Vec<String> {
    let deadline = Deadline::within(SOON);
    loop {
        let text = fs::read_to_string(folder.join(FILE)).expect("what strace wrote");
        // The tracer is nobody's child here and ends when it likes; this is the last call that there can be.
        if text.contains(" exit_group(") {
            let calls = text.lines().filter_map(call_of_a_data_thread).filter(|name| *name != "epoll_wait");
            return calls.map(str::to_owned).collect();
        }
        assert!(!deadline.passed(), "strace wrote no end:\n{text}");
        std::thread::yield_now();
    }
}

/// The name in `123<data-0> recvfrom(…`; a line that goes on with an earlier one has none.
fn call_of_a_data_thread(line: &str) -> Option<&str> {
    let (thread, call) = line.split_once("> ")?;
    let (name, _) = call.trim_start().split_once('(')?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (thread.contains("<data-") && is_name).then_some(name)
}

fn moves_bytes(name: &str) -> bool {
    ["read", "recv", "write", "send"].iter().any(|verb| name.contains(verb))
}

/// Requests over several connections in turn, and then the end.
fn serve_and_end(mut house: OpenHouse) -> Vec<String> {
    let mut connections: Vec<Connection> = (0..CONNECTIONS).map(|_| house.connect()).collect();
    for turn in 0..REQUESTS {
        let answer = connections[turn % CONNECTIONS].exchange(get("/bytes/1024"));
        assert_eq!((answer.status, answer.body.len()), (200, 1024));
    }
    drop(connections);
    house.house.terminate();
    assert!(house.house.wait(SOON).success());
    calls_of_data_threads(house.house.folder())
}

fn assert_few(calls: &[String]) {
    let moving = calls.iter().filter(|name| moves_bytes(name)).count();
    // That something is counted at all: each request moves bytes that often at least.
    assert!(moving >= PER_REQUEST * REQUESTS, "{moving} reads and writes cannot be all");
    let most = PER_REQUEST * REQUESTS + BESIDE_REQUESTS;
    assert!(calls.len() <= most, "{} calls for {REQUESTS} requests, {moving} of them reads and writes", calls.len());
}

#[test]
fn a_request_costs_two_reads_and_two_writes_and_no_other_system_call() {
    if !testkit::needs("strace") {
        return;
    }
    let service = Backend::always(script::answer(Reply::ok(vec![b'x'; 1024])));
    assert_few(&serve_and_end(OpenHouse::prepared(under_strace(), &service, None)));
    assert_few(&serve_and_end(OpenHouse::prepared(under_strace(), &service, Some(&Root::new("people")))));
}
