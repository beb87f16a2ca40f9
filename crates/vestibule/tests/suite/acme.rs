//! Certificates of a public CA, by ACME: had, kept, renewed and not fought over, with a real CA (Pebble).

mod pebble;
mod refusing;

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::version::{TLS12, TLS13};
use testkit::program::Prepared;
use testkit::{Backend, ClientTls, Connection, House, Reply, Stream, needs, port, script};

use crate::standing::house;
use crate::two_doors::{admin, assert_served, get};
use pebble::{BINDING, Pebble, Wish, wait_until};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Where one gateway is.
#[derive(Clone, Copy)]
struct Place {
    tls: SocketAddr,
    http: SocketAddr,
}

impl Place {
    fn free() -> Self {
        let local = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        Self { tls: local(port::free()), http: local(port::free()) }
    }

    fn wish(self) -> Wish {
        let (http_port, tls_port) = (self.http.port(), self.tls.port());
        Wish { http_port, tls_port, life: 90 * DAY, binding: false }
    }
}

/// A file with one public API at a door of this CA; `more` are further lines of `acme`.
fn file(place: Place, directory: &str, service: &Backend, more: &str) -> String {
    let (tls, http, service) = (place.tls, place.http, service.url());
    format!(
        "vestibule: 1\ndoors:\n  client:\n    listen: \"{tls}\"\n    redirect_from: \"{http}\"\n    \
         hosts: [shop.test, api.shop.test]\n    tls:\n      acme:\n        contact: ops@shop.test\n        \
         directory: \"{directory}\"\n        ca: ca.pem\n{more}\
         services: {{ shop: {{ urls: \"{service}\" }} }}\n\
         apis:\n  open:\n    door: client\n    host: shop.test\n    path: /open\n    service: shop\n    public: true\n    \
         operations: {{ read: GET /things }}\n"
    )
}

fn service() -> Backend {
    Backend::always(script::answer(Reply::ok("served").field("content-type", "text/plain")))
}

fn prepared(pebble: &Pebble) -> Prepared {
    let prepared = house();
    prepared.write("ca.pem", pebble.server_root());
    prepared.write("binding.key", BINDING.1);
    prepared
}

fn started(prepared: Prepared, file: &str) -> House {
    let house = prepared.config(file).start_with(&["run", "-c", testkit::program::FILE, "--watch", "false"]);
    house.wait_for_message("ready in ");
    house
}

fn caller(pebble: &Pebble, name: &str) -> ClientTls {
    ClientTls::trusting(&pebble.issuing_root(), None, &[&TLS13, &TLS12]).name(name).without_resumption()
}

/// The certificate that is shown for a name, where a handshake succeeds.
fn shown(tls: &ClientTls, door: SocketAddr) -> Option<CertificateDer<'static>> {
    match tls.connect(door).ok()? {
        Stream::Tls(tls) => tls.conn.peer_certificates()?.first().cloned().map(CertificateDer::into_owned),
        other => panic!("not TLS: {other:?}"),
    }
}

/// Every file below the data directory of ACME.
fn kept(data: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in std::fs::read_dir(data.join("acme")).into_iter().flatten() {
        let folder = folder.expect("an entry").path();
        files.extend(std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()));
    }
    files.sort();
    files
}

fn note(house: &House) -> String {
    let status = admin(house, "GET", "/status").json().expect("JSON");
    status["doors"][0]["certificates"][0]["note"].as_str().unwrap_or_default().to_owned()
}

/// From no certificate to one, and over a restart.
fn is_issued_and_kept(more: &str, binding: bool) {
    let (place, service) = (Place::free(), service());
    let pebble = Pebble::start(Wish { binding, ..place.wish() });
    let tls = caller(&pebble, "shop.test");
    let file = file(place, &pebble.directory(), &service, more);
    let house = started(prepared(&pebble), &file);
    house.wait_for_message("the door `client` has a new certificate for");
    assert!(house.wait_for_log("certificate-issued").contains("\"door\":\"client\""));
    let first = shown(&tls, place.tls).expect("a certificate");
    assert!(shown(&caller(&pebble, "api.shop.test"), place.tls).is_some(), "one certificate for all hosts");
    let read = get("/open/things", &[]).replace("localhost", "shop.test");
    assert_served(&Connection::tls(place.tls, &tls).exchange(read));

    let data = house.folder().join("vestibule-data");
    let files = kept(&data);
    for file in &files {
        let mode = std::fs::metadata(file).expect("a file").permissions().mode() & 0o777;
        assert!(mode == 0o600 || file.ends_with("lock"), "{}: {mode:o}", file.display());
    }
    let account = |file: &&PathBuf| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("account-"));
    let account = std::fs::read(files.iter().find(account).expect("an account")).expect("read");

    // Started again with the same data directory it shows what it has, and asks nobody.
    let again = prepared(&pebble);
    copy(&data, &again.folder().join("vestibule-data"));
    drop(house);
    let house = started(again, &file);
    assert_eq!(shown(&tls, place.tls), Some(first));
    let files = kept(&house.folder().join("vestibule-data"));
    let kept = files.iter().any(|file| std::fs::read(file).expect("read") == account);
    assert!(kept, "the account is another: {files:?}");
    assert_eq!(pebble.issued(), 1);
}

