//! `vestibule upgrade`: another process takes the doors over, and nobody notices.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use testkit::http2::{Http2, Outcome};
use testkit::{Backend, ClientTls, Connection, Deadline, House, Reply, script};

use crate::open_house::{OpenHouse, SOON, get};
use crate::two_doors::{Ground, free_address, get as get_localhost};

const UPGRADES: usize = 20;
/// Requests on one connection over HTTP/2: the raw client opens no window for more answers.
const STREAMS: u32 = 200;

/// Processes that are not children of the test any more; they end with it.
#[derive(Default)]
pub(crate) struct Followers(Vec<u32>);

impl Followers {
    /// One more that ends with the test; waits until it answers at the admin socket.
    pub(crate) fn wait_for(&mut self, house: &House, pid: u32) {
        self.0.push(pid);
        let deadline = Deadline::within(SOON);
        while status(house)["pid"] != pid {
            assert!(!deadline.passed(), "process {pid} does not answer\n{}", house.stderr());
        }
    }

    fn signal(&self, signal: Signal) {
        for pid in self.0.iter().filter(|pid| is_running(**pid)) {
            if let Some(pid) = i32::try_from(*pid).ok().and_then(Pid::from_raw) {
                // It may end at this very moment.
                let _ = kill_process(pid, signal);
            }
        }
    }
}

impl Drop for Followers {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// Whether a process is there and has not ended; one that nobody has waited for is a zombie.
fn is_running(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, after)| !after.starts_with(['Z', 'X']))
}

pub(crate) fn wait_for_end(pid: u32) {
    let deadline = Deadline::within(SOON);
    while is_running(pid) {
        assert!(!deadline.passed(), "process {pid} has not ended");
        std::thread::yield_now();
    }
}

/// Upgrades, and waits until the new process answers at the admin socket.
pub(crate) fn upgrade(house: &House, followers: &mut Followers) -> u32 {
    let ended = house.command(&["upgrade", "--json"]);
    assert_eq!(ended.status.code(), Some(0), "{ended:?}\n{}", house.stderr());
    let told: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let pid = u32::try_from(told["pid"].as_u64().expect("a process id")).expect("a process id");
    followers.wait_for(house, pid);
    pid
}

fn status(house: &House) -> Value {
    serde_json::from_str(&house.command(&["status", "--json"]).stdout).unwrap_or_default()
}

struct Load<'a> {
    address: SocketAddr,
    tls_address: SocketAddr,
    tls: ClientTls,
    stop: &'a AtomicBool,
    answered: &'a AtomicUsize,
    /// Requests on a connection that was ended before a byte of an answer, sent once more on a new one.
    again: &'a AtomicUsize,
}

