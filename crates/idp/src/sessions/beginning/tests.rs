//! What a beginning is bound to, and where nobody is led.

use std::time::{Duration, SystemTime};

use super::{AT_MOST, AppPath, AppPathError, Beginning};

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

fn beginning() -> Beginning {
    Beginning::new("page", AppPath::parse("/orders?a=1#b").expect("a path"), at(0)).expect("randomness")
}

#[test]
fn a_state_stands_for_its_beginning_in_the_browser_that_made_it_and_nowhere_else() {
    let beginning = beginning();
    let state = beginning.state("cookie-1");
    assert_eq!(Beginning::of_state(&state, "cookie-1", at(60)), Some(beginning.clone()));
    assert_eq!(Beginning::of_state(&state, "cookie-2", at(60)), None);
    assert_eq!(beginning.challenge("cookie-1").len(), 43);
    assert_ne!(beginning.challenge("cookie-1"), beginning.challenge("cookie-2"));
}

#[test]
fn a_state_that_was_touched_is_none() {
    let state = beginning().state("cookie");
    let mut parts: Vec<String> = state.split('.').map(str::to_owned).collect();
    assert_eq!(parts.len(), 5);
    for at_part in 0..parts.len() {
        let kept = parts[at_part].clone();
        parts[at_part] = format!("{kept}A");
        assert_eq!(Beginning::of_state(&parts.join("."), "cookie", at(0)), None, "{at_part}");
        parts[at_part] = kept;
    }
    for bad in ["", ".", "....", "a.b.c.d.e"] {
        assert_eq!(Beginning::of_state(bad, "cookie", at(0)), None, "{bad}");
    }
}

#[test]
fn a_state_is_over_after_its_time() {
    let state = beginning().state("cookie");
    let last = AT_MOST.as_secs();
    assert!(Beginning::of_state(&state, "cookie", at(last)).is_some());
    assert_eq!(Beginning::of_state(&state, "cookie", at(last + 1)), None);
    assert_eq!(Beginning::of_state(&state, "cookie", SystemTime::UNIX_EPOCH), None);
}

#[test]
fn two_tabs_begin_side_by_side() {
    let (one, other) = (beginning(), beginning());
    let states = [one.state("cookie"), other.state("cookie")];
    assert_ne!(one.challenge("cookie"), other.challenge("cookie"));
    assert_eq!(Beginning::of_state(&states[1], "cookie", at(1)), Some(other));
    assert_eq!(Beginning::of_state(&states[0], "cookie", at(1)), Some(one));
}

#[test]
fn a_path_leads_to_no_other_host() {
    for good in ["/", "/orders", "/orders/1?a=b//c#//d", "/a//b"] {
        assert_eq!(AppPath::parse(good).as_ref().map(AppPath::as_str), Ok(good));
    }
    for bad in [
        "",
        "orders",
        "//evil.example",
        "/\\evil.example",
        "\\/evil",
        "https://evil.example",
        "/a b",
        "/a\nb",
        "/ä",
        "/a\\b",
    ] {
        assert_eq!(AppPath::parse(bad), Err(AppPathError), "{bad:?}");
    }
    assert_eq!(AppPath::parse(&format!("/{}", "a".repeat(AppPath::MAX_LEN))), Err(AppPathError));
}
