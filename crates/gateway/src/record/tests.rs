//! What a log may hold of a path.

use super::without_keys;

#[test]
fn a_key_in_the_path_is_not_logged() {
    assert_eq!(without_keys("/notes/vst_restricted_abc_def/more"), "/notes/[redacted]");
    assert_eq!(without_keys("/notes/first"), "/notes/first");
}
