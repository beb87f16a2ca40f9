//! Ports are those asked for, or free ones; never a taken one.

use super::*;

#[test]
fn a_taken_port_that_was_asked_for_is_a_conflict_that_names_the_holder() {
    let taken = bind(0).expect("a socket");
    let port = address_of(&taken).expect("an address").port();
    let failure = Ports::choose(Some(port)).expect_err("a conflict");
    assert_eq!(failure.exit, Exit::Conflict);
    assert!(failure.message.contains(&format!("(process {})", std::process::id())), "{}", failure.message);
}

#[test]
fn a_taken_usual_port_gives_way_to_the_next_free_one() {
    let taken = bind(0).expect("a socket");
    let port = address_of(&taken).expect("an address").port();
    let mut moved = Vec::new();
    let listener = near(port, "the door", &mut moved).expect("a socket");
    assert_ne!(address_of(&listener).expect("an address").port(), port);
    assert_eq!(moved.len(), 1);
}

#[test]
fn no_port_is_given_twice() {
    let ports = Ports::choose(None).expect("ports");
    let mut all = vec![ports.client.port(), ports.server.port()];
    let back_ends = &ports.back_ends;
    for listener in [&back_ends.site, &back_ends.catalogue, &back_ends.ordering, &back_ends.payments] {
        all.push(address_of(listener).expect("an address").port());
    }
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 6);
}
