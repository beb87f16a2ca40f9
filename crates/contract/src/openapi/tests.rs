//! What an OpenAPI document says, and each way in which it may say it badly.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use document::{Collector, FaultCode, Faults, Source, Sources};
use proptest::prelude::*;

use crate::{Contract, Documents, Files, Operation, ParameterPlace, Schemas, Security, Style, Unread, Wanted};

/// Files that are texts.
struct Texts(BTreeMap<String, String>);

impl Files for Texts {
    fn read(&mut self, path: &Path, bytes_at_most: u64) -> io::Result<Vec<u8>> {
        let text = self.0.get(&path.display().to_string()).ok_or(io::ErrorKind::NotFound)?;
        if text.len() as u64 > bytes_at_most {
            Err(io::Error::other("too large"))
        } else {
            Ok(text.clone().into_bytes())
        }
    }

    fn real(&self, path: &Path) -> std::io::Result<std::path::PathBuf> {
        Ok(path.to_owned())
    }

    fn name(&self, path: &Path) -> String {
        path.display().to_string()
    }
}

pub(crate) fn read_with(text: &str, others: &[(&str, &str)]) -> (Option<Contract>, Faults) {
    let mut texts = Texts(others.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect());
    texts.0.insert("a/shop.yaml".to_owned(), text.to_owned());
    let mut sources = Sources::new(Source::new("vestibule.yaml", "vestibule: 1\n"));
    let mut faults = Collector::default();
    let contract =
        match crate::read(Path::new("a/shop.yaml"), &Wanted::default(), &mut texts, &mut sources, &mut faults) {
            Ok(contract) => Some(contract),
            Err(Unread::Faults) => None,
            Err(Unread::File(error)) => panic!("{error}"),
        };
    for fault in contract.iter().flat_map(|contract| &contract.operations).flat_map(|operation| &operation.faults) {
        faults.push(fault.clone());
    }
    (contract, faults.finish(sources, |_| String::new()))
}

fn documents(contract: &Contract) -> &Documents {
    match &contract.schemas {
        Schemas::Documents(documents) => documents,
        Schemas::Messages(_) => panic!("this is no OpenAPI"),
    }
}

fn good(text: &str) -> Contract {
    let (contract, faults) = read_with(text, &[]);
    assert!(faults.is_empty(), "{}", faults.render(false));
    contract.expect("a contract")
}

/// Code and place of each fault.
fn told(text: &str, others: &[(&str, &str)]) -> Vec<(FaultCode, String)> {
    let (_, faults) = read_with(text, others);
    faults
        .iter()
        .map(|fault| (fault.code, faults.place(fault).map(|place| place.to_string()).unwrap_or_default()))
        .collect()
}

fn one(paths: &str) -> Operation {
    let contract = good(&format!("openapi: 3.1.0\npaths:\n{paths}"));
    contract.operations.into_iter().next().expect("an operation")
}

const SHOP: &str = "\
openapi: 3.0.4
info: { title: Shop, version: '1' }
servers: [{ url: 'https://API.shop.example:8443/{version}', variables: { version: { default: v1 } } }]
security: [{ session: [orders.read] }]
paths:
  /orders/{order.id}:
    parameters:
      - { name: order.id, in: path, required: true, schema: { type: string } }
      - { $ref: '#/components/parameters/Trace' }
    get:
      operationId: getOrder
      tags: [orders, read]
      parameters: [{ name: expand, in: query, style: spaceDelimited, schema: { type: array } }]
      responses:
        200: { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } }
        4XX: { description: no }
    delete:
      deprecated: true
      security: [{ session: [orders.write] }, { key: [] }]
      responses: { default: { description: ok } }
  /events:
    get:
      operationId: feed/events
      security: []
      responses: { '200': { description: ok, content: { 'text/event-stream; charset=utf-8': {} } } }
    post:
      requestBody: { $ref: '#/components/requestBodies/Event' }
      responses: {}
      servers: [{ url: /other/ }]
components:
  securitySchemes:
    session: { type: oauth2, flows: {} }
    key: { type: apiKey, name: X-Key, in: header }
  parameters: { Trace: { name: X-Trace, in: header, schema: { type: string } } }
  requestBodies: { Event: { required: true, content: { Application/JSON: { schema: { $ref: '#/components/schemas/Order' } } } } }
  schemas: { Order: { type: object, properties: { parent: { $ref: '#/components/schemas/Order' } } } }
";

