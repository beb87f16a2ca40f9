//! Keys that a running gateway makes: from the command line to both doors, and what becomes of them.

use serde_json::Value;
use testkit::http2::{Http2, Outcome};
use testkit::program::Ended;
use testkit::{ClientTls, Connection, Deadline};

use crate::two_doors::{SOON, TwoDoors, assert_problem, assert_served, get};

/// Without the watching of files: what is loaded is loaded by the test.
fn open() -> TwoDoors {
    TwoDoors::open()
}

fn keys(house: &TwoDoors, arguments: &[&str]) -> Ended {
    house.house.command(&[&["keys"], arguments].concat())
}

/// What stands alone on standard output after a command that was done.
fn printed(house: &TwoDoors, arguments: &[&str]) -> String {
    let ended = keys(house, arguments);
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    ended.stdout.trim_end().to_owned()
}

fn object(house: &TwoDoors, arguments: &[&str]) -> Value {
    let ended = keys(house, &[arguments, &["--json"]].concat());
    serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"))
}

fn assert_fails(house: &TwoDoors, arguments: &[&str], code: i32, said: &str) {
    let ended = keys(house, arguments);
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(code), ""), "{ended:?}");
    assert!(ended.stderr.contains(said), "{ended:?}");
}

fn bearer(key: &str) -> String {
    format!("authorization: Bearer {key}")
}

#[test]
fn a_key_of_each_kind_that_was_made_opens_its_door_at_once_and_no_other() {
    let house = open();
    let restricted = printed(&house, &["create", "laptop", "--api", "notes"]);
    let page = printed(
        &house,
        &["create", "shopfront", "--api", "notes", "--kind", "publishable", "--origin", "https://shop.test"],
    );
    let secret = printed(&house, &["create", "crm", "--api", "books", "--kind", "secret"]);
    assert!(restricted.starts_with("vst_restricted_") && !restricted.contains(char::is_whitespace));
    assert_served(&house.get("/notes/list", &[&bearer(&restricted)]));
    assert_served(&house.get("/notes/list", &[&bearer(&page), "origin: https://shop.test"]));
    assert_served(&house.get_as("orders", "/books/list", &[&bearer(&secret)]));
    assert_eq!(house.service.arrivals(), 3);
    // Elsewhere, for other APIs, from other pages, without a scope, and mistyped.
    assert_problem(&house.get_as("orders", "/books/list", &[&bearer(&restricted)]), 401, "credential-misplaced");
    assert_problem(&house.get_as("orders", "/books/list", &[&bearer(&page)]), 401, "credential-misplaced");
    assert_problem(&house.get("/notes/list", &[&bearer(&secret)]), 401, "credential-misplaced");
    assert_problem(&house.get("/elsewhere/list", &[&bearer(&restricted)]), 404, "not-found");
    assert_problem(&house.get("/notes/list", &[&bearer(&page)]), 401, "credential-invalid");
    assert_problem(&house.get("/notes/scoped", &[&bearer(&restricted)]), 403, "insufficient-scope");
    assert_problem(
        &house.get("/notes/list", &[&bearer(restricted.get(..restricted.len() - 1).expect("ASCII"))]),
        401,
        "credential-invalid",
    );
    assert_eq!(house.service.arrivals(), 3);
}

#[test]
fn what_is_kept_outlives_the_process_and_holds_no_key() {
    let mut house = open();
    let key = printed(&house, &["create", "laptop", "--api", "notes"]);
    let gone = printed(&house, &["create", "phone", "--api", "notes"]);
    assert_eq!(printed(&house, &["revoke", "phone"]), "revoked phone");
    // Killed: what was acknowledged is there.
    house.house.signal(rustix::process::Signal::KILL);
    house.house.wait(SOON);
    house.house.start_again();
    assert_served(&house.get("/notes/list", &[&bearer(&key)]));
    assert_problem(&house.get("/notes/list", &[&bearer(&gone)]), 401, "credential-invalid");
    let (_, secret) = key.rsplit_once('_').expect("a secret");
    let mut folders = vec![house.house.folder().join("vestibule-data")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let kind = entry.file_type().expect("a kind");
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                let octets = std::fs::read(entry.path()).expect("a file");
                let holds = octets.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!holds, "{:?}", entry.path());
                files += 1;
            }
        }
    }
    assert!(files > 0);
}

