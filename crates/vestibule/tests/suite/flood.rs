//! Ten thousand things that are begun and never finished: what is kept of them is bounded, in memory and in the store.

use std::net::{IpAddr, Ipv4Addr};

use idp::store::devices::MAX_WAITING;
use idp::store::pushed::MAX_PUSHED;
use model::SystemClock;
use store::identity::SCHEMA;
use store::sqlite::{Database, Settings};
use store::{SealSource, StoreError};
use testkit::{Answer, Connection, Stream};

use crate::accounts_house::{AccountsHouse, BACK, PASSWORD, form};
use crate::two_doors::SOON;

/// Of each of four kinds.
const BEGUN: usize = 2_500;
/// Registrations from each address; more than the house takes at once from one.
const FROM_ONE: usize = 25;
/// What the process may grow by, in KiB. Ten thousand things of a kilobyte each would be more than this alone.
const GROWTH_KIB: u64 = 24 * 1024;

const REQUEST: [(&str, &str); 7] = [
    ("client_id", "program"),
    ("response_type", "code"),
    ("redirect_uri", BACK),
    ("scope", "orders.read"),
    ("state", "begun"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
];

fn post(connection: &mut Connection, at: &AccountsHouse, target: &str, fields: &str, body: &str) -> Answer {
    let request = format!(
        "POST {target} HTTP/1.1\r\nhost: localhost:{}\r\n{fields}content-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{body}",
        at.door.port(),
        body.len()
    );
    connection.exchange(request)
}

/// How many answers have each of these statuses; another one is a failure.
#[track_caller]
fn count(answers: impl Iterator<Item = u16>, known: [u16; 2]) -> [usize; 2] {
    let mut counts = [0; 2];
    for status in answers {
        let place = known.iter().position(|one| *one == status);
        counts[place.unwrap_or_else(|| panic!("status {status}"))] += 1;
    }
    counts
}

fn authorize(at: &AccountsHouse) {
    let mut connection = at.connect();
    let target = format!("/auth/authorize?{}", form(&REQUEST));
    let asked = (0..BEGUN).map(|_| {
        let request = format!("GET {target} HTTP/1.1\r\nhost: localhost:{}\r\n\r\n", at.door.port());
        connection.exchange(request).status
    });
    assert_eq!(count(asked, [303, 503]), [BEGUN, 0], "nothing is kept, so nothing can be full");
}

fn push(at: &AccountsHouse) {
    let mut connection = at.connect();
    // Each is another one.
    let bodies = (0..BEGUN).map(|number| format!("{}&nonce=n{number}", form(&REQUEST)));
    let asked = bodies.map(|body| post(&mut connection, at, "/auth/par", "", &body).status);
    let [kept, refused] = count(asked, [201, 503]);
    assert_eq!((kept, refused), (MAX_PUSHED, BEGUN - MAX_PUSHED));
}

fn devices(at: &AccountsHouse) {
    let mut connection = at.connect();
    let body = form(&[("client_id", "program"), ("scope", "orders.read")]);
    let asked = (0..BEGUN).map(|_| post(&mut connection, at, "/auth/device-authorization", "", &body).status);
    let [kept, refused] = count(asked, [200, 503]);
    assert_eq!((kept, refused), (MAX_WAITING, BEGUN - MAX_WAITING));
}

/// From many addresses, for as many addresses of mail. Gives how many were taken.
fn register(at: &AccountsHouse) -> usize {
    let mut browser = at.agent();
    browser.get("/auth/register");
    let cookie = browser.cookie(idp::Cookie::Browser).expect("a browser").to_owned();
    let token = idp::same_origin::FormToken::of(&cookie);
    let fields = format!("origin: {}\r\ncookie: {}={cookie}\r\n", at.issuer, idp::Cookie::Browser.name());
    let mut taken = 0;
    for source in 0..BEGUN / FROM_ONE {
        let source = IpAddr::from(Ipv4Addr::new(127, 9, 9, u8::try_from(source + 1).expect("an octet")));
        let Stream::Tcp(socket) = Connection::plain_from(source, at.door).into_stream() else { panic!("TCP") };
        let mut connection = Connection::over(at.tls().over(socket).expect("a handshake"));
        let asked = (0..FROM_ONE).map(|number| {
            let address = format!("n{number}.{source}@flood.example");
            let body = form(&[("address", &address), (idp::same_origin::TOKEN, token.as_str())]);
            match post(&mut connection, at, "/auth/register", &fields, &body).status {
                // The post has no room at the moment.
                503 => 429,
                status => status,
            }
        });
        let [some, refused] = count(asked, [200, 429]);
        assert!(refused > 0, "one address is not let do as much as that");
        taken += some;
    }
    taken
}

/// Resident memory of the gateway, in KiB.
fn resident(at: &AccountsHouse) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", at.house.pid())).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.trim_end_matches("kB").trim().parse().expect("a number")
}

/// Rows of each of these tables, once the gateway has ended.
fn rows(at: &mut AccountsHouse, tables: &'static [&'static str]) -> Vec<usize> {
    at.house.terminate();
    assert!(at.house.wait(SOON).success());
    let directory = at.folder().join("vestibule-data/store");
    let database = Database::open(&Settings { directory, seal: SealSource::Beside }, &SCHEMA, &SystemClock);
    let counted = database.expect("open").read(|connection| {
        let count = |table: &&str| {
            let sql = format!("SELECT count(*) FROM {table}");
            Ok(connection.query_row(&sql, [], |row| row.get(0))?)
        };
        tables.iter().map(count).collect::<Result<Vec<usize>, StoreError>>()
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(counted).expect("counted")
}

#[test]
fn ten_thousand_things_that_are_begun_and_never_finished_are_bounded() {
    let mut at = AccountsHouse::open();
    at.register("ada@shop.example");
    // What the first of each kind makes is not counted as growth.
    let _ = at.agent().post("/auth/device-authorization", &form(&[("client_id", "nobody")]));
    let before = resident(&at);
    let taken = std::thread::scope(|scope| {
        let taken = scope.spawn(|| register(&at));
        let at = &at;
        for kind in [authorize, push, devices] {
            scope.spawn(move || kind(at));
        }
        taken.join().expect("every answer is known")
    });
    let after = resident(&at);
    println!("{} begun, {taken} registrations taken; resident {before} KiB before, {after} KiB after", 4 * BEGUN);
    assert!(after < before + GROWTH_KIB, "{before} KiB before, {after} KiB after");
    assert!(at.comes_in("ada@shop.example", PASSWORD), "who is honest comes in all the same");
    let rows = rows(&mut at, &["pushed_requests", "devices", "links", "grants", "codes", "accounts", "sign_ins"]);
    assert_eq!(rows[..2], [MAX_PUSHED, MAX_WAITING]);
    assert!(rows[2] <= taken, "{} links for {taken} registrations", rows[2]);
    assert_eq!(rows[3..], [0, 0, 1, 2], "grants, codes, accounts and sign-ins are of those who finished");
}
