//! Whole files: what loads, what is refused, and how it is said.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use super::{Loaded, Refused, load_text};
use crate::{Defaults, Environment};

fn environment() -> Environment {
    // 2026-11-23.
    Environment::new(BTreeMap::new(), UNIX_EPOCH + Duration::from_secs(1_795_392_000))
}

fn loaded(text: &str) -> Result<Loaded, Box<Refused>> {
    load_text("vestibule.yaml", text, Path::new("/nowhere"), &Defaults::standard(), &environment())
}

const TEN_LINES: &str = "\
vestibule: 1
services:
  notes: { urls: http://127.0.0.1:3000 }
apis:
  notes:
    door: client
    service: notes
    callers: { keys: restricted }
    operations:
      everything: ANY /**
";

#[test]
fn ten_lines_load() {
    match loaded(TEN_LINES) {
        Ok(loaded) => {
            println!("{}\n{}", loaded.hash, loaded.report.show(None).unwrap());
            println!("{:#?}", loaded.report.routes);
            println!("{}", loaded.warnings.render(false));
        }
        Err(refused) => panic!("{}", refused.faults.render(false)),
    }
}

#[test]
fn bad() {
    let text = "\
vestibule: 1
doors: { client: { listen: 8443, loosen: { plaintxt: x, tls-1.2: old } }, server: { listen: 203.0.113.1:443, networks: [] } }
services:
  notes: { urls: http://127.0.0.1:3000, url: x, balance: ewma }
  notes: { urls: https://example.com/x }
apis:
  notes:
    door: clent
    service: nots
    caller: { keys: restricted }
    deadline: 5
    body: 1MB
    operations:
      everything: any /**
      b: GET /x/{
  orders:
    door: server
    public: yes
    service: notes
    operations: { a: ANY /**, b: ANY /**, c: { route: GET /, callers: { keys: secrt } } }
consumer: {}
";
    match loaded(text) {
        Ok(_) => panic!(),
        Err(refused) => println!("{}{}", refused.faults.render(false), refused.faults.count()),
    }
}
