//! The list of codes keeps its own rules.

use std::collections::HashSet;

use super::Code;

#[test]
fn codes_are_unique_kebab_case_and_errors() {
    let mut seen = HashSet::new();
    for code in Code::ALL {
        let text = code.as_str();
        assert!(seen.insert(text), "{text} twice");
        assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{text}");
        assert!((400..600).contains(&code.status()), "{text}");
        assert_eq!(Code::parse(text), Some(*code));
    }
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/problems");
    let mut pages: HashSet<String> = std::fs::read_dir(pages)
        .expect("docs/problems")
        .filter_map(|entry| entry.expect("entry").file_name().to_str()?.strip_suffix(".md").map(str::to_owned))
        .collect();
    pages.remove("README");
    let codes: HashSet<String> = Code::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    assert_eq!(codes, pages);
}