#[test]
fn operations_have_names_routes_parameters_and_forms() {
    let contract = good(SHOP);
    let lines: Vec<_> = contract
        .operations
        .iter()
        .map(|operation| {
            format!("{} {} {}{}", operation.name, operation.method, operation.servers[0].base, operation.template)
        })
        .collect();
    assert_eq!(
        lines,
        [
            "getOrder GET /v1/orders/{order_id}",
            "delete_orders_order.id DELETE /v1/orders/{order_id}",
            "feed-events GET /v1/events",
            "post_events POST /other/events",
        ]
    );
    let [get, delete, events, post] = contract.operations.as_slice() else { panic!("four operations") };
    assert_eq!(get.servers[0].host.as_deref(), Some("api.shop.example"));
    assert_eq!(get.tags, ["orders", "read"]);
    let parameters: Vec<_> =
        get.parameters.iter().map(|p| (p.name.as_str(), p.place, p.required, p.style, p.explode)).collect();
    assert_eq!(
        parameters,
        [
            ("order.id", ParameterPlace::Path, true, Style::Simple, false),
            ("x-trace", ParameterPlace::Header, false, Style::Simple, false),
            ("expand", ParameterPlace::Query, false, Style::SpaceDelimited, false),
        ]
    );
    assert_eq!(get.answers.iter().map(|answer| answer.status.as_str()).collect::<Vec<_>>(), ["200", "4XX"]);
    let schema = get.answers[0].contents[0].schema.as_ref().expect("a schema");
    let reference = documents(&contract).node(schema).and_then(|node| node.get("$ref")).and_then(|node| node.text());
    let order = documents(&contract).follow(schema, reference.expect("a reference")).expect("it leads somewhere");
    assert_eq!(order.pointer(), "/components/schemas/Order");
    assert!(delete.deprecated.is_some() && get.deprecated.is_none());
    assert!(events.streams.server && !get.streams.server);
    let body = post.request.as_ref().expect("a body");
    assert_eq!((body.required, body.contents[0].media_type.as_str()), (true, "application/json"));
}

#[test]
fn the_nearest_security_holds_and_only_scopes_of_tokens_are_scopes() {
    let contract = good(SHOP);
    let scopes = |operation: &Operation| match &operation.security {
        Security::Needs(all) => all
            .iter()
            .map(|one| one.scopes.iter().map(|(scope, _)| scope.clone()).collect::<Vec<_>>().join("+"))
            .collect::<Vec<_>>()
            .join(" or "),
        Security::Open(_) => "open".to_owned(),
        Security::Unsaid => "unsaid".to_owned(),
    };
    let all: Vec<_> = contract.operations.iter().map(scopes).collect();
    assert_eq!(all, ["orders.read", "orders.write or ", "open", "orders.read"]);
    let optional = one("  /a: { get: { security: [{ }], responses: {} } }\n");
    assert!(matches!(optional.security, Security::Open(_)));
    assert_eq!(one("  /a: { get: { responses: {} } }\n").security, Security::Unsaid);
}

#[test]
fn a_contract_may_be_json() {
    let text =
        "{\"openapi\": \"3.1.0\",\n\t\"paths\": {\"/a\": {\"get\": {\"operationId\": \"a\", \"responses\": {}}}}}";
    assert_eq!(good(text).operations[0].name, "a");
}

#[test]
fn references_to_files_beside_the_contract_are_read() {
    let text = "openapi: 3.1.0\npaths: { /a: { $ref: 'paths/a.yaml#/item' } }\n";
    let item =
        "item:\n  get:\n    operationId: a\n    parameters: [{ $ref: '../common.json#/p' }]\n    responses: {}\n";
    let common = "{\"p\": {\"name\": \"q\", \"in\": \"query\"}}";
    let (contract, faults) = read_with(text, &[("a/paths/a.yaml", item), ("a/common.json", common)]);
    assert!(faults.is_empty(), "{}", faults.render(false));
    let operation = &contract.expect("a contract").operations[0];
    assert_eq!((operation.name.as_str(), operation.parameters[0].name.as_str()), ("a", "q"));
}

