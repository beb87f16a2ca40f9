//! What of a file may be shown.

use super::masked;

#[test]
fn a_key_that_stands_where_its_hash_belongs_is_not_shown() {
    let line = "  hash: vst_restricted_2Z9YbXtyvR_OZ35KGWeZD3nISPlCMlpaJdnzXbPddeXTIQ8PE16uZH2lrlvm # oops";
    let shown = masked(line);
    assert_eq!(shown.len(), line.len());
    assert!(shown.starts_with("  hash: vst_***") && shown.ends_with("*** # oops"), "{shown}");
    assert_eq!(masked("hash: \"sha256:abc:def\" # not vst_x"), "hash: \"sha256:abc:def\" # not vst_x");
}
