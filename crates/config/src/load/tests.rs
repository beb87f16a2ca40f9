//! Whole files: what loads, what is refused, and how it is said.
//!
//! `bad/NAME.yaml` stands beside `bad/NAME.txt`, what `check` says of it;
//! `UPDATE=1` writes the latter, to be read before it is committed.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use gateway::{ClientCertificates, Errors};
use model::{Caller, OperationId};
use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use super::{Loaded, Refused, load, load_text};
use crate::defaults::{NetworksDefault, Unidentified};
use crate::{Defaults, Environment, FaultCode};

/// 2026-11-23, the day of these tests, and the variables that they have.
fn environment() -> Environment {
    let variables = [("ADDRESS", "127.0.0.1"), ("NOTES", "notes"), ("SECRET", "hunter2"), ("DOOR", "client")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Environment::new(BTreeMap::from(variables), UNIX_EPOCH + Duration::from_secs(1_795_392_000))
}

fn loaded_in(folder: &Path, text: &str) -> Result<Loaded, Box<Refused>> {
    load_text("vestibule.yaml", text, folder, &Defaults::standard(), &environment())
}

fn loaded(text: &str) -> Result<Loaded, Box<Refused>> {
    loaded_in(Path::new("/nowhere"), text)
}

fn good(result: Result<Loaded, Box<Refused>>) -> Loaded {
    result.unwrap_or_else(|refused| panic!("{}", refused.faults.render(false)))
}

fn codes(result: Result<Loaded, Box<Refused>>) -> Vec<FaultCode> {
    match result {
        Ok(loaded) => loaded.warnings.iter().map(|fault| fault.code).collect(),
        Err(refused) => refused.faults.iter().map(|fault| fault.code).collect(),
    }
}

/// A folder with the certificates, keys and texts that the files name.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str, mode: u32| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("permitted");
    };
    let root = ca::WorkloadAuthority::create("shop.example").expect("a root");
    write("root.pem", root.certificate_pem(), 0o644);
    root.save(&folder.path().join("other-root.pem"), &folder.path().join("root.key")).expect("saved");
    for name in ["partners", "old", "young"] {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![format!("{name}.shop.example")]).expect("names");
        params.not_before = rcgen::date_time_ymd(if name == "young" { 2027 } else { 2026 }, 1, 1);
        params.not_after = rcgen::date_time_ymd(if name == "old" { 2026 } else { 2036 }, 2, 1);
        write(&format!("{name}.pem"), &params.self_signed(&key).expect("signed").pem(), 0o644);
        write(&format!("{name}.key"), &key.serialize_pem(), 0o600);
    }
    let other = KeyPair::generate().expect("a key").serialize_pem();
    write("other.key", &other, 0o600);
    write("open.key", &other, 0o644);
    write("swapped.key", root.certificate_pem(), 0o600);
    write("swapped.pem", &other, 0o600);
    write("domain", "shop.example\n", 0o600);
    write("binding.key", "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W\n", 0o600);
    write("seal", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", 0o600);
    write("shop.openapi.yaml", include_str!("contracts/shop.openapi.yaml"), 0o644);
    write("bad.openapi.yaml", include_str!("contracts/bad.openapi.yaml"), 0o644);
    std::fs::create_dir(folder.path().join("common")).expect("a folder");
    write("shop.proto", include_str!("contracts/shop.proto"), 0o644);
    write("common/order.proto", include_str!("contracts/order.proto"), 0o644);
    write("swagger.yaml", include_str!("contracts/swagger.yaml"), 0o644);
    write("empty.openapi.yaml", include_str!("contracts/empty.openapi.yaml"), 0o644);
    write("twice.openapi.yaml", include_str!("contracts/twice.openapi.yaml"), 0o644);
    folder
}

fn fixtures(kind: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/load").join(kind);
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).expect("text"))).collect()
}

