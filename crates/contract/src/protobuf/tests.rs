//! Services of `.proto` files as operations, and what is wrong with such files.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use document::{Collector, FaultCode, Faults, Source, Sources, Span};
use proptest::prelude::*;

use crate::{Contract, Files, Schemas, Streams, Unread, Wanted};

struct Bytes(BTreeMap<String, Vec<u8>>);

impl Files for Bytes {
    fn read(&mut self, path: &Path, _: u64) -> io::Result<Vec<u8>> {
        self.0.get(&path.display().to_string()).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn real(&self, path: &Path) -> std::io::Result<std::path::PathBuf> {
        Ok(path.to_owned())
    }

    fn name(&self, path: &Path) -> String {
        path.display().to_string()
    }
}

fn read(main: impl Into<Vec<u8>>, others: &[(&str, &str)], methods: Option<&[&str]>) -> (Option<Contract>, Faults) {
    let mut files = Bytes(others.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect());
    files.0.insert("a/shop.proto".to_owned(), main.into());
    let mut sources = Sources::new(Source::new("vestibule.yaml", "vestibule: 1\n"));
    let mut faults = Collector::default();
    let wanted = Wanted {
        span: Span::new(0, 9),
        imports: &[PathBuf::from("lib")],
        methods: methods.map(|names| names.iter().map(|name| (*name, Span::new(0, 1))).collect()),
    };
    let contract = match crate::read(Path::new("a/shop.proto"), &wanted, &mut files, &mut sources, &mut faults) {
        Ok(contract) => Some(contract),
        Err(Unread::Faults) => None,
        Err(Unread::File(error)) => panic!("{error}"),
    };
    (contract, faults.finish(sources, |_| String::new()))
}

const SHOP: &str = "\
// The shop.
syntax = \"proto3\";
package shop;
import \"common/order.proto\";
import \"google/protobuf/empty.proto\";
service Orders {
  rpc GetOrder(common.Order) returns (common.Order);
  rpc Watch(google.protobuf.Empty) returns (stream common.Order) { option deprecated = true; }
}
service Admin {
  rpc GetOrder(common.Order) returns (common.Order);
  rpc Upload(stream common.Order) returns (google.protobuf.Empty);
}
";
const ORDER: (&str, &str) = (
    "lib/common/order.proto",
    "syntax = \"proto3\";\npackage common;\nmessage Order { string id = 1; Order parent = 2; }\n",
);

fn good(methods: Option<&[&str]>) -> (Contract, Faults) {
    let (contract, faults) = read(SHOP, &[ORDER], methods);
    assert!(faults.is_empty(), "{}", faults.render(false));
    (contract.expect("a contract"), faults)
}

#[test]
fn methods_of_services_are_operations_and_say_which_side_streams() {
    let (contract, faults) = good(None);
    let all: Vec<_> = contract
        .operations
        .iter()
        .map(|operation| (operation.name.as_str(), operation.template.as_str(), operation.streams))
        .collect();
    let streams = |client, server| Streams { client, server };
    assert_eq!(
        all,
        [
            ("shop.Orders.GetOrder", "/shop.Orders/GetOrder", streams(false, false)),
            ("Watch", "/shop.Orders/Watch", streams(false, true)),
            ("shop.Admin.GetOrder", "/shop.Admin/GetOrder", streams(false, false)),
            ("Upload", "/shop.Admin/Upload", streams(true, false)),
        ]
    );
    assert!(contract.operations.iter().all(|operation| operation.method == "POST"));
    let watch = &contract.operations[1];
    assert!(watch.deprecated.is_some() && watch.tags == ["shop.Orders"]);
    let mut sources = Sources::new(faults.source().clone());
    sources.add("a/shop.proto", SHOP).expect("room for it");
    assert_eq!(sources.place(watch.span).to_string(), "a/shop.proto:8:7");
    let Schemas::Messages(pool) = &contract.schemas else { panic!("messages") };
    assert!(pool.get_message_by_name("common.Order").is_some());
}

#[test]
fn only_the_services_that_are_named_are_published() {
    let (contract, _) = good(Some(&["shop.Orders"]));
    let names: Vec<_> = contract.operations.iter().map(|operation| operation.name.as_str()).collect();
    assert_eq!(names, ["GetOrder", "Watch"]);
    let (_, faults) = read(SHOP, &[ORDER], Some(&["shop.Order"]));
    let fault = faults.iter().next().expect("a fault");
    assert_eq!(fault.code, FaultCode::UnknownName);
    assert!(fault.label.as_ref().is_some_and(|label| label.contains("shop.Orders")));
}

#[test]
fn a_compiled_descriptor_set_says_the_same() {
    let (contract, _) = good(None);
    let Schemas::Messages(pool) = &contract.schemas else { panic!("messages") };
    let (compiled, faults) = read(pool.encode_to_vec(), &[], None);
    assert!(faults.is_empty(), "{}", faults.render(false));
    let routes = |contract: &Contract| {
        contract.operations.iter().map(|operation| operation.template.clone()).collect::<Vec<_>>()
    };
    assert_eq!(routes(&compiled.expect("a contract")), routes(&contract));
}

#[test]
fn what_is_wrong_is_told_at_its_words() {
    let deep = format!("syntax = \"proto3\";\n{}", "message A {".repeat(100));
    for (text, code, place) in [
        ("syntax = \"proto3\";\nservice A { rpc B(C) returns (C); }\n", FaultCode::BadContract, "a/shop.proto:2:19"),
        ("syntax = \"proto3\";\nimport \"none.proto\";\n", FaultCode::UnknownRef, "a/shop.proto:2:1"),
        ("syntax = \"proto3\";\nimport \"../a.proto\";\n", FaultCode::BadContract, "a/shop.proto:2:8"),
        ("syntax = \"proto3\";\nimport \"shop.proto\";\n", FaultCode::BadContract, "a/shop.proto:1:1"),
        ("syntax = \"proto3\";\nmessage {\n", FaultCode::BadContract, "a/shop.proto:2:9"),
        ("syntax = \"proto9\";\n", FaultCode::BadContract, "a/shop.proto:1:10"),
        (deep.as_str(), FaultCode::TooLarge, "a/shop.proto:2:715"),
    ] {
        let (contract, faults) = read(text, &[], None);
        assert!(contract.is_none(), "{text}");
        let told: Vec<_> = faults
            .iter()
            .map(|fault| (fault.code, faults.place(fault).map(|place| place.to_string()).unwrap_or_default()))
            .collect();
        assert_eq!(told, [(code, place.to_owned())], "{}", faults.render(false));
    }
}

#[test]
fn an_import_that_leads_elsewhere_is_told_in_words_of_ours() {
    for import in ["import \"../a.proto\"", "import \"/etc/a.proto\"", "import public 'a/../../b.proto'"] {
        let (_, faults) = read(format!("syntax = \"proto3\";\n{import};\n"), &[], None);
        let told = faults.render(false);
        assert!(told.contains("imports stay in their folder"), "{import}: {told}");
    }
    let (_, faults) = read("syntax = \"proto3\";\nmessage A { string a = 0; }\n", &[], None);
    assert!(faults.render(false).contains("this is not protobuf"), "{}", faults.render(false));
}

#[test]
fn a_name_that_is_too_long_is_a_fault_and_publishes_nothing() {
    let name = "G".repeat(129);
    let text = format!("syntax = \"proto3\";\nmessage M {{}}\nservice S {{\n  rpc {name}(M) returns (M);\n}}\n");
    let (contract, faults) = read(text, &[], None);
    assert!(contract.is_some_and(|contract| contract.operations.is_empty()));
    let told: Vec<_> =
        faults.iter().map(|fault| (fault.code, faults.place(fault).expect("a place").to_string())).collect();
    assert_eq!(told, [(FaultCode::BadContract, "a/shop.proto:4:7".to_owned())]);
}

#[test]
fn protobuf_is_known_by_its_content() {
    for text in
        ["syntax = \"proto3\";", "/* a */ // b\n package a;", "edition = \"2023\";", "message A {}", "import \"a\";"]
    {
        assert!(super::is_source(text), "{text}");
    }
    for text in ["openapi: 3.1.0", "message: a", "service: b", "{}", "", "// only words", "packages:\n"] {
        assert!(!super::is_source(text), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(parts in prop::collection::vec(prop::sample::select(vec![
        "syntax = \"proto3\";\n", "package a;", "import \"b.proto\";", "message M {", "}", "service S {", "rpc R(M) returns (M);", "stream ",
        "string a = 1;", "option deprecated = true;", "/*", "*/", "//", "\"", "'", "\\", "é", "<", "[", "0x", "\n",
    ]), 0..24)) {
        let text = format!("syntax = \"proto3\";\n{}", parts.concat());
        let (contract, faults) = read(text, &[("lib/b.proto", "syntax = \"proto3\";")], None);
        prop_assert!(contract.is_some() || faults.errors() > 0);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(bytes, &[], None);
    }
}
