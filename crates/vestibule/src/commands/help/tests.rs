//! Every problem code can be looked up offline.

use super::*;

#[test]
fn every_problem_code_has_its_page() {
    for code in Code::ALL {
        assert!(PAGES.iter().any(|(name, _)| *name == code.as_str()), "{}", code.as_str());
    }
    assert_eq!(PAGES.len(), Code::ALL.len());
}