#[test]
fn every_fault_of_a_bad_file_is_told_as_committed() {
    let folder = folder();
    let mut seen = BTreeSet::new();
    for (path, text) in fixtures("bad") {
        let told = match loaded_in(folder.path(), &text) {
            Ok(loaded) => loaded.warnings,
            Err(refused) => refused.faults,
        };
        seen.extend(told.iter().map(|fault| fault.code));
        // Contracts stand in the folder of this run.
        let told = told.render(false).replace(&format!("{}/", folder.path().display()), "") + &told.count() + "\n";
        let expected = path.with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&expected, &told).expect("written");
        }
        let committed = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(told, committed, "{}: UPDATE=1 writes what is said now", path.display());
    }
    // The others need a file that is not text, too large, or a fault of ours.
    let elsewhere = [FaultCode::UnreadableFile, FaultCode::TooLarge, FaultCode::NotUnderstood];
    let missing: Vec<_> =
        FaultCode::ALL.iter().filter(|code| !seen.contains(code) && !elsewhere.contains(code)).collect();
    assert!(missing.is_empty(), "no bad file shows {missing:?}");
}

#[test]
fn a_publishable_key_of_a_whole_api_only_reads() {
    use model::KeyKind::{self, Publishable, Restricted};
    let loaded = good(loaded(include_str!("bad/publishable.yaml")));
    let settings = &loaded.plan.gateway;
    let kinds = |name: &str| -> Vec<KeyKind> {
        let at = settings.operations.iter().position(|operation| &*operation.name == name).expect(name);
        let rule = settings.rules.rule(OperationId(u32::try_from(at).expect("few"))).expect("a rule");
        let of = |way: &policy::Way| match way {
            policy::Way::Keys { kinds, .. } => kinds.clone(),
            other => panic!("{other:?}"),
        };
        rule.ways.iter().flat_map(of).collect()
    };
    assert_eq!(
        (kinds("read"), kinds("head"), kinds("meant")),
        (vec![Publishable], vec![Publishable], vec![Publishable])
    );
    for nobodys in ["nobodys", "anything", "socket", "open"] {
        assert_eq!(kinds(nobodys), [], "{nobodys}");
    }
    assert_eq!(kinds("send"), [Restricted]);
}

#[test]
fn good_files_load_and_are_shown_as_files_that_mean_the_same() {
    let folder = folder();
    for (path, text) in fixtures("good") {
        let first = good(loaded_in(folder.path(), &text));
        let shown = first.report.show(None).expect("everything");
        let again = good(loaded_in(folder.path(), &shown));
        let meaning = |loaded: &Loaded| {
            // A contract is shown as the operations that it gave, and what it says of their bodies as words.
            let of_contract = |path: &str| path.ends_with(".contract") || path.ends_with(".streams");
            let shown = loaded.report.shown.iter().filter(|line| !of_contract(&line.path));
            let lines = shown.map(|line| (line.path.clone(), line.text.clone())).collect::<Vec<_>>();
            let routes =
                loaded.report.routes.iter().map(|route| {
                    (route.url.clone(), route.method.clone(), route.callers.clone(), route.scopes.clone())
                });
            let doors = loaded.plan.gateway.doors.iter().map(|door| format!("{:?} {:?}", door.tls, door.networks));
            (lines, routes.collect::<Vec<_>>(), doors.collect::<Vec<_>>())
        };
        assert_eq!(meaning(&first), meaning(&again), "{}:\n{shown}", path.display());
        assert_eq!(first.report.summary, again.report.summary);
    }
}

#[test]
fn files_of_the_whole_format_are_refused_only_for_what_is_not_built() {
    for (path, text) in fixtures("later") {
        let refused = loaded(&text).err().unwrap_or_else(|| panic!("{} loads", path.display()));
        let consequences = [
            // What the missing capabilities would have said.
            FaultCode::MissingKey,
            FaultCode::NoTls,
            FaultCode::TrustNeeded,
            FaultCode::UnresolvedReference,
            FaultCode::NoKeyYet,
            FaultCode::MissingFile,
            FaultCode::DoorUnused,
        ];
        for fault in refused.faults.iter().filter(|fault| fault.code != FaultCode::NotBuilt) {
            assert!(consequences.contains(&fault.code), "{}: {fault:?}", path.display());
        }
    }
}