impl Load<'_> {
    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn count(&self, status: u16, body: &str) {
        assert_eq!((status, body), (200, "served"));
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    /// One connection for as long as it lasts. An idle connection may end at any time, also while a request is on its
    /// way: then a client sends what is safe to repeat again (RFC 9110 §9.2.2). An answer never breaks off.
    fn keep_alive(&self, connect: impl Fn() -> Connection) {
        while self.goes_on() {
            let mut connection = connect();
            let mut first = true;
            while self.goes_on() {
                connection.send(get_localhost("/open/things", &[]).as_bytes());
                match connection.answer_to("GET", Deadline::within(SOON)) {
                    Ok(answer) => {
                        self.count(answer.status, &answer.text());
                        if answer.field("connection") == Some("close") {
                            break;
                        }
                    }
                    Err(why) if why.ends_with("): ") && !first => {
                        self.again.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                    Err(why) => panic!("{why}"),
                }
                first = false;
            }
        }
    }

    fn newcomers(&self) {
        while self.goes_on() {
            let answer =
                Connection::plain(self.address).exchange(get_localhost("/open/things", &["connection: close"]));
            self.count(answer.status, &answer.text());
        }
    }

    fn newcomers_over_tls(&self) {
        while self.goes_on() {
            let answer = Connection::tls(self.tls_address, &self.tls).exchange(get_localhost("/open/things", &[]));
            self.count(answer.status, &answer.text());
        }
    }

    fn http2(&self) {
        let tls = self.tls.clone().alpn(&["h2"]);
        while self.goes_on() {
            let mut connection = Http2::over(tls.connect(self.tls_address).expect("a handshake"));
            for stream in (0..STREAMS).map(|number| 2 * number + 1) {
                if !self.goes_on() {
                    break;
                }
                crate::reload::load::ask_http2(&mut connection, stream, "/open/things");
                match connection.outcome(stream, Deadline::within(SOON)) {
                    Outcome::Answer(status, body) => self.count(status, &String::from_utf8_lossy(&body)),
                    // The last stream that was taken was another one: this one may be sent again (RFC 9113 §6.8).
                    _ if stream > 1 => {
                        self.again.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                    other => panic!("the first request of a connection: {other:?}"),
                }
            }
        }
    }
}

#[test]
fn twenty_upgrades_under_load_fail_no_request() {
    let ground = Ground::new();
    let plain = free_address();
    let file = ground.file().replacen(
        "doors:\n",
        &format!("doors:\n  plain: {{ kind: client, listen: \"{plain}\", tls: none }}\n"),
        1,
    );
    let file = file.replacen(
        "apis:\n",
        "apis:\n  plain:\n    door: plain\n    path: /open\n    service: shop\n    public: true\n    operations: { read: \"GET /things\" }\n",
        1,
    );
    let house = ground.open_unwatched(&file);
    let (stop, answered, again) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let load = Load {
        address: plain,
        tls_address: house.client,
        tls: ClientTls::new(&house.people),
        stop: &stop,
        answered: &answered,
        again: &again,
    };
    let mut followers = Followers::default();
    let began = Instant::now();
    std::thread::scope(|scope| {
        let threads = [
            scope.spawn(|| load.keep_alive(|| Connection::plain(load.address))),
            scope.spawn(|| load.keep_alive(|| Connection::tls(load.tls_address, &load.tls))),
            scope.spawn(|| load.newcomers()),
            scope.spawn(|| load.newcomers_over_tls()),
            scope.spawn(|| load.http2()),
        ];
        let mut before = house.house.pid();
        for number in 1..=UPGRADES {
            let pid = upgrade(&house.house, &mut followers);
            assert_ne!(pid, before);
            wait_for_end(before);
            before = pid;
            // A request that failed ends its thread; there is no use in going on then.
            assert!(threads.iter().all(|thread| !thread.is_finished()), "a request failed at upgrade {number}");
            assert!(began.elapsed() < Duration::from_secs(240), "only {number} upgrades in four minutes");
        }
        stop.store(true, Ordering::Relaxed);
        for thread in threads {
            thread.join().expect("every request of this thread was answered");
        }
    });
    let (answered, again) = (answered.into_inner(), again.into_inner());
    println!("{answered} requests, {again} sent again, {UPGRADES} upgrades in {:?}", began.elapsed());
    assert!(answered >= 10 * UPGRADES, "only {answered} requests ran");
    assert!(again <= 3 * UPGRADES, "{again} were sent again; at most one for each lasting connection and upgrade");
}

#[test]
fn a_request_under_way_is_finished_by_the_process_that_took_it() {
    let slow = Backend::always(script::trickle(&Reply::ok("at last"), Duration::from_millis(15)));
    let house = OpenHouse::plain(&slow, &[]);
    let mut followers = Followers::default();
    let mut under_way = house.connect();
    under_way.send(&get("/slow"));
    slow.wait_until("the request arrives", SOON, |service| service.arrivals() == 1);
    let old = house.house.pid();
    let new = upgrade(&house.house, &mut followers);
    let answer = under_way.answer_to("GET", Deadline::within(SOON)).expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (200, "at last"));
    wait_for_end(old);
    assert_eq!(house.get("/after"), "at last");
    assert!(is_running(new));
    followers.signal(Signal::TERM);
    wait_for_end(new);
}

#[test]
fn where_the_new_process_does_not_come_to_serve_the_old_one_goes_on() {
    let service = Backend::saying("served");
    let house = OpenHouse::plain(&service, &[]);
    let pid = house.house.pid();
    let refused = |arguments: &[&str], why: &str| {
        let ended = house.house.command(arguments);
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        assert!(ended.stderr.contains("error[not-upgraded]") && ended.stderr.contains(why), "{ended:?}");
        assert_eq!(status(&house.house)["pid"], pid);
        assert_eq!(house.get("/still"), "served");
    };
    refused(&["upgrade", "/no/such/program"], "cannot be started");
    refused(&["upgrade", "/bin/false"], "ended before it served");
    house.house.write_config("vestibule: 1\nnothing: here\n");
    refused(&["upgrade", "--admin", "unix:vestibule-data/admin.sock"], "ended before it served");
}

#[test]
fn a_service_manager_is_told_which_process_is_the_main_one() {
    let service = Backend::saying("served");
    let address = free_address();
    let prepared = crate::standing::house();
    let path = prepared.folder().join("notify.sock");
    let manager = std::os::unix::net::UnixDatagram::bind(&path).expect("a socket");
    manager.set_read_timeout(Some(SOON)).expect("set");
    let file = format!(
        "vestibule: 1\ndoors:\n  client: {{ listen: \"{address}\", tls: none }}\nservices:\n  s: {{ urls: \"{}\" }}\n\
         apis:\n  a: {{ door: client, service: s, public: true, operations: {{ all: \"ANY /**\" }} }}\n",
        service.url()
    );
    let house = prepared.environment("NOTIFY_SOCKET", &path.to_string_lossy()).config(&file).start();
    let told = || {
        let mut message = [0; 256];
        let length = manager.recv(&mut message).expect("a message");
        String::from_utf8_lossy(&message[..length]).into_owned()
    };
    assert_eq!(told(), format!("READY=1\nMAINPID={}\n", house.pid()));
    let mut followers = Followers::default();
    let pid = upgrade(&house, &mut followers);
    assert_eq!(told(), format!("READY=1\nMAINPID={pid}\n"));
}
