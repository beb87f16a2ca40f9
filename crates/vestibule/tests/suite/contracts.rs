//! Contracts as routes: what an OpenAPI document publishes through the real program, and how an API ends.

use std::net::SocketAddr;

use testkit::program::Prepared;
use testkit::{Answer, Backend, Connection, Deadline, House, Reply, script};

use crate::open_house::SOON;
use crate::standing::house;
use crate::two_doors::{admin, assert_problem, free_address, get, request};

const SHOP: &str = "\
openapi: 3.1.0
info: { title: Shop, version: '1' }
servers: [{ url: 'https://shop.example/v1' }]
paths:
  /products: { get: { operationId: listProducts, responses: {} } }
  /orders/{id}:
    parameters: [{ $ref: 'common.yaml#/id' }]
    get: { operationId: getOrder, responses: {} }
    delete: { operationId: deleteOrder, tags: [internal], deprecated: true, responses: {} }
";
const COMMON: &str = "id: { name: id, in: path, required: true, schema: { type: string } }\n";

/// A gateway in cleartext over a service that answers with the target that it was asked for.
struct Shop {
    house: House,
    address: SocketAddr,
    _service: Backend,
}

impl Shop {
    /// `apis` are the lines under `apis:`.
    fn open(apis: &str) -> Self {
        let service = Backend::choosing(|head, _| script::answer(Reply::ok(head.target.clone())));
        let address = free_address();
        let house = prepared(&service, address, apis).start();
        Self { house, address, _service: service }
    }

    fn ask(&self, method: &str, target: &str) -> Answer {
        Connection::plain(self.address).exchange(request(method, target, &[], ""))
    }

    /// What the service was asked for.
    fn seen(&self, method: &str, target: &str) -> String {
        let answer = self.ask(method, target);
        assert_eq!(answer.status, 200, "{method} {target}: {}", answer.text());
        answer.text()
    }
}

fn prepared(service: &Backend, address: SocketAddr, apis: &str) -> Prepared {
    let prepared = house();
    prepared.write("shop.yaml", SHOP);
    prepared.write("common.yaml", COMMON);
    prepared.config(&format!(
        "vestibule: 1\ndoors:\n  client: {{ listen: \"{address}\", tls: none }}\n\
         services:\n  shop: {{ urls: \"{}\" }}\napis:\n{apis}",
        service.url()
    ))
}

#[test]
fn a_contract_publishes_its_operations_and_nothing_else() {
    let shop = Shop::open(
        "  shop:\n    door: client\n    path: /shop\n    service: shop\n    public: true\n    \
         contract: { file: shop.yaml, withhold: 'tag:internal' }\n",
    );
    assert_eq!(shop.seen("GET", "/shop/v1/products?a=b"), "/v1/products?a=b");
    assert_eq!(shop.seen("GET", "/shop/v1/orders/7"), "/v1/orders/7");
    for (method, target) in [
        ("DELETE", "/shop/v1/orders/7"),
        ("POST", "/shop/v1/products"),
        ("GET", "/v1/products"),
        ("GET", "/shop/products"),
        ("GET", "/shop/v1/orders/7/lines"),
        ("GET", "/shop/v1/orders/"),
        ("GET", "/shop/v1"),
    ] {
        assert_problem(&shop.ask(method, target), 404, "not-found");
    }
}

#[test]
fn the_routes_of_a_contract_are_listed_with_the_line_of_the_contract() {
    let service = Backend::saying("ok");
    let apis = "  shop: { door: client, service: shop, public: true, contract: shop.yaml }\n";
    let routes = prepared(&service, free_address(), apis).command(&["routes", "--json"]);
    assert!(routes.status.success(), "{routes:?}");
    let said: serde_json::Value = serde_json::from_str(&routes.stdout).expect("JSON");
    let items = said["items"].as_array().expect("a list");
    let of = |name: &str| items.iter().find(|item| item["operation"] == name).expect("the operation");
    assert_eq!(items.len(), 3);
    assert!(of("getOrder")["url"].as_str().is_some_and(|url| url.ends_with("/v1/orders/{id}")), "{said}");
    assert_eq!(of("getOrder")["at"]["line"], 8);
    assert!(of("getOrder")["at"]["file"].as_str().is_some_and(|file| file.ends_with("shop.yaml")), "{said}");
}

