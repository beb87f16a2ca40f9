//! Paths to names of files, and what a name says.

use super::*;

fn name(below: &str) -> Option<String> {
    wire::check_path(below.as_bytes()).expect("a path that a request can have");
    of(below)
}

#[test]
fn a_path_is_the_name_of_a_file_and_a_slash_at_its_end_of_an_index() {
    assert_eq!(name("/a/b.html").as_deref(), Some("a/b.html"));
    assert_eq!(name("/").as_deref(), Some("index.html"));
    assert_eq!(of("").as_deref(), Some("index.html"));
    assert_eq!(name("/a/").as_deref(), Some("a/index.html"));
    assert_eq!(name("/a%20b/%C3%A4.txt").as_deref(), Some("a b/ä.txt"));
    assert_eq!(name("/100%25").as_deref(), Some("100%"));
}

#[test]
fn names_with_a_dot_in_front_are_never_served_but_for_well_known() {
    for path in ["/.env", "/a/.git/config", "/...", "/a/.well-known/x", "/.well-known/.secret", "/.well-knownx"] {
        assert_eq!(name(path), None, "{path}");
    }
    assert_eq!(name("/.well-known/security.txt").as_deref(), Some(".well-known/security.txt"));
}

#[test]
fn no_path_of_a_request_is_a_name_outside() {
    let mut random = fastrand::Rng::with_seed(11);
    let pieces = ["a", ".", "..", "%2e", "%2f", "%5c", "%00", "%25", "/", "//", "\\", "~", "%c3%a4", "%ff", ";", ":"];
    let mut named = 0;
    for _ in 0..20_000 {
        let path: String = (0..random.usize(1..8)).map(|_| pieces[random.usize(0..pieces.len())]).collect();
        let path = format!("/{path}");
        // Also of what the reading of the head would have refused before.
        if let Some(name) = of(&path) {
            named += 1;
            assert!(!name.split('/').any(|part| part == "." || part == ".."), "{path}: {name}");
            assert!(!name.starts_with('/') || path.starts_with("//"), "{path}: {name}");
            assert!(!name.contains('\0') && !name.contains('\\'), "{path}: {name}");
        }
    }
    assert!(named > 1000, "{named}");
}

#[test]
fn only_a_name_with_a_hash_in_it_holds_for_long() {
    for hashed in ["app.3f9a1c2b.js", "a/index-DxK3mP9q.css", "logo.0123456789abcdef.png", "x-a1b2c3d4e5.svg"] {
        assert_eq!(cache_control(hashed), "max-age=31536000, immutable", "{hashed}");
    }
    for plain in [
        "index.html",
        "photo-20240101.jpg",
        "report-12345678.pdf",
        "app.js",
        "3f9a1c2b.js",
        "jquery-3.7.1.min.js",
        "app-deadbeef.js",
        "theme-Dark2020A.css",
        "logo-DxK3mP9q.png",
        "a.3f9a1c2b/index.html",
        "app.3f9a1c2b",
    ] {
        assert_eq!(cache_control(plain), "no-cache", "{plain}");
    }
}
