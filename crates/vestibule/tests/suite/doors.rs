//! The two doors: each cell of the mission's table, and what each door takes from whom.
//!
//! `cells` has one test for each cell of the table (six rows at two doors), for
//! the part of it that is built; [`WAITING`] lists what is not, and
//! `docs/features.md` must say the same. The other modules go round the edges:
//! credentials, certificates, names, addresses, and the fields that a service
//! or a caller gets to see.

mod addresses;
mod another_tls;
mod cells;
mod certificates;
mod credentials;
mod fields;
mod names;
mod trusted_fields;

/// What of the table waits for later issues: door, cell, behaviour.
const WAITING: &[(&str, &str, &str)] = &[
    ("client", "purpose", "request and response trimmed to the published contract"),
    ("client", "security", "rate limits per user, key and address"),
    ("client", "security", "input validation"),
    ("client", "latency", "kept fast first when the machine is overloaded"),
    ("server", "who starts the call", "signed request"),
    ("server", "purpose", "operations and queues"),
    ("server", "purpose", "webhooks, in and out"),
    ("server", "purpose", "feeds"),
    ("server", "communication", "asynchronous: non-blocking, durable, at-least-once"),
    ("server", "latency", "slowed first under overload"),
];

/// One row of the tables of the two doors in `docs/features.md`.
struct Row {
    door: &'static str,
    cell: String,
    behaviour: String,
    state: String,
    tests: String,
}

fn rows() -> Vec<Row> {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/features.md");
    let page = std::fs::read_to_string(page).expect("docs/features.md");
    let mut door = None;
    let mut rows = Vec::new();
    for line in page.lines() {
        door = match line {
            "### Client door" => Some("client"),
            "### Server door" => Some("server"),
            _ if line.starts_with("## ") => None,
            _ => door,
        };
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if let (Some(door), [cell, behaviour, state, tests]) = (door, cells.as_slice())
            && !matches!(*cell, "cell" | "---")
        {
            let [cell, behaviour, state, tests] = [cell, behaviour, state, tests].map(|text| (*text).to_owned());
            rows.push(Row { door, cell, behaviour, state, tests });
        }
    }
    rows
}

#[test]
fn features_says_which_cells_wait_and_names_a_test_for_every_other() {
    let rows = rows();
    let waiting: Vec<_> = rows
        .iter()
        .filter(|row| row.state == "not yet")
        .map(|row| (row.door, row.cell.as_str(), row.behaviour.as_str()))
        .collect();
    assert_eq!(waiting, WAITING);
    for row in rows.iter().filter(|row| row.state != "not yet") {
        assert!(row.tests.contains("::"), "{} door, {}: no test in {}", row.door, row.cell, row.tests);
    }
}

#[test]
fn every_cell_of_the_table_is_in_features() {
    let rows = rows();
    for door in ["client", "server"] {
        for cell in ["who starts the call", "purpose", "security", "visibility", "communication", "latency"] {
            let test = format!("`doors::{door}_door_{}_", cell.replace(' ', "_"));
            let here = |row: &Row| row.door == door && row.cell == cell && row.state != "not yet";
            assert!(rows.iter().any(|row| here(row) && row.tests.contains(&test)), "{door} {cell}: no test {test}…");
        }
    }
}