/// One connection over which requests follow one another.
struct Kept {
    connection: Connection,
}

impl Kept {
    fn ask(&mut self, key: &str) -> u16 {
        self.connection.exchange(get("/notes/list", &[&bearer(key)])).status
    }
}

#[test]
fn a_revoked_and_a_deleted_key_are_refused_at_the_next_request_of_an_open_connection() {
    let house = open();
    let (first, second) = (
        printed(&house, &["create", "laptop", "--api", "notes"]),
        printed(&house, &["create", "phone", "--api", "notes"]),
    );
    let mut kept = Kept { connection: house.at_client() };
    assert_eq!((kept.ask(&first), kept.ask(&second)), (200, 200));
    printed(&house, &["revoke", "laptop"]);
    assert_eq!((kept.ask(&first), kept.ask(&second)), (401, 200));
    printed(&house, &["delete", "phone"]);
    assert_eq!((kept.ask(&first), kept.ask(&second)), (401, 401));
    assert!(house.house.wait_for_log("was revoked or replaced").contains("`laptop`"));
    assert_fails(&house, &["rotate", "laptop"], 7, "the key is revoked");
    assert_fails(&house, &["show", "phone"], 6, "there is no key `phone`");
    assert_eq!(object(&house, &["show", "laptop"])["record"]["state"], "revoked");
}

