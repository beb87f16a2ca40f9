//! Handshakes: which sessions resume where, which never do, which versions are spoken, and with which keys.
//!
//! A client here keeps its sessions by server name, as browsers do, so it
//! offers a session of one door at every other door of that name.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{ClientConnection, HandshakeKind, NamedGroup, ProtocolVersion, StreamOwned, SupportedProtocolVersion};
use testkit::{ClientTls, Connection, Root, Stream};

use crate::two_doors::{Ground, TwoDoors, assert_served, changed, free_address, get, refuses_handshake};

const BOTH: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS13, &rustls::version::TLS12];

/// Opens a connection, sends one request so that a ticket can come with the answer, and says how the handshake went.
fn shake_hands(tls: &ClientTls, address: SocketAddr, target: &str) -> HandshakeKind {
    let mut connection = Connection::tls(address, tls);
    assert_served(&connection.exchange(get(target, &[])));
    match connection.stream() {
        Stream::Tls(tls) => tls.conn.handshake_kind().expect("a handshake"),
        other => panic!("not TLS: {other:?}"),
    }
}

fn at_client_door(tls: &ClientTls, address: SocketAddr) -> HandshakeKind {
    shake_hands(tls, address, "/open/things")
}

/// The client's end of a handshake.
fn handshaken(tls: &ClientTls, address: SocketAddr) -> Box<StreamOwned<ClientConnection, TcpStream>> {
    match tls.connect(address).expect("a handshake") {
        Stream::Tls(tls) => tls,
        other => panic!("not TLS: {other:?}"),
    }
}

fn client(people: &Root, version: &'static SupportedProtocolVersion) -> ClientTls {
    ClientTls::trusting(people.pem().as_bytes(), None, &[version])
}

/// Two client doors with one certificate and one name: `client` with `/open`, and `shopfront` with `/shopfront`.
fn two_client_doors() -> (TwoDoors, SocketAddr, String) {
    let ground = Ground::new();
    let shopfront = free_address();
    let door = format!(
        "doors:\n  shopfront:\n    kind: client\n    listen: \"{shopfront}\"\n    \
         tls: {{ files: [{{ certificate: door.pem, key: door-key.pem }}] }}\n"
    );
    let api = "apis:\n  shopfront:\n    door: shopfront\n    path: /shopfront\n    service: shop\n    \
               public: true\n    operations: { read: \"GET /things\" }\n";
    let file = changed(&ground.file(), &[("doors:\n", door.as_str()), ("apis:\n", api)]);
    (ground.open_unwatched(&file), shopfront, file)
}

