//! References: what is put in, and what is refused.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::resolve;
use crate::environment::Environment;
use crate::fault::{Collector, FaultCode};
use crate::files::Files;
use crate::node::{self, Dialect, Node};
use crate::source::Source;

/// The value of `a` with references put in, or the codes of the faults.
fn resolved(value: &str, folder: &Path) -> Result<(String, bool), Vec<String>> {
    let variables = [("NAME", "shop"), ("EMPTY", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let environment = Environment::new(BTreeMap::from(variables), UNIX_EPOCH);
    let source = Source::new("a.yaml", format!("a: '{value}'\n"));
    let mut faults = Collector::default();
    let mut root = node::read(&source, &Dialect::FILE, &mut faults).expect("a map").root;
    resolve(&mut root, &environment, &mut Files::new(folder), &mut faults);
    let found = faults.finish(source, |_| String::new());
    match root.get("a") {
        Some(Node { value: node::Value::Text(text), .. }) if found.is_empty() => Ok((text.text.clone(), text.referred)),
        _ => Err(found.iter().map(|fault| format!("{}: {}", fault.code.as_str(), fault.message)).collect()),
    }
}

fn here(value: &str) -> Result<(String, bool), Vec<String>> {
    resolved(value, Path::new("."))
}

#[test]
fn variables_are_put_in() {
    assert_eq!(here("${env:NAME}"), Ok(("shop".into(), true)));
    assert_eq!(here("x-${env:NAME}.${env:NAME}"), Ok(("x-shop.shop".into(), true)));
    assert_eq!(here("${env:MISSING:-lent}"), Ok(("lent".into(), true)));
    assert_eq!(here("${env:EMPTY:-lent}"), Ok(("lent".into(), true)));
    assert_eq!(here("$${env:NAME}"), Ok(("${env:NAME}".into(), false)));
}

#[test]
fn what_cannot_be_put_in_is_a_fault() {
    for value in
        ["${env:MISSING}", "${env:EMPTY}", "${env:}", "${env:A B}", "${env:NAME", "${NAME}", "${}", "a${file:x}"]
    {
        let faults = here(value).expect_err(value);
        assert!(faults.iter().all(|fault| fault.starts_with(FaultCode::UnresolvedReference.as_str())), "{faults:?}");
    }
    assert!(here("${secret:x}").expect_err("not built")[0].starts_with("not-built"));
}

#[test]
fn a_file_gives_its_text_less_one_line_break() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &[u8], mode: u32| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("permitted");
    };
    write("good", b"secret\n\n", 0o600);
    write("open", b"secret", 0o644);
    write("empty", b"\n", 0o600);
    write("large", &[b'x'; 65 * 1024], 0o600);
    write("bytes", &[0xff], 0o600);
    assert_eq!(resolved("${file:good}", folder.path()), Ok(("secret\n".into(), true)));
    for (value, why) in [
        ("${file:open}", "read by everyone"),
        ("${file:empty}", "is empty"),
        ("${file:large}", "64 KiB"),
        ("${file:bytes}", "not UTF-8"),
        ("${file:missing}", "cannot be read"),
        ("${file:.}", "not a file"),
    ] {
        let faults = resolved(value, folder.path()).expect_err(value);
        assert!(faults[0].contains(why), "{faults:?}");
        assert!(!faults[0].contains("secret"), "{faults:?}");
    }
}
