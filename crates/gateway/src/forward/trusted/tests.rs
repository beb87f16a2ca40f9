//! Which names are believed by somebody, and that ordinary ones are left alone.

use super::{X_FAMILIES, X_NAMES, is_believed, of_letter};

#[test]
fn what_services_take_for_the_word_of_a_proxy_is_not_the_callers_to_say() {
    for name in [
        "x-forwarded-client-cert",
        "x-forwarded-prefix",
        "x-forwarded",
        "forwarded-for",
        "remote-user",
        "remote_user",
        "x-remote-user",
        "x_remote_user",
        "x-auth-request-email",
        "x-webauth-user",
        "x-accel-redirect",
        "x-sendfile",
        "x-sendfile-type",
        "x-http-method",
        "x-http-method-override",
        "x-scheme",
        "x-original-url",
        "x-rewrite-url",
        "x-client-cert",
        "ssl-client-verify",
        "client-cert",
        "true-client-ip",
        "proxy",
        "x-vestibule-caller",
    ] {
        assert!(is_believed(name), "{name}");
    }
}

#[test]
fn what_is_nobody_s_word_but_the_caller_s_is_left_alone() {
    for name in [
        "",
        "x",
        "x-",
        "x-requested-with",
        "x-csrf-token",
        "x-user-agent",
        "x-forwarde",
        "x-schemes",
        "client-version",
        "x-custom",
        "prefer",
        "trace-state",
        "foo",
        "httpsx",
        "remote",
        "grpc-timeout",
    ] {
        assert!(!is_believed(name), "{name}");
    }
}

#[test]
fn every_name_of_the_lists_can_be_met() {
    let mut lists: Vec<_> = (0..=u8::MAX).filter_map(|letter| of_letter(letter).map(|lists| (letter, lists))).collect();
    lists.push((b'x', (X_FAMILIES, X_NAMES)));
    for (letter, (families, names)) in lists {
        for word in families.iter().chain(names) {
            assert!(word.as_bytes()[0] == letter && !word.contains('_') && is_believed(word), "{word}");
            assert_eq!(*word, word.to_ascii_lowercase());
        }
    }
}
