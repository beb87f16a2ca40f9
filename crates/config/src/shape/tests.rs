//! The grammar itself: whole, documented, and told apart from what it is not.

use std::collections::BTreeSet;

use super::{LOOSENINGS, Record, Shape, State, foreign, nearest, reference, root, schema};

/// Every record, once, with the path it was found at.
fn records(record: &'static Record, path: String, found: &mut Vec<(String, &'static Record)>) {
    for key in record.keys {
        inside(&key.shape, format!("{path}.{}", key.name), found);
    }
    found.push((path, record));
}

fn inside(shape: &'static Shape, path: String, found: &mut Vec<(String, &'static Record)>) {
    match shape {
        Shape::Record(record) => records(record, path, found),
        Shape::Names(names) => inside(&names.value, path, found),
        Shape::List(item) => inside(item, path, found),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| inside(shape, path.clone(), found)),
        Shape::Scalar(_) | Shape::Words(_) | Shape::Loosenings(_) => {}
    }
}

fn all() -> Vec<(String, &'static Record)> {
    let mut found = Vec::new();
    records(root(), String::new(), &mut found);
    found
}

#[test]
fn every_key_is_named_once_and_documented() {
    for (path, record) in all() {
        let names: BTreeSet<_> = record.keys.iter().map(|key| key.name).collect();
        assert_eq!(names.len(), record.keys.len(), "{path} names a key twice");
        for key in record.keys {
            let meaning = key.meaning();
            assert!(meaning.ends_with('.') && meaning.len() > 4, "{path}.{} has no sentence: {meaning:?}", key.name);
            assert!(key.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{path}.{}", key.name);
        }
    }
}

#[test]
fn no_either_has_two_shapes_for_maps_or_lists() {
    fn judge(shape: &Shape) {
        match shape {
            Shape::Either(shapes) => {
                let maps =
                    shapes.iter().filter(|shape| shape.for_map().is_some() && shape.for_item().is_none()).count();
                let lists = shapes.iter().filter(|shape| shape.for_item().is_some()).count();
                assert!(maps <= 1 && lists <= 1, "{shape:?}");
                shapes.iter().for_each(judge);
            }
            Shape::List(item) => judge(item),
            Shape::Names(names) => judge(&names.value),
            _ => {}
        }
    }
    for (_, record) in all() {
        record.keys.iter().for_each(|key| judge(&key.shape));
    }
}

#[test]
fn every_example_fits_its_form() {
    fn judge(shape: &Shape) {
        match shape {
            Shape::Scalar(scalar) => {
                for example in scalar.examples() {
                    // Of a secret the example is a reference, and what it leads to is judged.
                    let fits =
                        if scalar.is_secret() { example.starts_with("${") } else { scalar.judge(example).is_ok() };
                    assert!(fits, "{example} as {scalar:?}");
                }
                assert!(!scalar.examples().is_empty());
            }
            Shape::List(item) => judge(item),
            Shape::Names(names) => judge(&names.value),
            Shape::Either(shapes) => shapes.iter().for_each(judge),
            Shape::Words(words) => assert!(!words.is_empty()),
            Shape::Record(_) | Shape::Loosenings(_) => {}
        }
    }
    for (_, record) in all() {
        record.keys.iter().for_each(|key| judge(&key.shape));
    }
}

#[test]
fn a_misspelt_key_is_led_to_the_right_one() {
    let keys = || root().keys.iter().map(|key| key.name);
    for (written, meant) in [("door", "doors"), ("sevices", "services"), ("Apis", "apis"), ("work_loads", "workloads")]
    {
        assert_eq!(nearest(written, keys()), Some(meant), "{written}");
    }
    for written in ["", "x", "zebra", "configuration"] {
        assert_eq!(nearest(written, keys()), None, "{written}");
    }
}

#[test]
fn words_from_elsewhere_lead_to_keys_that_there_are() {
    let keys: BTreeSet<_> = all().iter().flat_map(|(_, record)| record.keys.iter().map(|key| key.name)).collect();
    for foreign in foreign::FOREIGN {
        if let Some(ours) = foreign.ours {
            assert!(keys.contains(ours), "{} leads to {ours}", foreign.word);
        }
    }
    for word in ["consumer", "middleware", "plugin", "realm", "cluster", "upstream"] {
        assert!(foreign::answer(word).is_some(), "{word} has no answer");
    }
}

#[test]
fn all_loosenings_of_the_format_are_known() {
    assert_eq!(LOOSENINGS.len(), 20);
    let names: BTreeSet<_> = LOOSENINGS.iter().map(|loosening| loosening.name).collect();
    assert_eq!(names.len(), LOOSENINGS.len());
}

#[test]
fn all_keys_of_the_file_are_known() {
    assert_eq!(root().keys.len(), 24);
    let built: Vec<_> = root().keys.iter().filter(|key| key.state == State::Built).map(|key| key.name).collect();
    let expected = [
        "vestibule",
        "doors",
        "services",
        "apis",
        "networks",
        "identity",
        "issuers",
        "apps",
        "keys",
        "workloads",
        "trust",
        "store",
        "observe",
        "admin",
    ];
    assert_eq!(built, expected);
}

/// Compares a generated file with the committed one; `UPDATE=1` writes it.
fn is_current(path: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "{} is not current: UPDATE=1 cargo test -p vestibule-config", path.display());
}

#[test]
fn the_reference_is_current() {
    is_current("docs/reference/configuration.md", &reference());
}

#[test]
fn the_schema_is_current() {
    let text = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
    is_current("docs/reference/vestibule.schema.json", &text);
}
