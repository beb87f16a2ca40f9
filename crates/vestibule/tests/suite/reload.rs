//! Another configuration while requests run: swapped whole or not at all, and nothing lost by it.

mod access;
pub(crate) mod load;
mod memory;

use std::net::TcpStream;
use std::time::Duration;

use testkit::{Backend, ClientTls, Connection, Deadline, End, House, Reply, script};

use crate::two_doors::{
    Ground, SERVED, SOON, TwoDoors, admin, assert_problem, assert_served, changed, free_address, get,
};

/// Loads another file over the admin socket; the hash that runs now, and the one that ran before.
pub(crate) fn reload(house: &House, file: &str) -> (String, String) {
    house.write_config(file);
    let answer = admin(house, "POST", "/reload");
    assert_eq!(answer.status, 200, "{}", answer.text());
    let said = answer.json().expect("JSON");
    let text = |key: &str| said[key].as_str().expect("a hash").to_owned();
    (text("hash"), text("was"))
}

/// The hash of the configuration that runs.
fn running(house: &House) -> String {
    let status = admin(house, "GET", "/status").json().expect("JSON");
    status["configuration"]["hash"].as_str().expect("a hash").to_owned()
}

/// Runs `vestibule reload` beside the gateway.
fn command_reload(house: &House) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_vestibule"))
        .args(["reload", "-c", testkit::program::FILE, "--admin", "unix:vestibule-data/admin.sock"])
        .current_dir(house.folder())
        .output()
        .expect("vestibule")
}

/// Doors whose file is loaded only on demand, and that file.
pub(crate) fn unwatched() -> (TwoDoors, String) {
    let ground = Ground::new();
    let file = ground.file();
    (ground.open_unwatched(&file), file)
}

#[test]
fn a_file_with_faults_is_refused_with_its_reasons_and_the_old_one_goes_on() {
    let (house, file) = unwatched();
    let hash = running(&house.house);
    let mut open = house.at_client();
    assert_served(&open.exchange(get("/open/things", &[])));
    let faulty =
        changed(&file, &[("door: client", "door: clinet"), ("    public: true\n", ""), ("GET /list", "FETCH!")]);
    house.house.write_config(&faulty);

    let refused = admin(&house.house, "POST", "/reload");
    assert_eq!(refused.status, 422, "{}", refused.text());
    let said = refused.json().expect("JSON");
    assert_eq!(said["hash"], hash.as_str());
    assert!(said["faults"].as_array().is_some_and(|faults| faults.len() >= 3), "all at once: {said}");
    assert!(said["rendered"].as_str().is_some_and(|text| text.contains("did you mean `client`?")), "{said}");

    let command = command_reload(&house.house);
    assert_eq!(command.status.code(), Some(3), "{command:?}");
    let stderr = String::from_utf8_lossy(&command.stderr);
    assert!(stderr.contains(&format!("still running {hash}")) && stderr.contains("clinet"), "{stderr}");

    house.house.hang_up();
    house.house.wait_for_message(&format!("still running {hash}"));
    assert_eq!(running(&house.house), hash);
    assert_served(&open.exchange(get("/open/things", &[])));
    assert_served(&house.get("/open/things", &[]));
    assert_eq!(reload(&house.house, &file).0, hash, "the same file has the same hash");
}

#[test]
fn the_socket_the_command_and_sighup_load_the_same_file() {
    let (house, file) = unwatched();
    let with = |path: &str| changed(&file, &[("read: \"GET /things\"", format!("read: \"GET /{path}\""))]);
    let (hash, was) = reload(&house.house, &with("by-socket"));
    assert_ne!(hash, was);
    assert_served(&house.get("/open/by-socket", &[]));
    house.house.write_config(&with("by-command"));
    let command = command_reload(&house.house);
    assert_eq!(command.status.code(), Some(0), "{command:?}");
    assert!(String::from_utf8_lossy(&command.stdout).contains(&format!("(was {hash})")), "{command:?}");
    assert_served(&house.get("/open/by-command", &[]));
    let running = running(&house.house);
    house.house.write_config(&with("by-signal"));
    house.house.hang_up();
    house.house.wait_for_message(&format!("(was {running})"));
    assert_served(&house.get("/open/by-signal", &[]));
}

