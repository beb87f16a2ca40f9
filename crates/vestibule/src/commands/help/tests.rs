//! Every code can be looked up offline.

use super::*;

#[test]
fn every_problem_code_has_its_page() {
    for code in Code::ALL {
        assert!(PROBLEMS.iter().any(|(name, _)| *name == code.as_str()), "{}", code.as_str());
    }
    assert_eq!(PROBLEMS.len(), Code::ALL.len());
}

#[test]
fn every_fault_code_has_its_page_which_begins_with_what_it_means() {
    for code in FaultCode::ALL {
        let page = FAULTS.iter().find(|(name, _)| *name == code.as_str());
        let (_, text) = page.unwrap_or_else(|| panic!("no page for {}", code.as_str()));
        // The sentence may go on over several lines.
        let text = text.split("\n\n").map(|part| part.replace('\n', " ")).collect::<Vec<_>>();
        let parts: Vec<&str> = text.iter().map(String::as_str).collect();
        let [heading, meaning, means, _, write, _, ..] = parts.as_slice() else { panic!("{text:?}") };
        assert_eq!(*heading, format!("# {}", code.as_str()));
        assert_eq!(*meaning, code.meaning());
        assert_eq!((*means, *write), ("## What it means", "## What to write"), "{}", code.as_str());
    }
    assert_eq!(FAULTS.len(), FaultCode::ALL.len());
}

#[test]
fn the_list_of_faults_says_what_the_codes_say() {
    let list = include_str!("../../../../../docs/faults/README.md");
    for code in FaultCode::ALL {
        let row = format!("| [{0}]({0}.md) | {1} |\n", code.as_str(), code.meaning());
        assert!(list.contains(&row), "{row}");
    }
    assert_eq!(list.matches(".md) | ").count(), FaultCode::ALL.len(), "a row for no code");
}

#[test]
fn no_code_is_both_a_problem_and_a_fault() {
    assert!(!Code::ALL.iter().any(|code| FaultCode::parse(code.as_str()).is_some()));
}