#[test]
fn the_plan_says_what_the_file_says() {
    let folder = folder();
    let text = fixtures("good").into_iter().find(|(path, _)| path.ends_with("shop.yaml")).expect("the shop").1;
    let loaded = good(loaded_in(folder.path(), &text));
    let settings = &loaded.plan.gateway;
    let names: Vec<_> = settings.doors.iter().map(|door| door.door.name.to_string()).collect();
    assert_eq!(names, ["client", "server", "partners", "status"]);
    let [client, server, partners, status] = settings.doors.as_slice() else { panic!("four doors") };
    let clients = |door: &gateway::DoorSettings| door.tls.as_ref().map(|tls| (tls.clients.clone(), tls.tls12));
    assert_eq!(clients(client), Some((ClientCertificates::NotAsked, true)));
    assert!(matches!(clients(server), Some((ClientCertificates::Required { anchors }, false)) if anchors.len() == 1));
    assert!(matches!(clients(partners), Some((ClientCertificates::Optional { anchors }, true)) if anchors.len() == 1));
    assert_eq!(clients(status), None);
    assert!(!status.protocols.http2, "HTTP/2 is agreed on by ALPN only");
    assert_eq!(status.errors, Errors::Detailed);
    let local: Vec<_> = loaded.plan.local_certificates.iter().map(|one| one.door).collect();
    assert_eq!(local, [0, 1]);
    assert!(loaded.plan.local_certificates[0].names.contains(&"*.shop.example".to_owned()));

    let find = |api: &str, name: &str| {
        let at =
            settings.operations.iter().position(|one| &*one.api == api && &*one.name == name).expect("an operation");
        let id = OperationId(u32::try_from(at).expect("small"));
        (&settings.operations[at], settings.rules.rule(id).expect("a rule"))
    };
    let (product, rule) = find("catalogue", "getProduct");
    assert_eq!(
        (product.deadline, product.idle, product.body_bytes),
        (Duration::from_secs(1), Duration::from_secs(60), 64 << 10)
    );
    assert!(rule.public && rule.ways.len() == 1);
    let (order, rule) = find("catalogue", "placeOrder");
    assert_eq!(order.deadline, Duration::from_secs(3));
    assert!(!rule.public, "an operation that writes `callers` inherits no `public`");
    let (charge, _) = find("payments", "charge");
    let admits =
        |address: &str| charge.networks.iter().all(|one| one.networks.admits(address.parse().expect("an address")));
    assert!(admits("10.0.1.1") && admits("127.0.0.1"));
    assert!(!admits("10.0.66.1") && !admits("192.168.0.1") && !admits("203.0.113.1"));
    let places: Vec<_> = charge.networks.iter().map(|one| &*one.place).collect();
    assert!(matches!(places.as_slice(), [one, other, "default of server doors"] if one < other), "{places:?}");
    assert!(places[0].starts_with("vestibule.yaml:"), "{places:?}");
    let (submit, rule) = find("purchase-orders", "submit");
    assert_eq!(submit.networks.len(), 1, "`any-network` lifts the default, and what is written holds");
    assert_eq!(rule.ways.len(), 2);
    assert_eq!(&*submit.place, "vestibule.yaml:126:19");
}

#[test]
fn anonymous_callers_get_nothing_but_what_is_public() {
    let text = "vestibule: 1\nservices: { notes: { urls: http://127.0.0.1:3000 } }\n\
                apis: { notes: { door: client, service: notes, callers: { keys: restricted }, operations: { a: GET / } } }\n";
    let decide = |defaults: &Defaults| {
        let loaded = good(load_text("vestibule.yaml", text, Path::new(""), defaults, &environment()));
        let address = "127.0.0.1".parse().expect("an address");
        loaded
            .plan
            .gateway
            .rules
            .decide(OperationId(0), &Caller::Anonymous, address, std::time::SystemTime::UNIX_EPOCH)
            .is_ok()
    };
    assert!(!decide(&Defaults::standard()));
    // The table is what says so: another one says otherwise, and it shows.
    let mut open = Defaults::standard();
    open.client.unidentified = Unidentified::Everywhere;
    assert!(decide(&open));
}

#[test]
fn the_table_of_defaults_is_what_holds() {
    let text = "vestibule: 1\nservices: { notes: { urls: http://127.0.0.1:3000 } }\n\
                trust: { domain: shop.example, root: { certificate: root.pem } }\n\
                workloads: { shop: { networks: loopback } }\n\
                apis: { notes: { door: server, service: notes, callers: { workloads: shop }, operations: { a: GET / } } }\n";
    let folder = folder();
    let mut table = Defaults::standard();
    table.server.client_certificate = false;
    table.server.networks = NetworksDefault::Any;
    table.server.tls12 = true;
    table.server.deadline = Duration::from_secs(7);
    let loaded = good(load_text("vestibule.yaml", text, folder.path(), &table, &environment()));
    let tls = loaded.plan.gateway.doors[0].tls.as_ref().expect("TLS");
    assert_eq!((&tls.clients, tls.tls12), (&ClientCertificates::NotAsked, true));
    assert!(loaded.plan.gateway.operations[0].networks.is_empty());
    assert_eq!(loaded.plan.gateway.operations[0].deadline, Duration::from_secs(7));
}

