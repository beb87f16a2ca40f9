//! The runner, tried on a shell instead of the gateway.

use super::*;

#[test]
fn a_command_gives_its_output_and_status() {
    let prepared = House::new("/bin/sh").config("words");
    let ended = prepared.command(&["-c", "cat vestibule.yaml; echo oops >&2; exit 3"]);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str(), ended.status.code()), ("words", "oops\n", Some(3)));
}

#[test]
fn a_house_is_watched_signalled_and_waited_for() {
    // What waits in the background goes with the shell: nothing may outlive the test.
    let script = "trap 'kill $!; echo bye; exit 0' TERM; sleep 60 & echo ready in 1 ms >&2; wait $!";
    let mut house = House::new("/bin/sh").start_with(&["-c", script]);
    assert_eq!(house.wait_for_message("ready"), "ready in 1 ms");
    house.terminate();
    assert_eq!(house.wait(Duration::from_secs(10)).code(), Some(0));
    assert_eq!(house.wait_for_log("bye"), "bye");
}

#[test]
fn files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let prepared = House::new("/bin/sh");
    prepared.write("keys/a.key", "secret");
    let mode = fs::metadata(prepared.folder().join("keys/a.key")).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
