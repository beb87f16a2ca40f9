//! Both doors through OpenSSL: what our own TLS says to itself, another implementation has to understand too.

use std::net::SocketAddr;

use testkit::House;
use testkit::program::Ended;

use crate::two_doors::{SERVED, TwoDoors, get};

/// One request by `openssl s_client` with further arguments, in a folder with the certificate of a workload.
fn ask(house: &TwoDoors, door: SocketAddr, target: &str, more: &str) -> Ended {
    let folder = House::new("/bin/sh");
    let workload = house.workload("orders");
    folder.write("people.pem", house.people.pem());
    folder.write("orders.pem", &workload.pem);
    folder.write("orders-key.pem", &workload.key_pem);
    let request = get(target, &["connection: close"]).replace("\r\n", "\\r\\n");
    let openssl = testkit::tool("openssl");
    let openssl = openssl.display();
    let verified = "-servername localhost -CAfile people.pem -verify_return_error";
    let script = format!("printf '{request}' | {openssl} s_client -quiet -connect {door} {verified} {more}");
    folder.command(&["-c", &script])
}

#[test]
fn both_doors_understand_another_implementation_and_keep_to_their_versions() {
    if !testkit::needs("openssl") {
        return;
    }
    let house = TwoDoors::open();
    let known = "-cert orders.pem -key orders-key.pem";
    let served = [
        (house.client, "/open/things", "-tls1_3"),
        (house.client, "/open/things", "-tls1_2"),
        (house.client, "/open/things", "-tls1_3 -groups P-256"),
        (house.server, "/payments/charges", known),
    ];
    for (door, target, more) in served {
        let ended = ask(&house, door, target, more);
        assert!(ended.stdout.starts_with("HTTP/1.1 200 ") && ended.stdout.ends_with(SERVED), "{more}: {ended:?}");
    }
    let arrivals = house.service.arrivals();
    assert_eq!(arrivals, served.len());
    let older = "-tls1_1 -cipher DEFAULT@SECLEVEL=0";
    let refused = [
        (house.client, "/open/things", older.to_owned()),
        (house.server, "/payments/charges", String::new()),
        (house.server, "/payments/charges", format!("{known} -tls1_2")),
        // The door's own root is not this one.
        (house.client, "/open/things", "-CAfile orders.pem".to_owned()),
    ];
    for (door, target, more) in &refused {
        let ended = ask(&house, *door, target, more);
        assert!(!ended.status.success() && ended.stdout.is_empty(), "{more}: {ended:?}");
    }
    assert_eq!(house.service.arrivals(), arrivals);
}
