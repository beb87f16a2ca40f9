//! Which certificates open the server door, whom they stand for there, and which open nothing.

use testkit::certificates::{ExtendedKeyUsagePurpose, LeafRequest};
use testkit::{ClientTls, Deadline, Leaf, Root};

use crate::two_doors::{Ground, SOON, TwoDoors, assert_problem, assert_served, get, refuses_handshake};

fn orders() -> LeafRequest {
    LeafRequest::workload("spiffe://shop.test/orders")
}

/// What the server door says to a request with this certificate.
fn ask(house: &TwoDoors, leaf: &Leaf, target: &str) -> testkit::Answer {
    house.at_server(leaf).exchange(get(target, &[]))
}

#[test]
fn a_certificate_that_is_out_of_date_foreign_self_signed_or_for_something_else_opens_nothing() {
    let house = TwoDoors::open();
    let foreign = Root::new("workloads");
    let only = |usage| LeafRequest { usages: vec![usage], ..orders() };
    let bad = [
        ("expired", house.workloads.issue(&orders().expired())),
        ("not valid yet", house.workloads.issue(&orders().not_yet_valid())),
        ("of another root of the same name", foreign.issue(&orders())),
        ("of its own making", orders().self_signed()),
        ("for servers only", house.workloads.issue(&only(ExtendedKeyUsagePurpose::ServerAuth))),
        ("of an authority", house.workloads.issue(&LeafRequest { authority: true, ..orders() })),
        ("of the root that signs the doors", house.people.issue(&orders())),
    ];
    for (what, leaf) in &bad {
        let tls = ClientTls::with_certificate(&house.people, leaf);
        for tls in [tls.clone(), tls.alpn(&["h2"])] {
            assert!(house.refuses_handshake(&tls), "a certificate {what}");
        }
    }
    assert!(house.refuses_handshake(&ClientTls::new(&house.people)), "no certificate");
    assert_eq!(house.service.arrivals(), 0);
    assert_served(&ask(
        &house,
        &house.workloads.issue(&only(ExtendedKeyUsagePurpose::ClientAuth)),
        "/payments/charges",
    ));
    // The operator can see that it happened, and why.
    assert!(house.house.wait_for_log("handshake-refused").contains("\"door\":\"server\""));
}

#[test]
fn the_local_ca_is_never_an_anchor_for_workloads() {
    let ground = Ground::new();
    let file = ground.file();
    let prepared = ground.prepared;
    let ended = prepared.command(&["init", "made", "--door", "server"]);
    assert!(ended.status.success(), "{ended:?}");
    let ca = std::fs::read_to_string(prepared.folder().join("made/vestibule-data/local-ca.pem")).expect("the local CA");
    prepared.write("vestibule-data/local-ca.pem", &ca);
    prepared.write("copy.pem", &ca);
    // Neither by its own name, nor as a copy under another.
    for path in ["vestibule-data/local-ca.pem", "copy.pem"] {
        let root = "  root: { certificate: workloads.pem, key: workloads-key.pem }";
        let trusting = file.replacen(root, &format!("  root: {{ certificate: {path} }}"), 1);
        assert_ne!(trusting, file);
        prepared.write("trusting.yaml", &trusting);
        let ended = prepared.command(&["check", "-c", "trusting.yaml"]);
        assert_eq!(ended.status.code(), Some(1), "{path}: {ended:?}");
        assert!(ended.stderr.contains("the local CA"), "{path}: {ended:?}");
    }
}

#[test]
fn a_certificate_that_the_file_does_not_name_may_what_its_id_may_and_no_more() {
    let house = TwoDoors::open();
    let may = |path: &str, target: &str| ask(&house, &house.workload(path), target);
    assert_problem(&may("stranger", "/payments/charges"), 403, "not-allowed");
    assert_problem(&may("stranger", "/team/list"), 403, "not-allowed");
    // `spiffe://shop.test/team/*` is every id below the path, at any depth, and not the path itself.
    assert_served(&may("team/support", "/team/list"));
    assert_served(&may("team/support/night", "/team/list"));
    assert_served(&may("team/billing", "/team/list"));
    for other in ["team", "teamster", "teamster/x", "other/team/x", "Team/x"] {
        assert_problem(&may(other, "/team/list"), 403, "not-allowed");
    }
    // A name of the file is the workload that the file declares, and nobody who is only called so.
    assert_problem(&may("team/orders", "/payments/charges"), 403, "not-allowed");
    assert_problem(&may("billing", "/payments/charges"), 403, "not-allowed");
    assert_eq!(house.service.arrivals(), 3);
}

#[test]
fn a_certificate_of_our_root_that_is_nobody_s_gets_an_answer_that_says_so() {
    let house = TwoDoors::open();
    let uris = |uris: &[&str]| LeafRequest { uris: uris.iter().map(|uri| (*uri).to_owned()).collect(), ..orders() };
    let nobody = [
        uris(&["spiffe://other.test/orders"]),
        uris(&["spiffe://shop.test/orders", "spiffe://shop.test/team/billing"]),
        uris(&["spiffe://shop.test"]),
        uris(&["https://shop.test/orders"]),
        LeafRequest::named(&["unknown.test"]),
        LeafRequest::named(&["192.0.2.1"]),
    ];
    for request in &nobody {
        let answer = ask(&house, &house.workloads.issue(request), "/payments/charges");
        assert_problem(&answer, 401, "credential-invalid");
    }
    assert_eq!(house.service.arrivals(), 0);
    // A DNS name stands for its workload only where there is no SPIFFE id to decide.
    assert_served(&ask(&house, &house.workloads.server(&["legacy.test"]), "/payments/charges"));
    let both = LeafRequest { uris: vec!["spiffe://shop.test/stranger".into()], ..LeafRequest::named(&["legacy.test"]) };
    assert_problem(&ask(&house, &house.workloads.issue(&both), "/payments/charges"), 403, "not-allowed");
}

#[test]
fn a_connection_ends_when_its_certificate_does() {
    let house = TwoDoors::open();
    // Two seconds: certificates count whole seconds.
    let brief = house.workloads.issue(&orders().for_only(std::time::Duration::from_secs(3)));
    let mut connection = house.at_server(&brief);
    assert_served(&connection.exchange(get("/payments/charges", &[])));
    assert!(connection.is_closed_by(Deadline::within(SOON)));
    // Its last second counts as a whole one (RFC 5280 §4.1.2.5).
    let deadline = Deadline::within(SOON);
    while !refuses_handshake(house.server, &ClientTls::with_certificate(&house.people, &brief)) {
        assert!(!deadline.passed(), "the certificate is over");
    }
}

#[test]
fn a_certificate_at_the_client_door_is_not_asked_for_and_makes_nobody_a_workload() {
    let house = TwoDoors::open();
    let tls = ClientTls::with_certificate(&house.people, &house.workload("orders"));
    let ask = |target: &str| testkit::Connection::tls(house.client, &tls).exchange(get(target, &[]));
    assert_served(&ask("/open/things"));
    assert_problem(&ask("/notes/list"), 401, "credential-required");
    assert_problem(&ask("/payments/charges"), 404, "not-found");
}
