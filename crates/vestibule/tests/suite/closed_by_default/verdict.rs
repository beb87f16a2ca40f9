//! The independent reading: what a file says of who may call without saying who, read from the drawn tree alone.
//!
//! It shares nothing with the rooms that decide: a dozen lines that anybody
//! can check against the sentence in the manual. An operation that says
//! `public` or `callers` inherits neither; otherwise its API's word holds.

use super::tree::Tree;

/// Whether the file says in so many words that anyone may call this operation.
pub(super) fn is_public(file: &Tree, api: &str, operation: &str) -> bool {
    let says = |tree: &Tree, key: &str| tree.get(key).is_some();
    let public = |tree: &Tree| tree.get("public").and_then(Tree::value) == Some("true");
    let Some(api) = file.get("apis").and_then(|apis| apis.get(api)) else { return false };
    let Some(operation) = api.get("operations").and_then(|operations| operations.get(operation)) else { return false };
    if says(operation, "public") || says(operation, "callers") { public(operation) } else { public(api) }
}

#[test]
fn an_operation_s_own_word_replaces_its_api_s() {
    let map =
        |entries: Vec<(&str, Tree)>| Tree::Map(entries.into_iter().map(|(key, tree)| (key.to_owned(), tree)).collect());
    let public = || ("public", Tree::text("true"));
    let callers = || ("callers", map(vec![("keys", Tree::text("restricted"))]));
    let file = |api: Vec<(&'static str, Tree)>, operation: Tree| {
        let api = api.into_iter().chain([("operations", map(vec![("o", operation)]))]).collect();
        map(vec![("apis", map(vec![("a", map(api))]))])
    };
    let route = || Tree::text("GET /");
    assert!(is_public(&file(vec![public()], route()), "a", "o"));
    assert!(is_public(&file(vec![public(), callers()], route()), "a", "o"));
    assert!(is_public(&file(vec![callers()], map(vec![("route", route()), public()])), "a", "o"));
    assert!(!is_public(&file(vec![callers()], route()), "a", "o"));
    assert!(!is_public(&file(vec![public()], map(vec![("route", route()), callers()])), "a", "o"));
    assert!(!is_public(&file(vec![public()], route()), "a", "other"));
}
