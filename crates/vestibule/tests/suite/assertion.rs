//! What services are told of who called, through the real program: signed, for each of them alone, and never by a caller.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use auth::jose::{Algorithm, Claims, Expected, Jwks, TokenError, TokenType, verify};
use auth::keys::{self, NewKey};
use model::KeyKind;
use testkit::strict::Head;
use testkit::{Answer, Backend, Connection, Deadline, House, Reply, script};

use crate::standing::house;
use crate::two_doors::{SOON, bearer, free_address, request};

const FIELD: &str = "vestibule-identity";

/// Ways to write the field that some service may read as it.
const FORGED: [&str; 3] = ["Vestibule-Identity: forged", "VESTIBULE-IDENTITY: forged", "vestibule-identity-2: forged"];
/// Ways that no request may have (RFC 3875 §4.1.18: a program could not tell them from the field).
const REFUSED: [&str; 2] = ["vestibule_identity: forged", "Vestibule-Identity : forged"];

/// A door in cleartext, three services, a key, and the keys of the house at a path of their own.
struct Ground {
    house: House,
    address: SocketAddr,
    services: [Backend; 3],
    key: NewKey,
}

fn file(address: SocketAddr, services: &[Backend; 3], key: &NewKey) -> String {
    let [orders, billing, untold] = services;
    format!(
        "vestibule: 1\n\
         doors:\n  client: {{ listen: \"{address}\", tls: none }}\n\
         services:\n\
         \x20 orders: {{ urls: \"{}\" }}\n\
         \x20 billing: {{ urls: \"{}\", identity: signed }}\n\
         \x20 untold: {{ urls: \"{}\", identity: none }}\n\
         keys:\n  laptop: {{ kind: restricted, hash: \"{}\", apis: [orders, billing, untold], scopes: [orders.read] }}\n\
         apis:\n\
         \x20 house-keys: {{ door: client, path: /house-keys, public: true, identity_keys: true }}\n\
         \x20 orders:\n    door: client\n    path: /orders\n    service: orders\n    callers: {{ keys: restricted }}\n\
         \x20   operations:\n      all: ANY /**\n      seen: {{ route: GET /seen, public: true }}\n\
         \x20 billing:\n    door: client\n    path: /billing\n    service: billing\n    callers: {{ keys: restricted }}\n\
         \x20   operations: {{ all: ANY /** }}\n\
         \x20 untold:\n    door: client\n    path: /untold\n    service: untold\n    callers: {{ keys: restricted }}\n\
         \x20   operations: {{ all: ANY /** }}\n",
        orders.url(),
        billing.url(),
        untold.url(),
        key.hash
    )
}

impl Ground {
    fn open() -> Self {
        let service = || Backend::choosing(|_, _| script::answer(Reply::ok("served")));
        let (services, address) = ([service(), service(), service()], free_address());
        let key = keys::generate(KeyKind::Restricted).expect("a key");
        let house = house().config(&file(address, &services, &key)).start();
        Self { house, address, services, key }
    }

    fn ask(&self, target: &str, fields: &[&str]) -> Answer {
        let mut connection = Connection::plain(self.address);
        connection.send(request("GET", target, fields, "").as_bytes());
        connection.answer_to("GET", Deadline::within(SOON)).expect("an answer")
    }

    /// What a service was told, each time that it was asked: whatever it may read as that field.
    fn told(&self, service: usize) -> Vec<Vec<String>> {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let begins = |name: &str| name.to_ascii_lowercase().replace('_', "-").starts_with(FIELD);
        let requests = self.services[service].requests();
        let fields = |head: &Head| -> Vec<String> {
            head.fields.iter().filter(|(name, _)| begins(name)).map(|(_, value)| text(value)).collect()
        };
        requests.iter().map(|request| fields(&request.head)).collect()
    }

    fn keys(&self) -> Jwks {
        let answer = self.ask("/house-keys", &[]);
        assert_eq!((answer.status, answer.field("content-type")), (200, Some("application/jwk-set+json")));
        Jwks::parse(answer.text().as_bytes(), Algorithm::Rs256).expect("a set")
    }
}

