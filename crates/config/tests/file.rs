//! Any text as a configuration, and good files that were damaged.

#[cfg(test)]
#[path = "file/invariants.rs"]
mod invariants;

use proptest::prelude::*;

const GOOD: &[&str] = &[
    include_str!("../src/load/good/ten-lines.yaml"),
    include_str!("../src/load/good/shop.yaml"),
    include_str!("../src/load/good/references.yaml"),
    SMALL,
];

/// Loads as it stands, without any file beside it.
const SMALL: &str = "\
vestibule: 1
doors:
  client: { listen: '${env:NAME}:8443', hosts: [shop.test, '*.shop.test'], deadline: 5s }
  page: { kind: client, listen: 10.0.0.5:80, tls: none, networks: balancers, loosen: { plaintext: the balancer ends TLS } }
networks: { balancers: 10.0.9.0/28 }
services:
  notes: { urls: [http://127.0.0.1:3000, http://notes.internal], idle: 30s }
keys:
  laptop:
    kind: restricted
    hash: sha256:AAAAAAAAAA:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
    apis: [notes]
    scopes: notes.write
apis:
  notes:
    door: client
    host: shop.test
    path: /notes
    service: notes
    callers: { keys: restricted }
    operations:
      list: GET /
      read: { route: 'GET /{id}', public: true }
      write: { route: 'PUT /{id}', scopes: notes.write, body: 64KiB }
      rest: ANY /**
  page: { door: page, service: notes, public: true, operations: { all: GET /** } }
";

#[test]
fn the_small_file_loads() {
    match invariants::loaded(SMALL) {
        Ok(loaded) => assert_eq!(loaded.report.summary.operations, 5),
        Err(refused) => panic!("{}", refused.faults.render(false)),
    }
    invariants::any_file(SMALL.as_bytes());
}

/// What a slip of the hand, or malice, puts into a file.
fn damage() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        " ",
        "\n",
        "\n  ",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "'",
        "#",
        "&a ",
        "*a",
        "!",
        "|",
        "- ",
        "?",
        "%",
        "\t",
        "\0",
        "é",
        "\u{202e}",
        "${env:NAME}",
        "${env:X}",
        "${file:x}",
        "$${",
        "true",
        "null",
        "callers: {}",
        "public: true",
        "door: server",
        "loosen: { any-network: x }",
        "tls: none",
        "0.0.0.0:443",
        "**",
        "{id}",
        "*.",
        "zebra: 1",
        "---\n",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_damaged_file_is_refused_or_lets_nobody_in(
        file in prop::sample::select(GOOD),
        wounds in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, damage()), 1..4),
    ) {
        let mut text: Vec<char> = file.chars().collect();
        for (at, lost, put) in wounds {
            let at = at.index(text.len().max(1)).min(text.len());
            let end = (at + lost).min(text.len());
            text.splice(at..end, put.chars());
        }
        invariants::any_file(text.iter().collect::<String>().as_bytes());
    }

    #[test]
    fn lines_lost_doubled_or_swapped_let_nobody_in(
        file in prop::sample::select(GOOD),
        one in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        what in 0..3,
    ) {
        let mut lines: Vec<_> = file.lines().collect();
        let (one, other) = (one.index(lines.len()), other.index(lines.len()));
        match what {
            0 => drop(lines.remove(one)),
            1 => lines.insert(other, lines[one]),
            _ => lines.swap(one, other),
        }
        invariants::any_file(lines.join("\n").as_bytes());
    }

    #[test]
    fn any_text_is_refused_in_order(text in "(?s)vestibule: 1\\n.{0,200}|(?s).{0,200}") {
        invariants::any_file(text.as_bytes());
    }
}
