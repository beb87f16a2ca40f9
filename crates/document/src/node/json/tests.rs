//! What is JSON, what is not, and where it says so.

use proptest::prelude::*;

use crate::{Collector, Dialect, FaultCode, Node, Source, Value, node};

fn read(text: &str) -> Result<Node, (FaultCode, String)> {
    let source = Source::new("a.json", text);
    let mut faults = Collector::default();
    let tree = node::read(&source, &Dialect::CONTRACT, &mut faults);
    let faults = faults.finish(source, |_| String::new());
    match (tree, faults.iter().next()) {
        (Some(tree), None) => Ok(tree.root),
        (_, fault) => {
            let fault = fault.expect("a fault");
            Err((fault.code, faults.place(fault).map(|place| place.to_string()).unwrap_or_default()))
        }
    }
}

/// The same value as serde reads it.
fn plain(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Map(entries) => entries.iter().map(|entry| (entry.key.clone(), plain(&entry.node))).collect(),
        Value::List(items) => items.iter().map(plain).collect(),
        Value::Text(text) if text.plain => serde_json::from_str(&text.text).expect("a word of JSON"),
        Value::Text(text) => text.text.clone().into(),
        Value::Missing => serde_json::Value::Null,
    }
}

#[test]
fn an_object_is_read_with_its_places() {
    let root =
        read("{\n\t\"a\": [1, -2.5e+3, true, null, {}],\n\t\"\\u00fc\\/\": \"x\\ud83d\\ude00\\n\"\n}\n").expect("JSON");
    assert_eq!(root.get("a").map(|a| a.items().len()), Some(5));
    assert_eq!(root.get("ü/").and_then(Node::text), Some("x😀\n"));
    assert!(root.get("a").and_then(|a| a.items().get(3)).is_some_and(Node::is_null));
    assert!(root.get("ü/").is_some_and(|text| !text.is_null()));
}

#[test]
fn what_is_no_json_is_told_where_it_stops_being_it() {
    use FaultCode::{DuplicateKey, Syntax, TooLarge};
    let deep = format!("{{\"a\": {}", "[".repeat(100));
    for (text, code, place) in [
        ("{", Syntax, "a.json:1:2"),
        ("{\"a\": 01}", Syntax, "a.json:1:7"),
        ("{\"a\": 1,}", Syntax, "a.json:1:9"),
        ("{\"a\" 1}", Syntax, "a.json:1:6"),
        ("{a: 1}", Syntax, "a.json:1:2"),
        ("{\"a\": \"\\x\"}", Syntax, "a.json:1:8"),
        ("{\"a\": \"\\ud83d\"}", Syntax, "a.json:1:8"),
        ("{\"a\": \"b\n\"}", Syntax, "a.json:1:9"),
        ("{\"a\": 1} x", Syntax, "a.json:1:10"),
        ("{\"a\": nul}", Syntax, "a.json:1:7"),
        ("{\"a\": 1,\n\"a\": 2}", DuplicateKey, "a.json:2:1"),
        (deep.as_str(), TooLarge, "a.json:1:71"),
    ] {
        assert_eq!(read(text).expect_err(text), (code, place.to_owned()), "{text}");
    }
}

proptest! {
    #[test]
    fn whatever_both_read_they_read_alike(parts in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\\n\"", "\"\\ud83d\\ude00\"", "\\u00", "1", "-0", "1.", "e5", "0", "true",
        "null", " ", "\t", "\"", "é", "\\",
    ]), 0..24)) {
        let text = format!("{{{}", parts.concat());
        let ours = read(&text);
        match (&ours, serde_json::from_str::<serde_json::Value>(&text)) {
            (Ok(node), Ok(value)) => prop_assert_eq!(plain(node), value),
            (Err((FaultCode::DuplicateKey, _)), Ok(_)) | (Err(_), Err(_)) => {}
            // A number that no float can hold is still a number.
            (Ok(_), Err(error)) => prop_assert!(error.to_string().contains("number out of range"), "{}: {}", text, error),
            (Err(fault), Ok(_)) => prop_assert!(false, "{}: {:?}", text, fault),
        }
    }
}
