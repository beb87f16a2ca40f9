//! Handshakes against a server that demands certificates: each leaf is right or wrong in the one way it says.

use std::net::TcpListener;

use rustls::server::WebPkiClientVerifier;
use rustls::{ServerConfig, ServerConnection};

use super::*;
use crate::certificates::LeafRequest;

/// One handshake over both of which have their say: `true` only if the server accepted the client as well.
fn shake_hands(doors: &Leaf, workloads: &Root, client: &ClientTls) -> bool {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut anchors = RootCertStore::empty();
    anchors.add(workloads.der().clone()).expect("a root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(anchors), Arc::clone(&provider)).build();
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = config.with_client_cert_verifier(verifier.expect("a verifier"));
    let config = config.with_single_cert(vec![doors.der.clone()], doors.key()).expect("a certificate and its key");
    let server = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("a connection");
        let mut connection = ServerConnection::new(Arc::new(config)).expect("a connection");
        while connection.is_handshaking() {
            if connection.complete_io(&mut socket).is_err() {
                return false;
            }
        }
        true
    });
    let connected = client.connect(address).is_ok();
    let accepted = server.join().expect("the server's verdict");
    connected && accepted
}

#[test]
fn the_right_certificate_is_accepted_and_wrong_ones_are_not() {
    let (local, workloads, foreign) = (Root::new("local"), Root::new("workloads"), Root::new("workloads"));
    let doors = local.server(&["localhost", "127.0.0.1"]);
    let request = || LeafRequest::workload("spiffe://shop.example/shop");
    let accepted = |leaf: &Leaf| shake_hands(&doors, &workloads, &ClientTls::with_certificate(&local, leaf));
    assert!(accepted(&workloads.issue(&request())));
    assert!(!accepted(&workloads.issue(&request().expired())), "expired");
    assert!(!accepted(&workloads.issue(&request().not_yet_valid())), "not yet valid");
    assert!(!accepted(&foreign.issue(&request())), "another root of the same name");
    assert!(!accepted(&local.issue(&request())), "the root of the doors");
    assert!(!shake_hands(&doors, &workloads, &ClientTls::new(&local)), "no certificate");
}

#[test]
fn a_client_refuses_a_server_of_another_name_or_root() {
    let (local, workloads) = (Root::new("local"), Root::new("workloads"));
    let doors = local.server(&["localhost"]);
    let leaf = workloads.workload("spiffe://shop.example/shop");
    assert!(!shake_hands(&doors, &workloads, &ClientTls::with_certificate(&local, &leaf).name("other.example")));
    assert!(!shake_hands(&doors, &workloads, &ClientTls::with_certificate(&workloads, &leaf)));
}