fn checked(told: &str, keys: &Jwks, audience: &str, later: Duration) -> Result<Claims, TokenError> {
    let now = SystemTime::now() + later;
    let audience = [audience];
    let (kind, leeway) = (TokenType::PLAIN, Duration::from_secs(5));
    verify(told, keys, &Expected { kind, issuer: "vestibule", audience: &audience, now, leeway })
}

#[test]
fn a_service_is_told_who_called_by_a_word_that_it_can_check() {
    let ground = Ground::open();
    assert_eq!(ground.ask("/orders/list", &[&bearer(&ground.key)]).text(), "served");
    let [told] = &ground.told(0)[..] else { panic!("one request") };
    let [told] = &told[..] else { panic!("one field") };
    let keys = ground.keys();
    let claims = checked(told, &keys, "orders", Duration::ZERO).expect("it is true");
    let said = ["sub", "kind", "key", "key_kind", "scope"].map(|name| claims.text(name).unwrap_or_default());
    assert_eq!(said, ["key:laptop", "key", "laptop", "restricted", "orders.read"]);
    assert_eq!(checked(told, &keys, "billing", Duration::ZERO), Err(TokenError::Audience), "for one service");
    assert_eq!(checked(told, &keys, "orders", Duration::from_secs(70)), Err(TokenError::Expired), "for one minute");
}

#[test]
fn each_service_is_told_for_itself_and_one_that_is_not_to_know_is_not_told() {
    let ground = Ground::open();
    for target in ["/orders/a", "/billing/a", "/untold/a"] {
        assert_eq!(ground.ask(target, &[&bearer(&ground.key)]).status, 200, "{target}");
    }
    let keys = ground.keys();
    assert!(checked(&ground.told(0)[0][0], &keys, "orders", Duration::ZERO).is_ok());
    assert!(checked(&ground.told(1)[0][0], &keys, "billing", Duration::ZERO).is_ok());
    assert_eq!(ground.told(2), [Vec::<String>::new()]);
}

#[test]
fn what_a_caller_writes_there_never_reaches_a_service() {
    let ground = Ground::open();
    for forged in FORGED {
        for target in ["/orders/a", "/untold/a"] {
            assert_eq!(ground.ask(target, &[&bearer(&ground.key), forged, forged]).status, 200, "{forged}");
        }
        assert_eq!(ground.ask("/orders/seen", &[forged]).status, 200, "{forged}, by nobody");
    }
    for refused in REFUSED {
        assert_eq!(ground.ask("/orders/a", &[&bearer(&ground.key), refused]).status, 400, "{refused}");
    }
    let orders = ground.told(0);
    assert_eq!(orders.len(), 2 * FORGED.len());
    for told in orders.chunks(2) {
        assert!(told[0].len() == 1 && !told[0][0].contains("forged"), "{told:?}");
        assert!(told[1].is_empty(), "nothing is said of nobody: {told:?}");
    }
    assert!(ground.told(2).iter().all(Vec::is_empty));
}

#[test]
fn a_key_is_not_signed_for_again_with_every_request() {
    let ground = Ground::open();
    let mut connection = Connection::plain(ground.address);
    for _ in 0..20 {
        let asked = request("GET", "/orders/a", &[&bearer(&ground.key)], "");
        assert_eq!(connection.exchange(asked).status, 200);
    }
    let mut told: Vec<String> = ground.told(0).concat();
    assert_eq!(told.len(), 20);
    told.dedup();
    assert_eq!(told.len(), 1, "one connection is one thread's");
}

#[test]
fn a_reload_goes_on_with_the_same_keys() {
    let ground = Ground::open();
    let before = ground.keys().document();
    let changed = file(ground.address, &ground.services, &ground.key).replace("path: /billing", "path: /bills");
    ground.house.write_config(&changed);
    ground.house.hang_up();
    ground.house.wait_for_message("loaded ");
    assert_eq!(ground.ask("/bills/a", &[&bearer(&ground.key)]).status, 200);
    assert!(checked(&ground.told(1)[0][0], &ground.keys(), "billing", Duration::ZERO).is_ok());
    assert_eq!(ground.keys().document(), before);
}
