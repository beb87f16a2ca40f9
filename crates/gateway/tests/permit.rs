//! No forward without a permit, and no permit but from the policy: each way around it must not compile.
//!
//! The cases stand where the gateway and the rooms that forward stand: outside
//! `policy`, with everything that it and `upstream` make public.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use model::{Caller, OperationId, ServiceId};
use policy::{OperationRule, Permit, Rules};
use upstream::{Alarm, Answer, Outgoing, UpstreamError, Upstreams};

/// What is right compiles: a permit that was decided about is used up by one forward.
async fn forward(
    upstreams: &Upstreams,
    permit: Permit,
    request: Outgoing,
    alarm: &mut Alarm,
) -> Result<Answer, UpstreamError> {
    upstreams.call(permit, request, alarm).await
}

#[test]
fn a_decision_makes_a_permit_for_its_own_service() {
    let (api, operation, place) = ("notes".into(), "list".into(), "vestibule.yaml:1:1".into());
    let rule = OperationRule { api, operation, service: Some(ServiceId(3)), public: true, ways: Vec::new(), place };
    let permit = Rules::new(vec![rule]).decide(
        OperationId(0),
        &Caller::Anonymous,
        Ipv4Addr::LOCALHOST.into(),
        std::time::SystemTime::UNIX_EPOCH,
    );
    assert_eq!(permit.expect("public").service(), Some(ServiceId(3)));
    let _ = forward;
}

#[test]
fn no_way_around_a_permit_compiles() {
    let cases = trybuild::TestCases::new();
    for case in [
        "constructor",
        "literal",
        "update",
        "default",
        "clone",
        "copy",
        "conversion",
        "changed",
        "transmuted",
        "forward_without",
        "forward_borrowed",
        "forward_twice",
        "forward_elsewhere",
    ] {
        cases.compile_fail(format!("tests/permit/{case}.rs"));
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

#[test]
fn permits_are_made_in_one_place_of_the_policy_and_behind_no_feature() {
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy");
    let manifest = fs::read_to_string(policy.join("Cargo.toml")).expect("its manifest");
    assert!(!manifest.contains("[features]"), "a feature could open a constructor");
    let mut found = Vec::new();
    sources(&policy.join("src"), &mut found).expect("its sources");
    let text: String = found.iter().map(|path| fs::read_to_string(path).expect("a source")).collect();
    assert_eq!(text.matches("Permit::new(").count(), 1, "only the decision makes one");
    assert_eq!(text.matches("Permit {").count() + text.matches("Permit{").count(), 2, "the type and its methods");
    assert!(text.contains("pub(crate) const fn new("), "the constructor stays within the policy");
}