#[test]
fn another_contract_is_another_configuration_and_a_bad_one_none() {
    let shop = Shop::open("  shop: { door: client, service: shop, public: true, contract: shop.yaml }\n");
    assert_problem(&shop.ask("GET", "/v1/news"), 404, "not-found");
    shop.house.write("shop.yaml", &format!("{SHOP}  /news: {{ get: {{ responses: {{}} }} }}\n"));
    assert_eq!(admin(&shop.house, "POST", "/reload").status, 200);
    assert_eq!(shop.seen("GET", "/v1/news"), "/v1/news");

    shop.house.write("common.yaml", "id: [\n");
    let refused = admin(&shop.house, "POST", "/reload");
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("common.yaml"), "{}", refused.text());
    assert_eq!(shop.seen("GET", "/v1/news"), "/v1/news", "the one before goes on");
}

#[test]
fn faults_of_a_contract_are_told_at_their_place_in_it() {
    let service = Backend::saying("ok");
    let apis = "  shop: { door: client, service: shop, public: true, contract: shop.yaml }\n";
    let prepared = prepared(&service, free_address(), apis);
    let open = "  /a/{x}.json: { get: { parameters: [{ name: x, in: path }], responses: {} } }\n";
    prepared.write("shop.yaml", &format!("{SHOP}{open}  /b: {{ get: {{ operationId: getOrder }} }}\n"));
    let check = prepared.command(&["check"]);
    assert_eq!(check.status.code(), Some(1), "{check:?}");
    for words in ["error[bad-route]", "shop.yaml:10:3", "error[duplicate-operation]", "shop.yaml:11:29", "first here"] {
        assert!(check.stderr.contains(words), "{words}: {}", check.stderr);
    }
}

#[test]
fn versions_stand_side_by_side_and_the_old_one_says_when_it_ends() {
    let shop = Shop::open(
        "  old:\n    door: client\n    path: /v1\n    service: shop\n    public: true\n    \
         contract: { file: shop.yaml, base: / }\n    \
         retire: { since: 2026-01-01, on: 2099-06-30, link: 'https://shop.example/v2' }\n  \
         new:\n    door: client\n    path: /v2\n    service: shop\n    public: true\n    \
         contract: { file: shop.yaml, base: /, withhold: deleteOrder }\n",
    );
    let old = shop.ask("GET", "/v1/products");
    assert_eq!((old.status, old.text().as_str()), (200, "/products"));
    assert_eq!(old.field("deprecation"), Some("@1767225600"));
    assert_eq!(old.field("sunset"), Some("Tue, 30 Jun 2099 00:00:00 GMT"));
    assert!(old.field("link").is_some_and(|link| link.contains("<https://shop.example/v2>; rel=\"sunset\"")));
    let new = shop.ask("GET", "/v2/products");
    assert_eq!((new.status, new.field("deprecation"), new.field("sunset")), (200, None, None));
}

#[test]
fn a_retired_operation_answers_410_and_is_counted_and_a_deprecated_one_says_so() {
    let shop = Shop::open(
        "  shop:\n    door: client\n    service: shop\n    public: true\n    contract: shop.yaml\n    \
         operations:\n      getOrder: { retire: { on: 2020-01-31 } }\n",
    );
    let gone = shop.ask("GET", "/v1/orders/7");
    assert_problem(&gone, 410, "retired");
    assert_eq!(gone.field("sunset"), Some("Fri, 31 Jan 2020 00:00:00 GMT"));
    assert_eq!(shop.ask("DELETE", "/v1/orders/7").field("deprecation"), Some("@0"), "the contract's own word");
    assert_eq!(shop.ask("GET", "/v1/products").field("deprecation"), None);
    let row = |operation: &str, retired: bool| {
        let labels = format!("door=\"client\",api=\"shop\",operation=\"{operation}\",retired=\"{retired}\"");
        format!("vestibule_deprecated_requests_total{{{labels}}} 1")
    };
    let refused = "vestibule_refusals_total{door=\"client\",problem=\"retired\"} 1".to_owned();
    let rows = [refused, row("getOrder", true), row("deleteOrder", false)];
    // A request is counted when its record closes, which is after its caller has the answer.
    let deadline = Deadline::within(SOON);
    let metrics = loop {
        let metrics = admin(&shop.house, "GET", "/metrics").text();
        let Some(missing) = rows.iter().find(|row| !metrics.contains(*row)) else { break metrics };
        assert!(!deadline.passed(), "{missing} {metrics}");
        std::thread::yield_now();
    };
    let counted = |operation: &str, retired: bool| metrics.contains(&row(operation, retired));
    assert!(!counted("getOrder", false) && !metrics.contains("operation=\"listProducts\",retired"), "{metrics}");
    let status = shop.house.command(&["status"]).stdout;
    assert!(status.contains("shop.getOrder at client: requests 1 since it is gone"), "{status}");
    assert!(status.contains("shop.deleteOrder at client: requests 1 while deprecated"), "{status}");
    let json: serde_json::Value =
        serde_json::from_str(&shop.house.command(&["status", "--json"]).stdout).expect("JSON");
    assert_eq!(json["deprecated"].as_array().map(Vec::len), Some(2), "{json}");
}

