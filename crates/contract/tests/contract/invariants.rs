//! What holds for any octets that are taken for a contract; shared by the tests and the fuzzer.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use contract::{Contract, Files, Unread, Wanted};
use document::{Collector, Faults, Source, Sources, Span};

/// The contract, and one file beside it that every reference leads to.
struct Octets<'o>(&'o [u8]);

impl Files for Octets<'_> {
    fn read(&mut self, path: &Path, bytes_at_most: u64) -> io::Result<Vec<u8>> {
        let octets = if path == Path::new("a/contract") { self.0 } else { b"syntax = \"proto3\"; message Beside {}" };
        if octets.len() as u64 > bytes_at_most { Err(io::Error::other("too large")) } else { Ok(octets.to_vec()) }
    }

    fn real(&self, path: &Path) -> std::io::Result<std::path::PathBuf> {
        Ok(path.to_owned())
    }

    fn name(&self, path: &Path) -> String {
        path.display().to_string()
    }
}

/// Reads octets as a contract, with all faults that are told then.
pub(crate) fn read(octets: &[u8]) -> (Option<Contract>, Faults) {
    let mut sources = Sources::new(Source::new("vestibule.yaml", "vestibule: 1\n"));
    let mut faults = Collector::default();
    let imports = [PathBuf::from("a")];
    let wanted = Wanted { span: Span::new(0, 9), imports: &imports, methods: None };
    let read = contract::read(Path::new("a/contract"), &wanted, &mut Octets(octets), &mut sources, &mut faults);
    let contract = match read {
        Ok(contract) => Some(contract),
        Err(Unread::Faults) => None,
        Err(Unread::File(error)) => panic!("the file is there: {error}"),
    };
    (contract, faults.finish(sources, |_| String::new()))
}

/// It is refused with faults that lie in it, or gives operations of different names that could be routes.
pub(crate) fn any_contract(octets: &[u8]) {
    let (contract, faults) = read(octets);
    let Some(contract) = contract else {
        assert!(faults.errors() > 0, "refused without a reason");
        let told = faults.iter().filter_map(|fault| faults.place(fault));
        told.for_each(|place| assert!(place.line >= 1 && place.column >= 1, "{place}"));
        let _ = (faults.render(false), faults.to_json());
        return;
    };
    let mut names = HashSet::new();
    for operation in &contract.operations {
        assert!((1..=128).contains(&operation.name.len()) && names.insert(&operation.name), "{}", operation.name);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        assert!(operation.name.bytes().all(plain), "{}", operation.name);
        assert!(operation.template.starts_with('/'), "{}", operation.template);
        assert!(operation.method.bytes().all(|byte| byte.is_ascii_uppercase()), "{}", operation.method);
    }
}