#[test]
fn references_that_lead_nowhere_are_told_where_they_stand() {
    use FaultCode::{CircularRef, MissingFile, UnknownRef};
    let at = |reference: &str| {
        let text = format!(
            "openapi: 3.1.0\npaths: {{}}\ncomponents:\n  schemas:\n    A: {{ $ref: '{reference}' }}\n    B: {{ $ref: '#/components/schemas/C' }}\n    C: {{ $ref: '#/components/schemas/B' }}\n    D: {{ $anchor: here }}\n    E: {{ example: {{ $ref: nothing }} }}\n"
        );
        let mut all = told(&text, &[("secret.yaml", "a: b\n"), ("a/broken.yaml", "a: [\n")]);
        // B and C are a circle of their own.
        all.retain(|(_, place)| !place.starts_with("a/shop.yaml:6") && !place.starts_with("a/shop.yaml:7"));
        all
    };
    let here = "a/shop.yaml:5:16".to_owned();
    for (reference, code) in [
        ("#/components/schemas/Z", UnknownRef),
        ("#/components/schemas/D/x", UnknownRef),
        ("#nowhere", UnknownRef),
        ("https://shop.example/a.yaml", UnknownRef),
        ("../secret.yaml#/a", UnknownRef),
        ("/secret.yaml#/a", UnknownRef),
        ("none.yaml", MissingFile),
        ("#/components/schemas/A", CircularRef),
        ("#/components/schemas/B", CircularRef),
    ] {
        assert_eq!(at(reference), [(code, here.clone())], "{reference}");
    }
    assert_eq!(at("#here"), []);
    assert_eq!(at("#/components/schemas/D"), []);
    assert_eq!(at("broken.yaml").first().map(|fault| fault.0), Some(FaultCode::Syntax));
}

#[test]
fn a_path_longer_than_any_route_is_told_and_not_worked_on() {
    // With 200,000 parameters, whatever takes the square of their number would never end.
    let path: String = (0..200_000).map(|number| format!("/{{p{number}}}")).collect();
    let text = format!("{{\"openapi\":\"3.1.0\",\"paths\":{{\n\"{path}\":{{\"get\":{{\"responses\":{{}}}}}}}}}}");
    assert_eq!(told(&text, &[]), [(FaultCode::TooLarge, "a/shop.yaml:2:1".to_owned())]);
}

#[test]
fn what_is_no_openapi_says_what_it_is() {
    for (text, place, words) in [
        ("swagger: '2.0'\n", "a/shop.yaml:1:1", "swagger2openapi"),
        ("openapi: 2.0.0\n", "a/shop.yaml:1:10", "3.0 and 3.1"),
        ("openapi: 3.2.0\n", "a/shop.yaml:1:10", "3.0 and 3.1"),
        ("asyncapi: 3.0.0\n", "a/shop.yaml:1:1", "openapi: 3.1.0"),
        ("- a\n", "a/shop.yaml:1:1", "not a map"),
        ("{\"openapi\": \"3.1.0\"", "a/shop.yaml:1:20", "not JSON"),
        ("openapi: 3.1.0\npaths: [\n", "a/shop.yaml:3:1", "not YAML"),
        ("", "", "holds nothing"),
    ] {
        let (contract, faults) = read_with(text, &[]);
        assert!(contract.is_none(), "{text}");
        let fault = faults.iter().next().expect("a fault");
        assert_eq!(faults.place(fault).map(|place| place.to_string()).unwrap_or_default(), place, "{text}");
        assert!(faults.render(false).contains(words), "{}", faults.render(false));
    }
}