#[test]
fn every_door_or_none_takes_another_configuration() {
    let (house, file) = unwatched();
    let hash = running(&house.house);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let (server, taken_at) = (house.server.to_string(), taken.local_addr().expect("an address").to_string());
    // One address cannot be had: the route that the same file adds does not start either.
    let other =
        changed(&file, &[(server.as_str(), taken_at.as_str()), ("read: \"GET /things\"", "read: \"GET /other\"")]);
    house.house.write_config(&other);
    let refused = admin(&house.house, "POST", "/reload");
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.text().contains(&taken_at), "{}", refused.text());
    assert_eq!(running(&house.house), hash);
    assert_served(&house.get("/open/things", &[]));
    assert_problem(&house.get("/open/other", &[]), 404, "not-found");
    assert_served(&house.get_as("orders", "/payments/charges", &[]));
    drop(taken);
    reload(&house.house, &other);
    assert_served(&house.get("/open/other", &[]));
}

#[test]
fn what_only_a_restart_can_change_is_refused_in_so_many_words() {
    let (house, file) = unwatched();
    let hash = running(&house.house);
    for line in ["admin: { listen: \"unix:other.sock\" }\n", "observe: { log: { format: text } }\n"] {
        house.house.write_config(&format!("{file}{line}"));
        let refused = admin(&house.house, "POST", "/reload");
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(refused.text().contains("needs a restart"), "{}", refused.text());
    }
    assert_eq!(running(&house.house), hash);
}

#[test]
fn a_route_that_is_gone_stops_and_a_new_one_starts_also_on_open_connections() {
    let (house, file) = unwatched();
    let mut open = house.at_client();
    assert_served(&open.exchange(get("/open/things", &[])));
    assert_problem(&open.exchange(get("/open/news", &[])), 404, "not-found");
    reload(&house.house, &changed(&file, &[("read: \"GET /things\"", "read: \"GET /news\"")]));
    for connection in [&mut open, &mut house.at_client()] {
        assert_problem(&connection.exchange(get("/open/things", &[])), 404, "not-found");
        assert_served(&connection.exchange(get("/open/news", &[])));
    }
}

#[test]
fn a_door_whose_address_changed_moves_and_loses_nobody() {
    let (house, file) = unwatched();
    let mut open = house.at_client();
    assert_served(&open.exchange(get("/open/things", &[])));
    let elsewhere = free_address();
    reload(&house.house, &changed(&file, &[(house.client.to_string().as_str(), elsewhere.to_string())]));
    let moved = Connection::tls(elsewhere, &ClientTls::new(&house.people)).exchange(get("/open/things", &[]));
    assert_served(&moved);
    // The old sockets are closed by their own threads, a moment after the new ones are open.
    let deadline = Deadline::within(SOON);
    while TcpStream::connect(house.client).is_ok() {
        assert!(!deadline.passed(), "the old address still listens");
    }
    assert_served(&open.exchange(get("/open/things", &[])));
    assert_served(&house.get_as("orders", "/payments/charges", &[]));
}

#[test]
fn a_door_that_is_gone_ends_its_connections() {
    let (house, file) = unwatched();
    let mut open = house.at_server(&house.workload("orders"));
    assert_served(&open.exchange(get("/payments/charges", &[])));
    // Everything of the server door leaves the file.
    let (before, _) = file.split_once("  payments:\n").expect("the first API of the server door");
    let file = changed(before, &[("  erp: {", "  # erp: {")]);
    reload(&house.house, &file);
    assert!(open.is_closed_by(Deadline::within(SOON)));
    assert_served(&house.get("/open/things", &[]));
}

#[test]
fn a_request_under_way_ends_by_the_configuration_that_it_began_with() {
    let slow = script::trickle(&Reply::ok(SERVED), Duration::from_millis(10));
    let ground = Ground::before(Backend::always(slow));
    let file = ground.file();
    let house = ground.open_unwatched(&file);
    let mut open = house.at_client();
    open.send(get("/open/things", &[]).as_bytes());
    house.service.wait_until("the request is under way", SOON, |service| service.arrivals() == 1);
    // Its route, its service and its door's limits are others from now on.
    let other = Backend::saying("other");
    reload(
        &house.house,
        &changed(&file, &[("read: \"GET /things\"", "read: \"GET /news\""), (house.service.url(), other.url())]),
    );
    assert_served(&open.answer_to("GET", Deadline::within(SOON)).expect("the answer"));
    assert_eq!(open.exchange(get("/open/news", &[])).text(), "other");
}