#[test]
fn a_revoked_key_is_refused_at_the_next_stream_of_http_2() {
    let house = open();
    let key = format!("Bearer {}", printed(&house, &["create", "laptop", "--api", "notes"]));
    let tls = ClientTls::new(&house.people).alpn(&["h2"]);
    let mut connection = Http2::over(tls.connect(house.client).expect("a connection"));
    let mut ask = |stream: u32| {
        let fields = [
            (":method", "GET"),
            (":scheme", "https"),
            (":authority", "localhost"),
            (":path", "/notes/list"),
            ("authorization", key.as_str()),
        ];
        let fields = fields.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        match connection.request(stream, &fields, true).outcome(stream, Deadline::within(SOON)) {
            Outcome::Answer(status, ..) => status,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ask(1), 200);
    printed(&house, &["revoke", "laptop"]);
    assert_eq!(ask(3), 401);
}

#[test]
fn a_rotated_key_goes_on_for_its_overlap_and_ends_at_once_without_one() {
    let house = open();
    let first = printed(&house, &["create", "laptop", "--api", "notes"]);
    let mut kept = Kept { connection: house.at_client() };
    let ended = keys(&house, &["rotate", "laptop", "--overlap", "24h"]);
    assert!(ended.stderr.contains("the one before is taken until "), "{ended:?}");
    let second = ended.stdout.trim_end().to_owned();
    assert_ne!(first, second);
    assert_eq!((kept.ask(&first), kept.ask(&second)), (200, 200));
    let record = object(&house, &["show", "laptop"])["record"].clone();
    assert_eq!(record["secrets"].as_array().map(Vec::len), Some(2), "{record}");
    assert!(record["secrets"][0]["until"].is_null() && record["secrets"][1]["until"].is_string(), "{record}");
    let third = printed(&house, &["rotate", "laptop"]);
    assert_eq!((kept.ask(&first), kept.ask(&second), kept.ask(&third)), (401, 401, 200));
    // An overlap of a second is over after one.
    let fourth = printed(&house, &["rotate", "laptop", "--overlap", "1s"]);
    let deadline = Deadline::within(SOON);
    while kept.ask(&third) == 200 {
        assert!(!deadline.passed(), "the overlap does not end");
    }
    assert_eq!(kept.ask(&fourth), 200);
}

#[test]
fn a_key_is_changed_while_its_text_stays() {
    let house = open();
    let key = printed(&house, &["create", "laptop", "--api", "elsewhere", "--owner", "Ada", "--purpose", "her laptop"]);
    let mut kept = Kept { connection: house.at_client() };
    assert_eq!(kept.ask(&key), 404);
    printed(&house, &["update", "laptop", "--api", "notes", "--scope", "notes.read"]);
    assert_eq!(kept.ask(&key), 200);
    assert_served(&house.get("/notes/scoped", &[&bearer(&key)]));
    printed(&house, &["update", "laptop", "--network", "10.99.0.0/16"]);
    assert_eq!(kept.ask(&key), 401);
    printed(&house, &["update", "laptop", "--network", "any", "--owner", "", "--expires", "2099-03-31"]);
    assert_eq!(kept.ask(&key), 200);
    let record = object(&house, &["show", "laptop"])["record"].clone();
    assert_eq!(
        (record["expires"].as_str(), record["purpose"].as_str()),
        (Some("2099-04-01T00:00:00Z"), Some("her laptop"))
    );
    assert!(record["owner"].is_null() && record["networks"].is_null(), "{record}");
    assert!(record["last_used"].is_string(), "{record}");
}

#[test]
fn a_name_of_the_file_is_the_files_and_a_key_is_made_only_for_what_there_is() {
    let house = open();
    let line = |piece: &str| {
        let file = std::fs::read_to_string(house.house.folder().join("vestibule.yaml")).expect("the file");
        1 + file.lines().position(|line| line.contains(piece)).expect("the line")
    };
    let app = line("  app: {");
    for arguments in [
        &["create", "app", "--api", "notes"][..],
        &["rotate", "app"],
        &["update", "app", "--owner", "Ada"],
        &["revoke", "app"],
        &["delete", "app"],
    ] {
        assert_fails(&house, arguments, 7, &format!("declared in the file (vestibule.yaml:{app}:"));
    }
    let told = object(&house, &["revoke", "app"]);
    assert_eq!((&told["error"]["at"]["line"], &told["error"]["at"]["path"]), (&app.into(), &"keys.app".into()));
    printed(&house, &["create", "laptop", "--api", "notes"]);
    assert_fails(&house, &["create", "laptop", "--api", "notes"], 7, "there is a key `laptop` already");
    assert_fails(&house, &["create", "a", "--api", "nots"], 6, "there is no API `nots`");
    assert_fails(&house, &["create", "a", "--api", "books"], 2, "write `--kind secret`");
    assert_fails(&house, &["create", "a", "--api", "notes", "--kind", "publishable"], 2, "bound to the origins");
    assert_fails(&house, &["create", "a", "--api", "notes", "--expires", "2020-01-01"], 2, "expired already");
    assert_fails(&house, &["create", "a", "--api", "notes", "--network", "nowhere"], 2, "is not a range");
    assert_fails(&house, &["create", "A", "--api", "notes"], 2, "is not a name");
    assert_fails(&house, &["revoke", "nobody"], 6, "there is no key `nobody`");
    // A key that the file takes the name of is refused from then on.
    let key = printed(&house, &["create", "tablet", "--api", "notes"]);
    assert_served(&house.get("/notes/list", &[&bearer(&key)]));
    let file = std::fs::read_to_string(house.house.folder().join("vestibule.yaml")).expect("the file");
    house.house.write_config(&file.replacen("  app: {", "  tablet: {", 1));
    assert!(house.house.command(&["reload"]).status.success());
    assert_problem(&house.get("/notes/list", &[&bearer(&key)]), 401, "credential-invalid");
    assert_served(&house.get("/notes/list", &[&crate::two_doors::bearer(&house.keys.app)]));
}

#[test]
fn keys_are_listed_and_found_by_their_ids_and_nothing_is_kept_before_there_is_one() {
    let house = open();
    let told = object(&house, &["list"]);
    assert_eq!(told["keys"], serde_json::json!([]));
    assert_eq!(told["file"].as_array().map(Vec::len), Some(5), "{told}");
    assert!(!house.house.folder().join("vestibule-data/store").exists());
    let key = printed(&house, &["create", "laptop", "--api", "notes"]);
    let id = key.split('_').nth(2).expect("an id");
    let told = object(&house, &["list"]);
    let first = &told["keys"][0];
    assert_eq!((&first["name"], &first["state"]), (&"laptop".into(), &"good".into()), "{told}");
    assert_eq!(object(&house, &["show", id])["record"]["name"], "laptop");
    assert!(!told.to_string().contains(&key));
    let listed = printed(&house, &["list"]);
    assert!(listed.lines().any(|line| line.starts_with("laptop\trestricted\tnotes\tgood\tnever\t")), "{listed}");
}

#[test]
fn without_a_gateway_no_key_is_made() {
    let prepared = crate::standing::house().config("vestibule: 1\n");
    let ended = prepared.command(&["keys", "create", "laptop", "--api", "notes"]);
    assert_eq!(ended.status.code(), Some(4), "{ended:?}");
}