#[test]
fn what_a_contract_opens_the_file_must_open_too() {
    let service = Backend::saying("ok");
    let apis =
        "  shop:\n    door: client\n    service: shop\n    callers: { keys: restricted }\n    contract: open.yaml\n";
    let open = "openapi: 3.0.4\nsecurity: []\npaths: { /health: { get: { operationId: health, responses: {} } } }\n";
    let address = free_address();
    let closed = prepared(&service, address, apis);
    closed.write("open.yaml", open);
    let check = closed.command(&["check"]);
    assert!(check.stderr.contains("error[open-by-contract]"), "{}", check.stderr);
    assert!(check.stderr.contains("health: { public: true }"), "{}", check.stderr);

    let said = prepared(&service, address, &format!("{apis}    operations: {{ health: {{ public: true }} }}\n"));
    said.write("open.yaml", open);
    let house = said.start();
    let answer = Connection::plain(address).exchange(get("/health", &[]));
    assert_eq!(answer.status, 200, "{}", answer.text());
    drop(house);
}

#[test]
fn methods_of_a_proto_file_are_published_at_their_paths() {
    let service = Backend::choosing(|head, _| script::answer(Reply::ok(head.target.clone())));
    let address = free_address();
    let apis = "  shop:\n    door: client\n    service: shop\n    public: true\n    \
                contract: { file: shop.proto, imports: protos, withhold: Drop }\n";
    let prepared = prepared(&service, address, apis);
    std::fs::create_dir_all(prepared.folder().join("protos")).expect("a folder");
    prepared.write("protos/common.proto", "syntax = \"proto3\";\nmessage Order {}\n");
    prepared.write(
        "shop.proto",
        "syntax = \"proto3\";\npackage shop;\nimport \"common.proto\";\n\
         service Orders { rpc Get(.Order) returns (.Order); rpc Drop(.Order) returns (.Order); }\n",
    );
    let _house = prepared.start();
    let ask = |method: &str, target: &str| Connection::plain(address).exchange(request(method, target, &[], ""));
    assert_eq!(ask("POST", "/shop.Orders/Get").text(), "/shop.Orders/Get");
    for (method, target) in [("GET", "/shop.Orders/Get"), ("POST", "/shop.Orders/Drop"), ("POST", "/shop.Orders/get")] {
        assert_problem(&ask(method, target), 404, "not-found");
    }
}

#[test]
fn a_link_beside_a_contract_opens_no_other_folder_wherever_the_command_runs() {
    let prepared = house();
    let outside = tempfile::tempdir().expect("a folder");
    let secret = outside.path().join("secret.yaml");
    std::fs::write(&secret, "item: { get: { operationId: leaked, responses: {} } }\n").expect("written");
    std::os::unix::fs::symlink(&secret, prepared.folder().join("link.yaml")).expect("a link");
    prepared.write("shop.yaml", "openapi: 3.1.0\npaths: { /a: { $ref: 'link.yaml#/item' } }\n");
    let prepared = prepared.config(
        "vestibule: 1\nservices: { shop: { urls: 'http://127.0.0.1:1' } }\n\
         apis: { shop: { door: client, service: shop, public: true, contract: shop.yaml } }\n",
    );
    // The file as it is found, by name alone, and with the way to it: each is the same folder.
    for arguments in [&["check"][..], &["-c", "vestibule.yaml", "check"], &["-c", "./vestibule.yaml", "check"]] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vestibule"));
        let output = command.args(arguments).current_dir(prepared.folder()).output().expect("vestibule");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("it leads out of its folder") && !said.contains("leaked"), "{arguments:?}: {said}");
    }
}
