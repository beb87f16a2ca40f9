//! Figures out of `/proc`.

use super::{Process, cpu_nanoseconds};

#[test]
fn the_figures_of_this_process_are_plausible() {
    let process = Process::read();
    assert!(process.resident_bytes.expect("VmRSS") > 100_000);
    assert!(process.virtual_bytes.expect("VmSize") >= process.resident_bytes.expect("VmRSS"));
    assert!(process.threads.expect("threads") >= 1);
    assert!(process.open_fds.expect("fds") >= 3);
    assert!(process.max_fds.expect("limit") >= process.open_fds.expect("fds"));
    assert!(process.cpu_nanoseconds.is_some());
}

#[test]
fn a_process_name_with_spaces_and_parentheses_misleads_nobody() {
    let stat = "7 (a) 1 (b) S 1 7 7 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 1 0 5 1 1 1";
    assert_eq!(cpu_nanoseconds(stat), Some(2_000_000_000));
    assert_eq!(cpu_nanoseconds("7 (a"), None);
}