#[test]
fn the_local_ca_is_never_a_root_for_workloads() {
    let folder = folder();
    let local = ca::LocalAuthority::open_or_create(folder.path(), "local-ca").expect("a local CA");
    let text = "vestibule: 1\nservices: { notes: { urls: http://127.0.0.1:3000 } }\n\
                trust: { root: { certificate: local-ca.pem } }\nworkloads: { shop: { networks: loopback } }\n\
                apis: { notes: { door: server, service: notes, callers: { workloads: shop }, operations: { a: GET / } } }\n";
    assert_eq!(codes(loaded_in(folder.path(), text)), [FaultCode::WrongFile]);
    // Nor under another name.
    std::fs::write(folder.path().join("local-ca.pem"), format!("\n{}", local.certificate_pem())).expect("written");
    assert_eq!(codes(loaded_in(folder.path(), text)), [FaultCode::WrongFile]);
}

#[test]
fn what_would_keep_run_from_using_the_local_ca_is_a_fault_of_the_file() {
    let folder = folder();
    let text = "vestibule: 1\nservices: { notes: { urls: http://127.0.0.1:3000 } }\n\
                apis: { notes: { door: client, service: notes, public: true, operations: { a: GET / } } }\n";
    assert_eq!(codes(loaded_in(folder.path(), text)), [], "it is made at the first run");
    let data = folder.path().join("vestibule-data");
    std::fs::create_dir(&data).expect("made");
    let set = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("set");
    set(&data, 0o700);
    ca::LocalAuthority::open_or_create(&data, "local-ca").expect("a local CA");
    assert_eq!(codes(loaded_in(folder.path(), text)), []);

    let key = data.join("local-ca-key.pem");
    set(&key, 0o604);
    let refused = loaded_in(folder.path(), text).err().expect("refused");
    let told = refused.faults.render(false);
    assert!(told.contains("error[exposed-secret]: the private key `vestibule-data/local-ca-key.pem` can be"), "{told}");
    assert!(told.contains("run `chmod 600` on it") && told.contains("vestibule.yaml:3:24"), "{told}");
    set(&key, 0o600);
    set(&data, 0o777);
    assert_eq!(codes(loaded_in(folder.path(), text)), [FaultCode::ExposedSecret]);
    set(&data, 0o700);
    std::fs::remove_file(&key).expect("removed");
    assert_eq!(codes(loaded_in(folder.path(), text)), [FaultCode::MissingFile]);
}

#[test]
fn what_is_public_is_listed_with_the_loosenings() {
    let text = "vestibule: 1\nservices: { notes: { urls: http://127.0.0.1:3000 } }\napis:\n  notes:\n    \
                door: client\n    service: notes\n    public: true\n    callers: { keys: restricted }\n    \
                operations:\n      a: GET /\n      b: { route: GET /b, public: true }\n";
    let loaded = good(loaded(text));
    assert_eq!(loaded.report.summary.loosenings, 2);
    let lines: Vec<_> = loaded.report.loosenings.iter().map(|line| (line.on.as_str(), line.to_json())).collect();
    let [(api, first), (operation, second)] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((*api, *operation), ("apis.notes", "apis.notes.operations.b"));
    assert_eq!(first["at"]["path"], "apis.notes.public");
    assert_eq!(first["opens"], "anyone may call without a credential, whatever `callers` beside it says");
    assert_eq!(second["opens"], "anyone may call without a credential");
    assert_eq!(first.get("reason"), None, "it asks for none");
}

#[test]
fn no_value_of_a_reference_is_shown() {
    let folder = folder();
    for (_, text) in fixtures("bad") {
        if let Err(refused) = loaded_in(folder.path(), &text) {
            assert!(!refused.faults.render(false).contains("hunter2"));
            assert!(!format!("{:?}", refused.faults.to_json()).contains("hunter2"));
        }
    }
}

