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
        "forward_for_the_house",
        "house_literal",
        "house_twice",
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
    let text = text.replace("HousePermit", "(the house's own)");
    assert_eq!(text.matches("Permit::new(").count(), 1, "only the decision makes one");
    assert_eq!(text.matches("Permit {").count() + text.matches("Permit{").count(), 2, "the type and its methods");
    assert!(text.contains("pub(crate) const fn new("), "the constructor stays within the policy");
}

/// Who lets the house call out, and for what. A new way out is a new row here.
const WAYS_OUT: [(&str, &str); 5] = [
    ("Certificates", "ca/src/acme/https.rs"),
    ("Introspection", "idp/src/issuers/outside.rs"),
    ("IssuerKeys", "idp/src/issuers/outside.rs"),
    ("Mail", "idp/src/accounts/mail/smtp.rs"),
    ("SignIn", "idp/src/external/outside.rs"),
];

#[test]
fn the_house_permits_itself_to_call_out_in_one_place_and_these_ask_there() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for folder in fs::read_dir(&crates).expect("the rooms") {
        let folder = folder.expect("a room").path().join("src");
        if folder.is_dir() {
            sources(&folder, &mut found).expect("its sources");
        }
    }
    let name = |path: &Path| path.strip_prefix(&crates).expect("a source").display().to_string();
    let (mut made, mut asked) = (Vec::new(), Vec::new());
    for path in found.iter().filter(|path| !name(path).contains("/tests")) {
        let text = fs::read_to_string(path).expect("a source");
        made.extend(text.matches("HousePermit::new(").map(|_| name(path)));
        for (before, rest) in calls_of_house(&text) {
            if !before.ends_with("fn ") {
                let work = rest.strip_prefix("HouseWork::").unwrap_or_else(|| panic!("{}: say what for", name(path)));
                let work = work.split(|letter: char| !letter.is_alphanumeric()).next().expect("a word");
                asked.push((work.to_owned(), name(path)));
            }
        }
    }
    asked.sort();
    asked.dedup();
    assert_eq!(made, ["upstream/src/house.rs"]);
    assert_eq!(asked, WAYS_OUT.map(|(work, path)| (work.to_owned(), path.to_owned())));
}

/// What stands before and after each `house(` of a source that is no part of another name.
fn calls_of_house(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let calls = text.match_indices("house(").map(|(at, call)| (text.split_at(at).0, text.split_at(at + call.len()).1));
    calls.filter(|(before, _)| !before.ends_with(|letter: char| letter.is_alphanumeric() || "_.`".contains(letter)))
}
