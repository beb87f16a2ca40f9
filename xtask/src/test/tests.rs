//! What may be left out has to have a name.

use super::*;

#[test]
fn only_known_names_may_be_missing() {
    assert!(known(&["curl".to_owned(), VECTORS.to_owned()]).is_ok());
    let refused = known(&["crul".to_owned()]).expect_err("no such tool").to_string();
    assert!(refused.contains("`crul`") && refused.contains("curl, openssl"), "{refused}");
}
