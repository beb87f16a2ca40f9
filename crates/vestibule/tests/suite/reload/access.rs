//! Who may come in after a reload: what was taken away is gone at the next request, on whatever connection.

use testkit::{ClientTls, Connection, Deadline, Root};

use super::{reload, unwatched};
use crate::two_doors::{SOON, assert_problem, assert_served, bearer, changed, free_address, get};

const PAYMENTS: &str = "/payments/charges";

#[test]
fn a_removed_key_is_refused_at_the_next_request_of_an_open_connection() {
    let (house, file) = unwatched();
    let key = bearer(&house.keys.app);
    let mut open = house.at_client();
    assert_served(&open.exchange(get("/notes/list", &[&key])));
    reload(&house.house, &changed(&file, &[("  app: {", "  # app: {")]));
    assert_problem(&open.exchange(get("/notes/list", &[&key])), 401, "credential-invalid");
    assert_problem(&house.get("/notes/list", &[&key]), 401, "credential-invalid");
    let page = [&*bearer(&house.keys.page), "origin: https://shop.test"];
    assert_served(&open.exchange(get("/notes/list", &page)));
    reload(&house.house, &file);
    assert_served(&open.exchange(get("/notes/list", &[&key])));
}

#[test]
fn an_api_that_is_public_no_more_asks_at_the_next_request() {
    let (house, file) = unwatched();
    let mut open = house.at_client();
    assert_served(&open.exchange(get("/notes/announced", &[])));
    reload(&house.house, &changed(&file, &[(", public: true }", " }")]));
    assert_problem(&open.exchange(get("/notes/announced", &[])), 401, "credential-required");
}

#[test]
fn a_workload_that_may_no_more_is_refused_at_the_next_request_of_an_open_connection() {
    let (house, file) = unwatched();
    let mut open = house.at_server(&house.workload("orders"));
    assert_served(&open.exchange(get(PAYMENTS, &[])));
    let without = changed(
        &file,
        &[
            ("  orders: { networks: loopback }\n", ""),
            ("workloads: [orders, legacy, away]", "workloads: [legacy, away]"),
        ],
    );
    reload(&house.house, &without);
    assert_problem(&open.exchange(get(PAYMENTS, &[])), 403, "not-allowed");
    reload(&house.house, &file);
    assert_served(&open.exchange(get(PAYMENTS, &[])));
}

#[test]
fn a_workload_s_name_given_to_another_id_does_not_stay_with_an_open_connection() {
    let (house, file) = unwatched();
    let mut open = house.at_server(&house.workload("orders"));
    let mut legacy = house.at_server(&house.workloads.server(&["legacy.test"]));
    let mut stream = testkit::http2::Http2::over(
        ClientTls::with_certificate(&house.people, &house.workload("orders"))
            .alpn(&["h2"])
            .connect(house.server)
            .expect("a handshake"),
    );
    super::load::ask_http2(&mut stream, 1, PAYMENTS);
    assert_eq!(super::load::status(&mut stream, 1), 200);
    assert_served(&open.exchange(get(PAYMENTS, &[])));
    assert_served(&legacy.exchange(get(PAYMENTS, &[])));
    let other = changed(
        &file,
        &[
            ("  orders: { networks: loopback }\n", "  orders: { id: \"spiffe://shop.test/orders-2\" }\n"),
            ("dns: legacy.test", "dns: renewed.test"),
        ],
    );
    reload(&house.house, &other);
    // The certificate is still of a workload, by its id alone now; the other one is nobody's any more.
    assert_problem(&open.exchange(get(PAYMENTS, &[])), 403, "not-allowed");
    super::load::ask_http2(&mut stream, 3, PAYMENTS);
    assert_eq!(super::load::status(&mut stream, 3), 403);
    assert_problem(&legacy.exchange(get(PAYMENTS, &[])), 401, "credential-invalid");
    assert_served(&house.get_as("orders-2", PAYMENTS, &[]));
    reload(&house.house, &file);
    assert_served(&open.exchange(get(PAYMENTS, &[])));
}