#[test]
fn a_file_that_is_not_there_says_how_to_get_one() {
    let refused =
        load(Path::new("/nowhere/vestibule.yaml"), &Defaults::standard(), &environment()).err().expect("refused");
    let told = refused.faults.render(false);
    assert!(told.contains("error[unreadable-file]") && told.contains("vestibule init"), "{told}");
    assert_eq!(refused.files, [Path::new("/nowhere/vestibule.yaml")]);
}

#[test]
fn bytes_that_are_not_text_are_shown_with_their_line() {
    let folder = folder();
    let path = folder.path().join("vestibule.yaml");
    std::fs::write(&path, b"vestibule: 1\nname: \xff\n").expect("written");
    let refused = load(&path, &Defaults::standard(), &environment()).err().expect("refused");
    let fault = refused.faults.iter().next().expect("a fault");
    assert_eq!(
        (fault.code, refused.faults.place(fault).map(|place| (place.line, place.column))),
        (FaultCode::NotText, Some((2, 7)))
    );
}

#[test]
fn the_hash_changes_with_every_file_that_is_named() {
    let folder = folder();
    let path = folder.path().join("vestibule.yaml");
    let text = fixtures("good").into_iter().find(|(path, _)| path.ends_with("references.yaml")).expect("it").1;
    std::fs::write(&path, text).expect("written");
    let hash = || good(load(&path, &Defaults::standard(), &environment())).hash;
    let before = hash();
    assert_eq!(before, hash());
    assert_eq!(before.len(), 7);
    std::fs::write(folder.path().join("domain"), "other.example").expect("written");
    assert_ne!(before, hash());
}

#[test]
fn ten_thousand_operations_load_in_reasonable_time() {
    use std::fmt::Write;
    let mut text = "vestibule: 1\nservices: { notes: { urls: http://127.0.0.1:3000 } }\napis:\n".to_owned();
    for api in 0..100 {
        writeln!(
            text,
            "  api-{api}:\n    door: client\n    path: /v{api}\n    service: notes\n    public: true\n    operations:"
        )
        .expect("written");
        for operation in 0..100 {
            writeln!(text, "      op{operation}: GET /things-{operation}/{{id}}").expect("written");
        }
    }
    let loaded = good(loaded(&text));
    assert_eq!(loaded.report.summary.operations, 10_000);
    assert_eq!(loaded.report.routes.len(), 10_000);
}

#[test]
fn a_contract_reads_nothing_outside_its_folder_whatever_links_lead_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    std::fs::create_dir(folder.path().join("shop")).expect("made");
    write("secret.yaml", "secret: hunter2\n");
    write("shop/items.yaml", "item: { get: { operationId: items, responses: {} } }\n");
    let contract = |file: &str| format!("openapi: 3.1.0\npaths:\n  /items: {{ $ref: '{file}#/item' }}\n");
    let text = "
vestibule: 1
services: { shop: { urls: 'http://127.0.0.1:1' } }
doors: { front: { kind: client, listen: 127.0.0.1:0, tls: none, hosts: shop.example } }
apis: { shop: { door: front, service: shop, public: true, contract: shop/openapi.yaml } }
";
    std::os::unix::fs::symlink("items.yaml", folder.path().join("shop/within.yaml")).expect("a link");
    write("shop/openapi.yaml", &contract("within.yaml"));
    good(loaded_in(folder.path(), text));
    std::os::unix::fs::symlink("../secret.yaml", folder.path().join("shop/out.yaml")).expect("a link");
    write("shop/openapi.yaml", &contract("out.yaml"));
    let refused = loaded_in(folder.path(), text).err().expect("refused");
    let told = refused.faults.render(false);
    assert!(told.contains("it leads out of its folder") && !told.contains("hunter2"), "{told}");
}