#[test]
fn each_bad_part_has_its_fault_and_place() {
    use FaultCode::{BadContract, DuplicateKey, DuplicateOperation, RouteConflict};
    // `@` stands before the words that are told.
    for (marked, code) in [
        ("  @a: { get: { responses: {} } }\n", BadContract),
        ("  /a: { @gett: { responses: {} } }\n", BadContract),
        ("  /a: { get: @[] }\n", BadContract),
        ("  /a: @[]\n", BadContract),
        ("  /a: { get: {}, @get: {} }\n", DuplicateKey),
        ("  @/a/{x}: { get: {} }\n", BadContract),
        ("  /a: { get: { parameters: [@{ name: x, in: path }] } }\n", BadContract),
        ("  /a: { get: { parameters: [{ name: x, in: @body }] } }\n", BadContract),
        ("  /a: { get: { parameters: [@{ in: query }] } }\n", BadContract),
        ("  /a: { get: { parameters: [{ name: x, in: query, style: @matrix }] } }\n", BadContract),
        ("  /a: { get: { parameters: [{ name: x, in: query }, @{ name: x, in: query }] } }\n", BadContract),
        ("  /a: { get: { deprecated: @'true' } }\n", BadContract),
        ("  /a: { get: { operationId: @[a] } }\n", BadContract),
        ("  /a: { get: { security: @{ a: [] } } }\n", BadContract),
        ("  /a: { get: { security: [{ @a: [] }] } }\n", BadContract),
        ("  /a: { get: { responses: { @20: {} } } }\n", BadContract),
        ("  /a: { get: { servers: [{ url: @'https://{host}/' }] } }\n", BadContract),
        ("  /a: { get: { servers: [@{ description: a }] } }\n", BadContract),
        ("  /a: { get: { operationId: a }, put: { operationId: @a } }\n", DuplicateOperation),
        ("  /{x}: { parameters: [{ name: x, in: path }] }\n  @/{y}: {}\n", RouteConflict),
    ] {
        let text = format!("openapi: 3.1.0\npaths:\n{marked}");
        let (before, _) = text.split_once('@').expect("a mark");
        let (line, column) = (before.matches('\n').count() + 1, before.len() - before.rfind('\n').expect("lines"));
        let place = format!("a/shop.yaml:{line}:{column}");
        assert_eq!(told(&text.replacen('@', "", 1), &[]), [(code, place)], "{marked}");
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let text =
        "openapi: 3.1.0\npaths:\n  /a/{x}: { get: {} }\n  /b: { gett: {}, put: { security: [{ a: [] }] } }\n  c: {}\n";
    assert_eq!(told(text, &[]).len(), 4);
}

#[test]
fn what_begins_with_x_and_calls_of_the_service_publish_nothing() {
    let text = "openapi: 3.1.0\nwebhooks: { a: { post: {} } }\nx-a: { $ref: b }\npaths:\n  x-p: 1\n  /a: { x-m: 2, get: { operationId: a, callbacks: { c: { '{$request.body}': { post: {} } } } } }\n";
    assert_eq!(good(text).operations.len(), 1);
}

#[test]
fn two_thousand_operations_with_as_many_schemas_are_read_in_reasonable_time() {
    let mut text = "openapi: 3.1.0\npaths:\n".to_owned();
    for n in 0..2_000 {
        text.push_str(&format!(
            "  /things-{n}/{{id}}:\n    get:\n      operationId: get{n}\n      parameters: [{{ name: id, in: path, required: true, schema: {{ type: string }} }}]\n      responses: {{ '200': {{ description: ok, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/S{n}' }} }} }} }} }}\n"
        ));
    }
    text.push_str("components:\n  schemas:\n");
    for n in 0..2_000 {
        let next = (n + 1) % 2_000;
        text.push_str(&format!(
            "    S{n}: {{ type: object, properties: {{ next: {{ $ref: '#/components/schemas/S{next}' }} }} }}\n"
        ));
    }
    let start = std::time::Instant::now();
    assert_eq!(good(&text).operations.len(), 2_000);
    assert!(start.elapsed() < std::time::Duration::from_secs(20), "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn a_damaged_contract_is_told_and_never_panics(
        wounds in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, prop::sample::select(vec![
            "", " ", "\n", "{", "}", "[", "]", ",", ":", "'", "#", "&a ", "*a", "é", "null", "$ref: '#/a'", "..", "{x}", "/", "get: {}",
        ])), 1..4),
    ) {
        let mut text: Vec<char> = SHOP.chars().collect();
        for (at, lost, put) in wounds {
            let at = at.index(text.len());
            let end = (at + lost).min(text.len());
            text.splice(at..end, put.chars());
        }
        let (contract, faults) = read_with(&text.iter().collect::<String>(), &[]);
        prop_assert!(contract.is_some() || faults.errors() > 0);
        let _ = (faults.render(false), faults.to_json());
    }

    #[test]
    fn no_path_makes_it_panic(path in "/[a-z{}/.*%é]{0,24}") {
        let text = format!("openapi: 3.1.0\npaths:\n  '{path}': {{ get: {{ responses: {{}} }} }}\n");
        let _ = read_with(&text, &[]);
    }
}

#[test]
fn a_long_chain_of_references_is_too_long_and_no_circle() {
    let chain = |length: usize| {
        let link = |at: usize| format!("    S{at}: {{ $ref: '#/components/schemas/S{}' }}\n", at + 1);
        let links: String = (1..length).map(link).collect();
        format!("openapi: 3.1.0\npaths: {{}}\ncomponents:\n  schemas:\n{links}    S{length}: {{ type: string }}\n")
    };
    assert_eq!(told(&chain(33), &[]), []);
    assert_eq!(told(&chain(34), &[]), [(FaultCode::BadContract, "a/shop.yaml:5:17".to_owned())]);
}