/// Loads another file, and waits until it runs.
fn reload(house: &TwoDoors, file: &str) {
    house.house.write_config(file);
    let answer = crate::two_doors::admin(&house.house, "POST", "/reload");
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn a_session_resumes_at_its_own_door_also_after_an_unrelated_reload_and_at_no_other_door() {
    let (house, shopfront, file) = two_client_doors();
    for version in BOTH {
        let tls = client(&house.people, version);
        assert_ne!(at_client_door(&tls, house.client), HandshakeKind::Resumed);
        assert_eq!(at_client_door(&tls, house.client), HandshakeKind::Resumed, "{version:?} at the same door");
        // The ticket at hand is of the client door; the other door has the same certificate and name.
        assert_ne!(shake_hands(&tls, shopfront, "/shopfront/things"), HandshakeKind::Resumed, "{version:?}");
        // And the other way round.
        assert_ne!(at_client_door(&tls, house.client), HandshakeKind::Resumed, "{version:?}");
        assert_eq!(at_client_door(&tls, house.client), HandshakeKind::Resumed, "{version:?}");
    }
    let tls = client(&house.people, BOTH[0]);
    at_client_door(&tls, house.client);
    reload(&house, &file.replacen("path: /shopfront", "path: /shopfront\n    deadline: 5s", 1));
    assert_eq!(at_client_door(&tls, house.client), HandshakeKind::Resumed, "an unrelated reload keeps sessions");
}

#[test]
fn a_door_of_the_local_ca_keeps_its_certificate_and_its_sessions_over_an_unrelated_reload() {
    let ground = Ground::new();
    let tls = "tls: { files: [{ certificate: door.pem, key: door-key.pem }] }";
    let file = changed(&ground.file(), &[(tls, "tls: local")]);
    let house = ground.open_unwatched(&file);
    let ca = std::fs::read(house.house.folder().join("vestibule-data/local-ca.pem")).expect("the local CA");
    let tls = ClientTls::trusting(&ca, None, &BOTH);
    at_client_door(&tls, house.client);
    let before = handshaken(&tls.clone().without_resumption(), house.client);
    reload(&house, &changed(&file, &[("path: /elsewhere", "path: /elsewhere\n    deadline: 5s")]));
    assert_eq!(at_client_door(&tls, house.client), HandshakeKind::Resumed);
    let after = handshaken(&tls.without_resumption(), house.client);
    assert_eq!(before.conn.peer_certificates(), after.conn.peer_certificates());
}

#[test]
fn a_session_of_one_gateway_resumes_at_no_other_with_the_same_certificate() {
    let first = TwoDoors::open();
    let ground = Ground::new();
    for name in ["door.pem", "door-key.pem"] {
        let same = std::fs::read_to_string(first.house.folder().join(name)).expect("a file");
        ground.prepared.write(name, &same);
    }
    let file = ground.file();
    let second = ground.open(&file);
    for version in BOTH {
        let tls = client(&first.people, version);
        at_client_door(&tls, first.client);
        assert_ne!(at_client_door(&tls, second.client), HandshakeKind::Resumed, "{version:?}");
    }
}

#[test]
fn after_a_door_s_certificate_or_its_rules_of_tls_changed_no_earlier_session_resumes() {
    let (house, _, file) = two_client_doors();
    for version in BOTH {
        let tls = client(&house.people, version);
        reload(&house, &file);
        at_client_door(&tls, house.client);
        assert_eq!(at_client_door(&tls, house.client), HandshakeKind::Resumed, "{version:?}");
        let leaf = house.people.server(&["localhost", "127.0.0.1"]);
        house.house.write("next.pem", &leaf.pem);
        house.house.write("next-key.pem", &leaf.key_pem);
        reload(
            &house,
            &file.replace("certificate: door.pem, key: door-key.pem", "certificate: next.pem, key: next-key.pem"),
        );
        assert_ne!(at_client_door(&tls, house.client), HandshakeKind::Resumed, "{version:?} after another certificate");
        at_client_door(&tls, house.client);
        reload(&house, &file);
        assert_ne!(at_client_door(&tls, house.client), HandshakeKind::Resumed, "{version:?} after the first came back");
    }
}

#[test]
fn a_door_that_asks_for_certificates_resumes_nothing() {
    let house = TwoDoors::open_with(&[("  server:\n", "  server:\n    loosen: { tls-1.2: the old ERP }\n")]);
    for version in BOTH {
        let orders = house.workload("orders");
        let tls = ClientTls::trusting(house.people.pem().as_bytes(), Some(&orders), &[version]);
        for _ in 0..3 {
            let kind = shake_hands(&tls, house.server, "/payments/charges");
            assert_ne!(kind, HandshakeKind::Resumed, "{version:?}: an identity that nobody has checked again");
        }
        // Nor does a session of the client door, where nobody was asked.
        at_client_door(&tls, house.client);
        assert_ne!(shake_hands(&tls, house.server, "/payments/charges"), HandshakeKind::Resumed, "{version:?}");
    }
}

#[test]
fn a_door_where_certificates_are_optional_resumes_nothing_either() {
    let ground = Ground::new();
    let file = changed(
        &ground.file(),
        &[
            ("  server:\n", "  server:\n    loosen: { certificate-optional: partners }\n"),
            ("  books:\n", "  books:\n    loosen: { no-certificate: partners }\n"),
        ],
    );
    let house = ground.open(&file);
    let tls = ClientTls::new(&house.people);
    let key = crate::two_doors::bearer(&house.keys.erp);
    for _ in 0..2 {
        let mut connection = Connection::tls(house.server, &tls);
        assert_served(&connection.exchange(get("/books/list", &[&key])));
        let Stream::Tls(stream) = connection.stream() else { panic!("not TLS") };
        assert_ne!(stream.conn.handshake_kind(), Some(HandshakeKind::Resumed));
    }
}

#[test]
fn after_the_anchors_changed_old_certificates_open_nothing_and_new_ones_do() {
    let (house, _, file) = two_client_doors();
    let orders = house.workload("orders");
    let tls = ClientTls::with_certificate(&house.people, &orders);
    assert_ne!(shake_hands(&tls, house.server, "/payments/charges"), HandshakeKind::Resumed);
    let next = Root::new("next");
    house.house.write("next-root.pem", next.pem());
    let root = "root: { certificate: workloads.pem, key: workloads-key.pem }";
    reload(&house, &changed(&file, &[(root, "root: { certificate: next-root.pem }")]));
    assert!(house.refuses_handshake(&tls), "a certificate, or a session, of the old root");
    let renewed = ClientTls::with_certificate(&house.people, &next.workload("spiffe://shop.test/orders"));
    assert_ne!(shake_hands(&renewed, house.server, "/payments/charges"), HandshakeKind::Resumed);
}

#[test]
fn no_request_is_taken_before_the_handshake_is_done() {
    let house = TwoDoors::open();
    let tls = ClientTls::new(&house.people);
    at_client_door(&tls, house.client);
    let mut eager = rustls::ClientConfig::clone(&tls.config());
    eager.enable_early_data = true;
    let name = "localhost".try_into().expect("a name");
    let mut connection = ClientConnection::new(Arc::new(eager), name).expect("a connection");
    assert!(connection.early_data().is_none(), "the ticket allows early data");
    let mut socket = TcpStream::connect(house.client).expect("a connection");
    while connection.is_handshaking() {
        connection.complete_io(&mut socket).expect("a handshake");
    }
    // The ticket was good, so it is the ticket that allows none.
    assert_eq!(connection.handshake_kind(), Some(HandshakeKind::Resumed));
    assert!(!connection.is_early_data_accepted());
}

#[test]
fn tls_1_2_is_spoken_at_the_client_door_and_at_a_server_door_only_where_loosened() {
    let house = TwoDoors::open();
    let tls12 = |house: &TwoDoors| {
        ClientTls::trusting(house.people.pem().as_bytes(), Some(&house.workload("orders")), &[&rustls::version::TLS12])
    };
    assert_eq!(handshaken(&tls12(&house), house.client).conn.protocol_version(), Some(ProtocolVersion::TLSv1_2));
    assert!(tls12(&house).connect(house.server).is_err());
    assert_eq!(house.service.arrivals(), 0);
    let house = TwoDoors::open_with(&[("  server:\n", "  server:\n    loosen: { tls-1.2: the old ERP }\n")]);
    assert_eq!(handshaken(&tls12(&house), house.server).conn.protocol_version(), Some(ProtocolVersion::TLSv1_2));
    shake_hands(&tls12(&house), house.server, "/payments/charges");
    let newer = ClientTls::with_certificate(&house.people, &house.workload("orders"));
    assert_eq!(handshaken(&newer, house.server).conn.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    // A certificate is demanded in the older version as well.
    assert!(refuses_handshake(house.server, &client(&house.people, &rustls::version::TLS12)));
}

/// A client of this cryptography that shows the same certificate as another one.
fn with_provider(like: &rustls::ClientConfig, provider: CryptoProvider, people: &Root) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(people.der().clone()).expect("a root");
    rustls::ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::clone(&like.client_auth_cert_resolver))
}

