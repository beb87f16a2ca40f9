//! Where endpoints lie.

use std::collections::BTreeSet;

use super::Endpoint;

#[test]
fn every_endpoint_is_found_where_it_lies_and_nowhere_else() {
    for endpoint in Endpoint::ALL {
        let base = if endpoint.is_well_known() { "" } else { "/auth" };
        let path = format!("{base}{}", endpoint.path());
        assert_eq!(Endpoint::at("/auth", &path), Some(endpoint));
        let below = (endpoint.has_branches()).then_some(endpoint);
        assert_eq!(Endpoint::at("/auth", &format!("{path}/more")), below);
        assert_eq!(Endpoint::at("/auth", &format!("{path}more")), None);
        assert_eq!(Endpoint::at("/auth", &format!("/other{path}")), None);
    }
    assert_eq!(Endpoint::at("/auth", "/auth"), None);
}

#[test]
fn no_two_endpoints_lie_at_one_path() {
    let paths: BTreeSet<&str> = Endpoint::ALL.into_iter().map(Endpoint::path).collect();
    assert_eq!(paths.len(), Endpoint::ALL.len());
}