fn copy(from: &Path, to: &Path) {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry").path();
        let target = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            copy(&entry, &target);
        } else if entry.is_file() {
            std::fs::copy(&entry, &target).expect("copied");
        }
    }
}

#[test]
fn a_certificate_is_issued_by_the_challenge_at_the_plain_port_and_kept_over_a_restart() {
    if needs("pebble") {
        let binding = format!("        account_binding: {{ id: {}, key: binding.key }}\n", BINDING.0);
        is_issued_and_kept(&format!("        challenge: http\n{binding}"), true);
    }
}

#[test]
fn a_certificate_is_issued_by_the_challenge_in_the_handshake_and_kept_over_a_restart() {
    if needs("pebble") {
        is_issued_and_kept("        challenge: tls-alpn\n", false);
    }
}

#[test]
fn a_certificate_is_renewed_before_it_ends_and_open_connections_stay() {
    if !needs("pebble") {
        return;
    }
    let (place, service) = (Place::free(), service());
    let pebble = Pebble::start(Wish { life: Duration::from_secs(30), ..place.wish() });
    let tls = caller(&pebble, "shop.test");
    let house = started(prepared(&pebble), &file(place, &pebble.directory(), &service, ""));
    house.wait_for_message("the door `client` has a new certificate for");
    let first = shown(&tls, place.tls).expect("a certificate");
    let mut open = Connection::tls(place.tls, &tls);
    let read = get("/open/things", &[]).replace("localhost", "shop.test");
    assert_served(&open.exchange(&read));
    wait_until("another certificate", || shown(&tls, place.tls).is_some_and(|now| now != first));
    assert_served(&open.exchange(&read));
    assert!(!house.stderr().contains("no certificate of the door"), "{}", house.stderr());
}

#[test]
fn until_there_is_one_handshakes_are_refused_and_the_reason_is_told_and_nobody_is_asked_again_at_once() {
    if !needs("pebble") {
        return;
    }
    let (place, service) = (Place::free(), service());
    // It looks for tokens where nobody listens.
    let pebble = Pebble::start(Wish { http_port: port::free(), ..place.wish() });
    let tls = caller(&pebble, "shop.test");
    let text = file(place, &pebble.directory(), &service, "        challenge: http\n");
    let house = started(prepared(&pebble), &text);
    assert!(tls.connect(place.tls).is_err(), "a certificate that was made for the occasion?");
    let said = house.wait_for_message("no certificate of the door `client` for `shop.test`: the CA could not check");
    assert!(house.wait_for_log("certificate-failed").contains("shop.test"), "{said}");
    assert!(note(&house).contains("tried again in"), "{}", note(&house));
    assert!(tls.connect(place.tls).is_err());
    assert!(!house.stdout().contains("certificate-issued"));

    // Nor does another process with the same data directory.
    let again = prepared(&pebble);
    copy(&house.folder().join("vestibule-data"), &again.folder().join("vestibule-data"));
    drop(house);
    let orders = pebble.log().matches("POST /order-plz").count();
    let house = started(again, &text);
    house.wait_for_message("no certificate of the door `client` for `shop.test`: the CA could not check");
    assert!(note(&house).contains("tried again in"), "{}", note(&house));
    std::thread::park_timeout(Duration::from_secs(2));
    assert_eq!(pebble.log().matches("POST /order-plz").count(), orders, "it was asked again");
}

#[test]
fn a_ca_whose_server_is_not_vouched_for_is_told_nothing() {
    if !needs("pebble") {
        return;
    }
    let (place, service) = (Place::free(), service());
    let pebble = Pebble::start(place.wish());
    let prepared = prepared(&pebble);
    prepared.write("ca.pem", testkit::Root::new("somebody else").pem());
    let house = started(prepared, &file(place, &pebble.directory(), &service, ""));
    let said = house.wait_for_message("no certificate of the door `client` for `shop.test`: the CA: ");
    assert!(said.contains("no authority that is believed vouches for its certificate"), "{said}");
    assert!(!pebble.log().contains("GET /dir"), "{}", pebble.log());
}

#[test]
fn two_gateways_with_one_data_directory_get_one_certificate() {
    if !needs("pebble") {
        return;
    }
    let (first, second, service) = (Place::free(), Place::free(), service());
    // The CA comes to the first, whichever of them has asked: both show the proof.
    let pebble = Pebble::start(first.wish());
    let tls = caller(&pebble, "shop.test");
    let shared = tempfile::tempdir().expect("a folder");
    let store = format!("store: {{ sqlite: {{ directory: \"{}\" }} }}\n", shared.path().display());
    let open = |place: Place, socket: &str| {
        let text = file(place, &pebble.directory(), &service, "")
            + &store
            + &format!("admin: {{ listen: \"unix:{socket}\" }}\n");
        prepared(&pebble).config(&text).start_with(&["run", "-c", testkit::program::FILE])
    };
    let houses = [open(first, "first.sock"), open(second, "second.sock")];
    for house in &houses {
        house.wait_for_message("the door `client` has a new certificate for");
    }
    let certificates = [first, second].map(|place| shown(&tls, place.tls).expect("a certificate"));
    assert_eq!(certificates[0], certificates[1]);
    assert_eq!(pebble.issued(), 1);
}