#[test]
fn a_workload_whose_networks_changed_is_refused_at_the_next_request_of_an_open_connection() {
    let (house, file) = unwatched();
    let mut open = house.at_server(&house.workload("orders"));
    assert_served(&open.exchange(get(PAYMENTS, &[])));
    reload(
        &house.house,
        &changed(&file, &[("  orders: { networks: loopback }\n", "  orders: { networks: 10.99.0.0/16 }\n")]),
    );
    assert_problem(&open.exchange(get(PAYMENTS, &[])), 403, "network-not-allowed");
}

#[test]
fn a_door_whose_networks_changed_serves_an_open_connection_from_elsewhere_no_more() {
    let (house, file) = unwatched();
    let mut open = house.at_client();
    assert_served(&open.exchange(get("/open/things", &[])));
    reload(&house.house, &changed(&file, &[("  client:\n", "  client:\n    deny: loopback\n")]));
    assert!(open.is_closed_by(Deadline::within(SOON)), "the address is denied now");
    assert_served(&house.get_as("orders", PAYMENTS, &[]));
}

#[test]
fn a_door_that_has_tls_from_now_on_serves_an_open_connection_in_cleartext_no_more() {
    let ground = crate::two_doors::Ground::new();
    let plain = free_address();
    let door = format!("doors:\n  plain:\n    kind: client\n    listen: \"{plain}\"\n    tls: none\n");
    let api = "apis:\n  plain:\n    door: plain\n    path: /open\n    service: shop\n    public: true\n    \
               operations: { read: \"GET /things\" }\n";
    let file = changed(&ground.file(), &[("doors:\n", door.as_str()), ("apis:\n", api)]);
    let house = ground.open_unwatched(&file);
    let mut open = Connection::plain(plain);
    assert_served(&open.exchange(get("/open/things", &[])));
    reload(
        &house.house,
        &changed(&file, &[("tls: none", "tls: { files: [{ certificate: door.pem, key: door-key.pem }] }")]),
    );
    assert!(open.is_closed_by(Deadline::within(SOON)), "a request in cleartext at a door with TLS");
}

#[test]
fn changed_anchors_end_the_connections_that_rested_on_them_and_no_others() {
    let (house, file) = unwatched();
    let mut people = house.at_client();
    let mut workload = house.at_server(&house.workload("orders"));
    assert_served(&people.exchange(get("/open/things", &[])));
    assert_served(&workload.exchange(get(PAYMENTS, &[])));
    let next = Root::new("next");
    house.house.write("next-root.pem", next.pem());
    let root = "root: { certificate: workloads.pem, key: workloads-key.pem }";
    reload(&house.house, &changed(&file, &[(root, "root: { certificate: next-root.pem }")]));
    assert!(workload.is_closed_by(Deadline::within(SOON)), "an identity that nobody vouches for any more");
    assert_served(&people.exchange(get("/open/things", &[])));
    let renewed = next.workload("spiffe://shop.test/orders");
    let answer = Connection::tls(house.server, &ClientTls::with_certificate(&house.people, &renewed))
        .exchange(get(PAYMENTS, &[]));
    assert_served(&answer);
}

#[test]
fn a_server_door_that_demands_certificates_from_now_on_ends_connections_without() {
    let (house, file) = unwatched();
    let optional = changed(
        &file,
        &[
            ("  server:\n", "  server:\n    loosen: { certificate-optional: partners }\n"),
            ("  books:\n", "  books:\n    loosen: { no-certificate: partners }\n"),
        ],
    );
    reload(&house.house, &optional);
    let key = bearer(&house.keys.erp);
    let mut open = Connection::tls(house.server, &ClientTls::new(&house.people));
    assert_served(&open.exchange(get("/books/list", &[&key])));
    reload(&house.house, &file);
    assert!(open.is_closed_by(Deadline::within(SOON)), "no certificate was ever shown on it");
}