#[test]
fn texts_load_again_as_they_were_whatever_has_become_of_the_contracts_since() {
    let folder = folder();
    let path = folder.path().join("vestibule.yaml");
    let (_, text) = fixtures("good").into_iter().find(|(path, _)| path.ends_with("contract.yaml")).expect("the file");
    std::fs::write(&path, &text).expect("a file");
    let first = good(load(&path, &Defaults::standard(), &environment()));
    assert_eq!(first.texts.file, text);
    assert!(!first.texts.contracts.is_empty());
    assert!(first.texts.stale(folder.path()).is_empty());
    for (contract, _) in &first.texts.contracts {
        std::fs::remove_file(folder.path().join(contract)).expect("removed");
    }
    std::fs::write(&path, "vestibule: 1\n").expect("a file");
    let again = good(crate::load_texts("kept", &path, &first.texts, &Defaults::standard(), &environment()));
    assert_eq!((again.hash, again.report.routes.len()), (first.hash, first.report.routes.len()));
    assert_eq!(again.texts, first.texts);
    assert_eq!(again.files, first.files, "the file itself is named by either");
    assert_eq!(first.texts.stale(folder.path()).len(), first.texts.contracts.len());
}

#[test]
fn no_secret_is_among_the_texts() {
    let folder = folder();
    for (path, text) in fixtures("good") {
        let loaded = good(loaded_in(folder.path(), &text));
        let kept = format!("{:?}", loaded.texts);
        assert!(!kept.contains("PRIVATE KEY"), "{}", path.display());
        // What a reference leads to stands in the plan, and the reference in the text.
        assert!(!text.contains("${file:domain}") || !kept.contains("shop.example\\n"), "{}", path.display());
    }
}

#[test]
fn whom_an_api_asks_is_said_without_doubt() {
    let file = |ask: &str, service: &str| {
        format!(
            "
vestibule: 1
services: {{ shop: {{ urls: 'http://127.0.0.1:1' }} }}
doors: {{ front: {{ kind: client, listen: 127.0.0.1:0, tls: none }} }}
apis: {{ shop: {{ door: front, service: {service}, public: true, ask: {ask}, operations: {{ all: GET / }} }} }}
"
        )
    };
    let ask = |ask: &str| codes(loaded(&file(ask, "shop")));
    good(loaded(&file("{ http: 'http://127.0.0.1:9/check?a=b', headers: [X-Tenant] }", "shop")));
    good(loaded(&file("{ http: 'unix:/run/ask.sock', deadline: 50ms }", "shop")));
    assert_eq!(ask("{ deadline: 50ms }"), [FaultCode::MissingKey]);
    good(loaded(&file("{ grpc: 'http://127.0.0.1:9', headers: [X-Tenant] }", "shop")));
    good(loaded(&file("{ grpc: 'unix:/run/ask.sock', deadline: 50ms }", "shop")));
    let both = "{ http: 'http://127.0.0.1:9', grpc: 'http://127.0.0.1:9' }";
    assert_eq!(ask(both), [FaultCode::WrongShape], "nobody would know who is asked");
    for (grpc, code) in [
        ("'http://192.0.2.7'", FaultCode::Plaintext),
        ("'http://127.0.0.1:9/check'", FaultCode::BadValue),
        ("'http://ada:secret@127.0.0.1'", FaultCode::BadValue),
        ("'grpc://127.0.0.1:9'", FaultCode::BadValue),
    ] {
        assert_eq!(ask(&format!("{{ grpc: {grpc} }}")), [code], "{grpc}");
    }
    for (http, code) in [
        ("'http://192.0.2.7/check'", FaultCode::Plaintext),
        ("'http://169.254.169.254/check'", FaultCode::BadValue),
        ("'http://ada:secret@127.0.0.1/check'", FaultCode::BadValue),
        ("'http://127.0.0.1:9/a b'", FaultCode::BadValue),
        ("'http://127.0.0.1:9/#a'", FaultCode::BadValue),
        ("ftp://127.0.0.1", FaultCode::BadValue),
    ] {
        assert_eq!(ask(&format!("{{ http: {http} }}")), [code], "{http}");
    }
    for header in ["Host", "Content-Length", "X-Forwarded-For", "vestibule-caller", "'a b'"] {
        let told = ask(&format!("{{ http: 'http://127.0.0.1:9', headers: [{header}] }}"));
        assert_eq!(told, [FaultCode::BadValue], "{header}");
    }
    // What is asked serves nobody.
    for how in ["http", "grpc"] {
        let asked = file(&format!("{{ {how}: 'http://127.0.0.1:9' }}"), "shop.ask");
        assert_eq!(codes(loaded(&asked)), [FaultCode::UnknownName]);
    }
}
