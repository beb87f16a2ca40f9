//! A printed line is read by a shell as the very command.

use super::*;

#[test]
fn a_word_survives_a_shell() {
    assert_eq!(quoted("https://localhost:8443/api/products"), "https://localhost:8443/api/products");
    assert_eq!(quoted("Authorization: Bearer x"), "'Authorization: Bearer x'");
    assert_eq!(quoted("it's"), r"'it'\''s'");
    assert_eq!(quoted(""), "''");
    assert_eq!(quoted("a?b=c"), "'a?b=c'");
    for word in ["$HOME", "a b", "`id`", "{\"a\":[1]}", "*", "~", "a;b", "#", "\\"] {
        let output = std::process::Command::new("sh")
            .args(["-c", &format!("printf %s {}", quoted(word))])
            .output()
            .expect("a shell");
        assert_eq!(String::from_utf8_lossy(&output.stdout), word);
    }
}
