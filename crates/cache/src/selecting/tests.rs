//! Which requests are alike for an answer that varies.

use crate::specimen::{Lines, Shop, answer, request};

fn kept_and_given(vary: &[&str], first: Lines<'_>, second: Lines<'_>) -> bool {
    let shop = Shop::new();
    let mut lines = vec![("cache-control", "public, max-age=3600")];
    lines.extend(vary.iter().map(|value| ("vary", *value)));
    shop.fetch(&request("GET", "/", first), &answer(200, &lines, ""), "");
    shop.fresh(&request("GET", "/", second)).is_some()
}

#[test]
fn what_the_answer_varies_by_must_be_said_alike() {
    let one: Lines<'_> = &[("foo", "1"), ("accept", "a/b")];
    assert!(kept_and_given(&["Foo"], one, &[("foo", "1")]));
    assert!(kept_and_given(&["Foo, accept"], one, one));
    assert!(!kept_and_given(&["Foo"], one, &[("foo", "2")]));
    assert!(!kept_and_given(&["Foo"], one, &[("foo", "11")]));
    assert!(!kept_and_given(&["Foo"], one, &[]));
    assert!(!kept_and_given(&["Foo"], &[], one));
    assert!(!kept_and_given(&["Foo", "Accept"], one, &[("foo", "1")]));
    assert!(kept_and_given(&["Foo, Bar"], &[], &[]), "both left it out");
    assert!(kept_and_given(&["Foo"], &[("foo", "")], &[("foo", "")]));
    assert!(!kept_and_given(&["Foo"], &[("foo", "")], &[]), "empty is not absent");
}

#[test]
fn lines_of_a_field_are_one_list() {
    let two: Lines<'_> = &[("foo", "1"), ("foo", "2")];
    assert!(kept_and_given(&["foo"], two, &[("foo", "1, 2")]));
    assert!(kept_and_given(&["foo"], &[("foo", "1, 2")], two));
    assert!(!kept_and_given(&["foo"], two, &[("foo", "2"), ("foo", "1")]));
    assert!(!kept_and_given(&["foo"], two, &[("foo", "1")]));
}

#[test]
fn a_star_anywhere_fits_nobody() {
    for vary in [&["*"][..], &["*, *"], &["*", "*"], &[", *"], &["", "*"], &["*, Foo"], &["Foo, *"]] {
        assert!(!kept_and_given(vary, &[], &[]), "{vary:?}");
    }
}

#[test]
fn what_names_no_field_fits_nobody() {
    for vary in ["X-Tenant X-Lang", "X-Tenant;q=1", "\"X-Tenant\"", "X-Tenant:", "X-Tenant/", "(X-Tenant", "X-T\u{e9}"]
    {
        assert!(!kept_and_given(&[vary], &[], &[]), "{vary}");
        assert!(!kept_and_given(&["Accept", vary], &[], &[]), "{vary}");
    }
}

#[test]
fn what_varies_by_what_the_service_is_told_by_the_house_is_not_kept() {
    assert!(!kept_and_given(&["X-Forwarded-For"], &[], &[]));
    assert!(!kept_and_given(&["Connection"], &[], &[]));
}

#[test]
fn what_varies_by_a_credential_is_kept_only_for_those_without() {
    for (name, value) in [("cookie", "a=b"), ("authorization", "Bearer x"), ("x-api-key", "k")] {
        assert!(!kept_and_given(&[name], &[(name, value)], &[(name, value)]), "{name}");
        assert!(kept_and_given(&[name], &[], &[]), "{name}");
        assert!(!kept_and_given(&[name], &[], &[(name, value)]), "{name}");
    }
}

#[test]
fn two_variants_are_kept_beside_each_other() {
    let shop = Shop::new();
    let lines = [("cache-control", "max-age=3600"), ("vary", "accept-language")];
    for (language, content) in [("de", "Zwerge"), ("en", "dwarfs")] {
        let request = request("GET", "/", &[("accept-language", language)]);
        assert!(shop.fetch(&request, &answer(200, &lines, content), content));
    }
    for (language, content) in [("de", "Zwerge"), ("en", "dwarfs")] {
        let request = request("GET", "/", &[("accept-language", language)]);
        let found = shop.fresh(&request).unwrap();
        assert_eq!(shop.given(&found, &request).1, content.as_bytes());
    }
}

#[test]
fn an_endless_vary_is_not_kept() {
    let names: Vec<String> = (0..17).map(|number| format!("x-{number}")).collect();
    assert!(!kept_and_given(&[&names.join(",")], &[], &[]));
    assert!(kept_and_given(&[&names[..16].join(",")], &[], &[]));
}