#[test]
fn the_key_exchange_is_post_quantum_by_default_and_classic_for_who_knows_no_other() {
    let house = TwoDoors::open();
    let orders = house.workload("orders");
    for (address, tls) in [
        (house.client, ClientTls::new(&house.people)),
        (house.server, ClientTls::with_certificate(&house.people, &orders)),
    ] {
        let group = handshaken(&tls, address).conn.negotiated_key_exchange_group().expect("a group").name();
        assert_eq!(group, NamedGroup::X25519MLKEM768);
        // Whoever knows only the classic exchange is served too.
        let provider = aws_lc_rs::default_provider();
        let provider = CryptoProvider { kx_groups: vec![aws_lc_rs::kx_group::X25519], ..provider };
        let classic = with_provider(&tls.config(), provider, &house.people);
        let name = "localhost".try_into().expect("a name");
        let mut connection = ClientConnection::new(Arc::new(classic), name).expect("a connection");
        let mut socket = TcpStream::connect(address).expect("a connection");
        while connection.is_handshaking() {
            connection.complete_io(&mut socket).expect("a handshake");
        }
        assert_eq!(connection.negotiated_key_exchange_group().map(|group| group.name()), Some(NamedGroup::X25519));
    }
}

#[test]
fn a_protocol_that_a_door_does_not_speak_is_not_agreed_on() {
    let house = TwoDoors::open_with(&[("  client:\n", "  client:\n    protocols: http1\n")]);
    let tls = ClientTls::new(&house.people);
    let agreed = |tls: &ClientTls| handshaken(tls, house.client).conn.alpn_protocol().map(<[u8]>::to_vec);
    assert_eq!(agreed(&tls.clone().alpn(&["h2", "http/1.1"])).as_deref(), Some(&b"http/1.1"[..]));
    assert!(tls.clone().alpn(&["h2"]).connect(house.client).is_err());
    assert!(tls.clone().alpn(&["imap"]).connect(house.client).is_err());
    assert_eq!(agreed(&tls.alpn(&[])), None);
}