#[test]
fn an_edit_of_the_file_is_loaded_without_a_word_and_a_faulty_one_is_not() {
    let ground = Ground::new();
    let file = ground.file();
    let house = ground.open(&file);
    house.house.write_config(&changed(&file, &[("read: \"GET /things\"", "read: \"GET /news\"")]));
    house.house.wait_for_message("loaded ");
    assert_served(&house.get("/open/news", &[]));
    house.house.write_config(&changed(&file, &[("read: \"GET /things\"", "red: [")]));
    house.house.wait_for_message("still running ");
    assert_served(&house.get("/open/news", &[]));
}

#[test]
fn replaced_certificate_files_are_for_new_handshakes_and_end_no_connection() {
    let ground = Ground::new();
    let file = ground.file();
    let house = ground.open(&file);
    let mut open = house.at_client();
    assert_served(&open.exchange(get("/open/things", &[])));
    // The watch sees the files that the configuration names, not only itself. The first of the two that is in place
    // does not go with the other, which is refused; then both do.
    let renewed = house.people.server(&["localhost", "127.0.0.1"]);
    house.house.write("door-key.pem", &renewed.key_pem);
    house.house.write("door.pem", &renewed.pem);
    house.house.wait_for_message("loaded ");
    let stream = ClientTls::new(&house.people).without_resumption().connect(house.client).expect("a handshake");
    let testkit::Stream::Tls(tls) = stream else { panic!("not TLS") };
    assert_eq!(tls.conn.peer_certificates().and_then(|chain| chain.first()), Some(&renewed.der));
    assert_served(&open.exchange(get("/open/things", &[])));
}

#[test]
fn told_to_end_it_finishes_what_is_under_way_and_takes_nothing_new() {
    let slow = script::trickle(&Reply::ok(SERVED), Duration::from_millis(20));
    let ground = Ground::before(Backend::always(slow));
    let file = ground.file();
    let mut house = ground.open_unwatched(&file);
    let orders = house.workload("orders");
    let mut idle = house.at_client();
    let mut under_way: Vec<Connection> = (0..6).map(|_| house.at_client()).collect();
    for connection in &mut under_way {
        connection.send(get("/open/things", &[]).as_bytes());
    }
    let mut servers: Vec<Connection> = (0..2).map(|_| house.at_server(&orders)).collect();
    for connection in &mut servers {
        connection.send(get("/payments/charges", &[]).as_bytes());
    }
    let http2 = ClientTls::new(&house.people).alpn(&["h2"]).connect(house.client).expect("a handshake");
    let mut http2 = testkit::http2::Http2::over(http2);
    load::ask_http2(&mut http2, 1, "/open/things");
    house.service.wait_until("all are under way", SOON, |service| service.arrivals() == 9);
    house.house.terminate();
    house.house.wait_for_message("closing");
    for connection in under_way.iter_mut().chain(&mut servers) {
        let answer = connection.answer_to("GET", Deadline::within(SOON)).expect("a whole answer");
        assert_served(&answer);
        assert!(connection.is_closed_by(Deadline::within(SOON)));
    }
    let outcome = http2.outcome(1, Deadline::within(SOON));
    assert_eq!(outcome, testkit::http2::Outcome::Answer(200, SERVED.into()));
    assert_eq!(idle.read_to_end(Deadline::within(SOON)).1, End::Closed, "what has nothing under way ends at once");
    drop(http2);
    assert_eq!(house.house.wait(SOON).code(), Some(0));
    assert!(TcpStream::connect(house.client).is_err());
    // Every request that was answered is in the log, although it came just before the end.
    let answered = house.house.stdout().lines().filter(|line| line.contains("\"outcome\":\"answered\"")).count();
    assert_eq!(answered, 9);
}
