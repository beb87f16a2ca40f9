//! Sections and routes.

use super::{routes, sections};
use crate::bench::contender::Contender;
use crate::bench::setup::Setup;

const TEMPLATE: &str = "a\n  #if grpc\nb\n#else\nc\n#end\nd\n";

#[test]
fn a_section_is_there_with_its_own_setup_and_its_alternative_with_all_others() {
    assert_eq!(sections(TEMPLATE, Setup::Grpc), "a\nb\nd\n");
    assert_eq!(sections(TEMPLATE, Setup::Plain), "a\nc\nd\n");
}

#[test]
fn there_are_as_many_routes_as_are_asked_for() {
    let text = routes(Contender::Haproxy, "", 5_000);
    assert_eq!(text.lines().count(), 5_000);
    assert!(text.contains("/area99/kind49/ origin\n") && text.starts_with("/area00/kind00/ "));
}
