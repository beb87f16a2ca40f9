//! The doors' certificates from files: changed while the gateway runs, refused where they do not fit, and told of
//! before they end.

use std::time::Duration;

use rustls::pki_types::CertificateDer;
use testkit::certificates::LeafRequest;
use testkit::{ClientTls, Connection, Deadline, House, Leaf, Stream};

use crate::two_doors::{Ground, SOON, TwoDoors, admin, assert_served, changed, get};

const NAMES: &[&str] = &["localhost", "127.0.0.1", "shop.test"];
const HOUR: Duration = Duration::from_secs(3_600);

/// The certificate that the client door shows to a new caller.
fn shown(house: &TwoDoors) -> CertificateDer<'static> {
    let tls = ClientTls::new(&house.people).without_resumption();
    match tls.connect(house.client).expect("a handshake") {
        Stream::Tls(tls) => tls.conn.peer_certificates().expect("certificates")[0].clone(),
        other => panic!("not TLS: {other:?}"),
    }
}

fn put(house: &House, leaf: &Leaf) {
    house.write("door-key.pem", &leaf.key_pem);
    house.write("door.pem", &leaf.pem);
}

/// What the gateway says of a reload that it refuses.
fn refused(house: &House) -> String {
    let answer = admin(house, "POST", "/reload");
    assert_eq!(answer.status, 422, "{}", answer.text());
    answer.json().expect("JSON")["rendered"].as_str().expect("text").to_owned()
}

fn series(house: &House, name: &str) -> Option<String> {
    let start = format!("vestibule_certificate_expiry_timestamp_seconds{{door=\"client\",name=\"{name}\"}} ");
    let metrics = admin(house, "GET", "/metrics").text();
    metrics.lines().find_map(|line| Some(line.strip_prefix(&start)?.to_owned()))
}

fn seconds(leaf: &LeafRequest) -> String {
    leaf.until.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs().to_string()
}

#[test]
fn a_certificate_that_changes_on_disk_is_shown_and_no_connection_is_lost() {
    let ground = Ground::new();
    let file = ground.file();
    let house = ground.open(&file);
    let mut open = house.at_client();
    assert_served(&open.exchange(get("/open/things", &[])));
    let next = house.people.server(NAMES);
    put(&house.house, &next);
    let deadline = Deadline::within(SOON);
    while shown(&house) != next.der {
        assert!(!deadline.passed(), "the certificate of before is still shown");
        // Another caller is served all the while.
        assert_served(&house.get("/open/things", &[]));
    }
    assert_served(&open.exchange(get("/open/things", &[])));
}

#[test]
fn a_pair_that_does_not_fit_is_refused_with_its_fault_and_the_one_before_stays() {
    let ground = Ground::new();
    let tls = "tls: { files: [{ certificate: door.pem, key: door-key.pem }] }";
    let file = changed(&ground.file(), &[(tls, format!("hosts: localhost\n    {tls}"))]);
    let house = ground.open_unwatched(&file);
    let before = shown(&house);
    let people = &house.people;
    let fits = people.server(NAMES);

    house.house.write("door.pem", &fits.pem);
    assert!(refused(&house.house).contains("error[key-mismatch]"));
    assert_eq!(shown(&house), before);
    put(&house.house, &people.server(&["other.test", "127.0.0.1"]));
    let said = refused(&house.house);
    assert!(said.contains("error[certificate-name]: no certificate of this door is for `localhost`"), "{said}");
    assert!(said.contains("for `other.test`, `127.0.0.1`"), "{said}");
    assert_eq!(shown(&house), before);
    for (request, note) in [
        (LeafRequest::named(NAMES).expired(), "has expired"),
        (LeafRequest::named(NAMES).not_yet_valid(), "is not valid yet"),
    ] {
        put(&house.house, &people.issue(&request));
        let said = refused(&house.house);
        assert!(said.contains(&format!("the new certificate of the door `client` for `localhost` {note}")), "{said}");
        assert_eq!(shown(&house), before);
        let check = house.house.command(&["check"]);
        assert_eq!(check.status.code(), Some(1), "{check:?}");
        assert!(check.stderr.contains("error[certificate-expired]") && check.stderr.contains(note), "{check:?}");
    }
    house.house.wait_for_message("still running");

    put(&house.house, &fits);
    let answer = admin(&house.house, "POST", "/reload");
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(shown(&house), fits.der);
}

#[test]
fn the_end_of_a_certificate_is_in_the_metrics_in_status_and_told_when_it_is_near() {
    let ground = Ground::new();
    let mut far = LeafRequest::named(NAMES);
    far.until += Duration::from_secs(60 * 24 * 3_600);
    let leaf = ground.people.issue(&far);
    ground.prepared.write("door.pem", &leaf.pem);
    ground.prepared.write("door-key.pem", &leaf.key_pem);
    let file = ground.file();
    let house = ground.open_unwatched(&file);
    assert_eq!(series(&house.house, "localhost"), Some(seconds(&far)));
    assert!(!house.house.stderr().contains("ends soon"), "{}", house.house.stderr());

    let near = LeafRequest::named(NAMES).for_only(HOUR);
    put(&house.house, &house.people.issue(&near));
    assert_eq!(admin(&house.house, "POST", "/reload").status, 200);
    assert_eq!(series(&house.house, "localhost"), Some(seconds(&near)));
    house.house.wait_for_message("the certificate of the door `client` for `localhost` ends soon");
    let line = house.house.wait_for_log("certificate-ending");
    assert!(line.contains("\"name\":\"localhost\""), "{line}");
    let status = admin(&house.house, "GET", "/status").json().expect("JSON");
    assert_eq!(status["doors"][0]["certificates"][0]["name"], "localhost");
    assert_eq!(status["doors"][0]["certificates"][0]["note"], "ends soon");
    let command = house.house.command(&["status", "--admin", "unix:vestibule-data/admin.sock"]);
    assert!(command.stdout.contains("certificate for localhost until "), "{command:?}");
}

#[test]
fn a_gateway_whose_certificate_has_expired_starts_and_says_so() {
    let ground = Ground::new();
    let leaf = ground.people.issue(&LeafRequest::named(NAMES).expired());
    ground.prepared.write("door.pem", &leaf.pem);
    ground.prepared.write("door-key.pem", &leaf.key_pem);
    let file = ground.file();
    let house = ground.open(&file);
    house.house.wait_for_message("the certificate of the door `client` for `localhost` has expired");
    assert!(ClientTls::new(&house.people).connect(house.client).is_err(), "nobody believes it");
    put(&house.house, &house.people.server(NAMES));
    let deadline = Deadline::within(SOON);
    // Each thread shows it from its own next connection on, so that the one that was believed is the one to use.
    let stream = loop {
        match ClientTls::new(&house.people).connect(house.client) {
            Ok(stream) => break stream,
            Err(error) => assert!(!deadline.passed(), "the new certificate is not shown: {error}"),
        }
    };
    assert_served(&Connection::over(stream).exchange(get("/open/things", &[])));
}
