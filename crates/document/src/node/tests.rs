//! The YAML that is accepted, and each thing that is not.

use proptest::prelude::*;

use super::{Dialect, Node, Value, read};
use crate::fault::{Collector, FaultCode, Faults};
use crate::source::Source;

fn faults(text: &str) -> (Option<Node>, Faults) {
    let source = Source::new("a.yaml", text);
    let mut collector = Collector::default();
    let tree = read(&source, &Dialect::FILE, &mut collector).map(|tree| tree.root);
    let paths = tree.clone();
    let found = collector.finish(source, |at| paths.as_ref().map(|tree| tree.path_at(at.start())).unwrap_or_default());
    (tree, found)
}

fn told(text: &str) -> Vec<(FaultCode, String)> {
    let (_, faults) = faults(text);
    let words = |span| faults.source().words(span).to_owned();
    faults.iter().map(|fault| (fault.code, fault.span.map(words).unwrap_or_default())).collect()
}

#[test]
fn maps_lists_and_text_are_read_with_their_places() {
    let (tree, faults) = faults("a: 1\r\nb: [x, \"y\"]   # why\nc:\n  d: 'ü'\n  e: f\n");
    assert!(faults.is_empty(), "{}", faults.render(false));
    let tree = tree.expect("a map");
    assert_eq!(tree.get("a").and_then(Node::text), Some("1"));
    assert_eq!(tree.get("b").map(|list| list.items().len()), Some(2));
    let e = tree.get("c").and_then(|c| c.entry("e")).expect("an entry");
    assert_eq!(faults.source().place(e.node.span).to_string(), "a.yaml:5:6");
    assert_eq!(tree.path_at(e.node.span.start()), "c.e");
}

#[test]
fn each_feature_of_yaml_that_is_not_taken_is_told_with_its_words() {
    use FaultCode::{
        Documents, DuplicateKey, EmptyValue, KeyNotText, LooseText, NotAMap, NotText, Syntax, Tab, YamlFeature,
    };
    let cases: &[(&str, FaultCode, &str)] = &[
        ("a: &x b\n", YamlFeature, "&x"),
        ("a: &x\n  b: c\n", YamlFeature, "&x"),
        ("a: &x b\nc: *x\n", YamlFeature, "*x"),
        ("a: !!str b\n", YamlFeature, "!!str"),
        ("<<: { a: b }\n", YamlFeature, "<<"),
        ("%YAML 1.2\n---\na: b\n", YamlFeature, "%YAML 1.2"),
        ("? a\n: b\n", YamlFeature, "a"),
        ("a: b\na: c\n", DuplicateKey, "a"),
        ("a:\n", EmptyValue, "a"),
        ("a: ~\n", EmptyValue, "a"),
        ("a: null\n", EmptyValue, "a"),
        ("a: \"\"\n", EmptyValue, "a"),
        ("a: {}\n", EmptyValue, "a"),
        ("a: []\n", EmptyValue, "a"),
        ("a: [b, ]\n", Syntax, ""),
        ("1: b\n", KeyNotText, "1"),
        ("true: b\n", KeyNotText, "true"),
        ("[a]: b\n", KeyNotText, "["),
        ("a: b\n   c\n", LooseText, "b\n   c"),
        ("a:\tb\n", Tab, "\t"),
        ("a: \u{202e}b\n", NotText, "\u{202e}"),
        ("a: b\0c\n", NotText, "\0"),
        ("a: b\n---\nc: d\n", Documents, "---"),
        ("- a\n", NotAMap, ""),
        ("just text\n", NotAMap, "just text"),
        ("a: b: c\n", Syntax, ":"),
    ];
    for (text, code, words) in cases {
        let all = told(text);
        if *code == Syntax && all.is_empty() {
            // A trailing comma is YAML.
            continue;
        }
        assert!(
            all.iter().any(|(told, at)| told == code && (at.starts_with(words) || *code == Syntax)),
            "{text:?}: {all:?}"
        );
    }
}

#[test]
fn an_unquoted_reference_in_braces_says_to_quote_it() {
    let (_, faults) = faults("a: { b: ${env:X} }\n");
    let fault = faults.iter().next().expect("a fault");
    assert_eq!(fault.code, FaultCode::UnquotedReference);
    assert_eq!(fault.label.as_deref(), Some("write `\"${env:X}\"`"));
}

#[test]
fn depth_and_number_are_bounded() {
    let deep = |levels: usize| format!("a: {}b{}\n", "[".repeat(levels), "]".repeat(levels));
    assert!(told(&deep(Dialect::FILE.depth_at_most - 1)).is_empty());
    assert_eq!(told(&deep(Dialect::FILE.depth_at_most)).first().map(|fault| fault.0), Some(FaultCode::TooLarge));
    let wide = format!("a: [{}]\n", "b,".repeat(Dialect::FILE.nodes_at_most + 1));
    assert_eq!(told(&wide).first().map(|fault| fault.0), Some(FaultCode::TooLarge));
    let long = format!("a: {}\n", "b".repeat(Dialect::FILE.bytes_at_most));
    assert_eq!(told(&long).first().map(|fault| fault.0), Some(FaultCode::TooLarge));
}

#[test]
fn nothing_is_a_fault_of_the_file() {
    for text in ["", "\n", "# only words\n", "---\n"] {
        assert!(!faults(text).1.is_empty(), "{text:?}");
    }
}

fn places_are_within(text: &str) {
    let (tree, faults) = faults(text);
    let lines = faults.source().lines();
    for fault in faults.iter() {
        if let Some(place) = faults.place(fault) {
            assert!(place.line >= 1 && place.line <= lines && place.column >= 1, "{place}");
        }
    }
    let _ = faults.render(false);
    let _ = faults.to_json();
    if let Some(Node { value: Value::Map(entries), .. }) = tree {
        assert!(entries.iter().all(|entry| text.is_char_boundary(entry.key_span.start())));
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(?s).{0,200}") {
        places_are_within(&text);
    }

    #[test]
    fn no_yaml_makes_it_panic(parts in prop::collection::vec(
        prop::sample::select(vec![
            "a", ": ", "\n", "  ", "- ", "[", "]", "{", "}", ", ", "\"", "'", "#", "&x ", "*x", "!t ", "|", ">", "? ", "é",
            "---\n", "...\n", "${env:X}", "null", "<<", "\r\n", "b:", "%",
        ]), 0..40)) {
        places_are_within(&parts.concat());
    }
}

#[test]
fn a_foreign_file_may_have_empty_values_and_keys_that_are_numbers() {
    let text = "200:\n  a: null\n  b: []\n  c: {}\n  d: two\n    lines\n  e:\t\"\"\ntrue: x\u{200d}\n";
    let source = Source::new("a.yaml", text);
    let mut faults = Collector::default();
    let tree = read(&source, &Dialect::CONTRACT, &mut faults).expect("a map").root;
    assert!(!faults.any_error(), "{}", faults.finish(source, |_| String::new()).render(false));
    let inner = tree.get("200").expect("an entry");
    assert!(inner.get("a").is_some_and(Node::is_null) && tree.get("true").is_some());
    assert_eq!(inner.get("b").map(|list| list.items().len()), Some(0));
    assert_eq!(inner.get("d").and_then(Node::text), Some("two lines"));
    for text in ["a: &x b\n", "a: !!str b\n", "<<: { a: b }\n", "a: b\na: c\n", "a: b\0\n", "%YAML 1.2\n---\na: b\n"] {
        let mut faults = Collector::default();
        read(&Source::new("a.yaml", text), &Dialect::CONTRACT, &mut faults);
        assert!(faults.any_error(), "{text:?}");
    }
}
