//! From where callers come: networks and deny lists of doors, APIs, workloads and callers, and bounds on connections.

use testkit::{ClientTls, Connection, Deadline};

use crate::two_doors::{Ground, SOON, TwoDoors, assert_problem, assert_served, bearer, get, refuses_handshake};

/// Whether the client door closes a connection without a word.
fn closes(house: &TwoDoors) -> bool {
    refuses_handshake(house.client, &ClientTls::new(&house.people))
}

#[test]
fn a_door_closes_connections_from_elsewhere_without_a_word() {
    for line in ["networks: 10.99.0.0/16", "deny: loopback", "networks: loopback\n    deny: 127.0.0.1"] {
        let house = TwoDoors::open_with(&[("  client:\n", &format!("  client:\n    {line}\n"))]);
        assert!(closes(&house), "{line}");
        assert!(house.house.wait_for_log("connection-refused").contains("\"client.address\":\"127.0.0.1\""));
        // The other door has its own rules.
        assert_served(&house.get_as("orders", "/payments/charges", &[]));
    }
    let house = TwoDoors::open_with(&[
        ("  client:\n", "  client:\n    networks: [10.99.0.0/16, home]\n"),
        ("services:\n", "networks:\n  home: 127.0.0.0/8\nservices:\n"),
    ]);
    assert_served(&house.get("/open/things", &[]));
}

#[test]
fn an_api_from_elsewhere_is_unknown_at_the_client_door_and_said_so_at_the_server_door() {
    for line in ["networks: 10.99.0.0/16", "deny: loopback", "networks: loopback\n    deny: 127.0.0.0/8"] {
        let house = TwoDoors::open_with(&[
            ("    path: /open\n", &format!("    path: /open\n    {line}\n")),
            ("    path: /payments\n", &format!("    path: /payments\n    {line}\n")),
        ]);
        assert_problem(&house.get("/open/things", &[]), 404, "not-found");
        let answer = house.get_as("orders", "/payments/charges", &[]);
        assert_problem(&answer, 403, "network-not-allowed");
        assert!(answer.text().contains("127.0.0.1"), "{}", answer.text());
        assert!(answer.text().contains("vestibule.yaml:"), "it names the line: {}", answer.text());
        assert_eq!(house.service.arrivals(), 0);
        assert_problem(&house.get("/notes/list", &[]), 401, "credential-required");
    }
}

#[test]
fn a_workload_from_outside_its_networks_is_refused() {
    let house = TwoDoors::open_with(&[(
        "callers: { workloads: \"spiffe://shop.test/team/*\" }",
        "callers: { workloads: { names: \"spiffe://shop.test/team/*\", networks: 10.99.0.0/16 } }",
    )]);
    let away = house.get_as("away", "/payments/charges", &[]);
    assert_problem(&away, 403, "network-not-allowed");
    assert!(away.text().contains("vestibule.yaml:"), "{}", away.text());
    assert_problem(&house.get_as("team/support", "/team/list", &[]), 403, "network-not-allowed");
    assert_eq!(house.service.arrivals(), 0);
}

#[test]
fn what_a_caller_says_of_its_own_address_is_believed_by_nobody() {
    let house = TwoDoors::open_with(&[("    path: /open\n", "    path: /open\n    networks: 10.99.0.0/16\n")]);
    for field in
        ["x-forwarded-for: 10.99.0.1", "forwarded: for=10.99.0.1", "x-real-ip: 10.99.0.1", "via: 1.1 10.99.0.1"]
    {
        assert_problem(&house.get("/open/things", &[field]), 404, "not-found");
    }
    // Nor in front of the connection (PROXY protocol).
    let mut connection = Connection::plain(house.client);
    connection.send(b"PROXY TCP4 10.99.0.1 127.0.0.1 4711 443\r\n");
    assert!(!String::from_utf8_lossy(&connection.read_to_end(Deadline::within(SOON)).0).contains("HTTP/"));
    assert_eq!(house.service.arrivals(), 0);
}

#[test]
fn connections_beyond_a_bound_are_closed_and_room_is_made_when_one_ends() {
    for bound in ["at_most: 2", "per_address: 2"] {
        let line = format!("  client:\n    connections: {{ {bound} }}\n");
        let house = TwoDoors::open_with(&[("  client:\n", &line)]);
        let mut held: Vec<Connection> = (0..2).map(|_| house.at_client()).collect();
        for connection in &mut held {
            assert_served(&connection.exchange(get("/open/things", &[])));
        }
        assert!(closes(&house), "{bound}");
        let said = house.house.wait_for_log("connection-refused");
        assert!(said.contains("\"door\":\"client\""), "{said}");
        // Those that are in are served on, and the other door has its own count.
        assert_served(&held[0].exchange(get("/open/things", &[])));
        assert_served(&house.get_as("orders", "/payments/charges", &[]));
        drop(held.pop());
        let deadline = Deadline::within(SOON);
        while closes(&house) {
            assert!(!deadline.passed(), "{bound}: no room after one has gone");
        }
    }
}

#[test]
fn a_body_beyond_its_bound_is_refused_at_each_door_s_own_size() {
    let ground = Ground::new();
    let file = ground.file();
    let house = ground.open(&file);
    let announced = |target: &str, bytes: u64| {
        format!("POST {target} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {bytes}\r\n\r\n")
    };
    let key = bearer(&house.keys.app);
    assert_problem(&house.at_client().exchange(announced("/open/things", (1 << 20) + 1)), 413, "body-too-large");
    let orders = house.workload("orders");
    let answer = house.at_server(&orders).exchange(announced("/payments/charges", (10 << 20) + 1));
    assert_problem(&answer, 413, "body-too-large");
    // Heads: 32 KiB and 8 KiB of target at the client door.
    let long = format!("/open/things?q={}", "x".repeat(9 << 10));
    assert_problem(&house.get(&long, &[&key]), 414, "target-too-long");
    let field = format!("x-large: {}", "x".repeat(40 << 10));
    assert_problem(&house.get("/open/things", &[&field]), 431, "headers-too-large");
    assert_eq!(house.service.arrivals(), 0);
}
