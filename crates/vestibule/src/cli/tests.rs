//! The words of the command line hold together.

use std::time::Duration;

use clap::{CommandFactory as _, Parser as _};

use super::time::duration;
use super::*;

#[test]
fn the_definitions_are_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn a_duration_has_a_unit() {
    assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
    assert_eq!(duration("2min"), Ok(Duration::from_secs(120)));
    for wrong in ["10", "", "s", "10 s", "-1s", "10m", "99999999999999999h"] {
        assert!(duration(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn flags_of_every_command_may_stand_after_the_command() {
    let arguments = Arguments::try_parse_from(["vestibule", "check", "--json", "-c", "a.yaml"]).expect("arguments");
    assert!(arguments.every.json);
    assert_eq!(arguments.every.config.as_deref(), Some(std::path::Path::new("a.yaml")));
}

#[test]
fn every_command_is_named_as_it_is_typed() {
    let typed = [
        &["demo"][..],
        &["init"],
        &["check"],
        &["diff", "a.yaml", "b.yaml"],
        &["explain", "GET", "https://localhost/"],
        &["run"],
        &["status"],
        &["reload"],
        &["upgrade"],
        &["routes"],
        &["loosenings"],
        &["show"],
        &["keys", "create", "a", "--api", "b"],
        &["keys", "list"],
        &["keys", "show", "a"],
        &["keys", "update", "a"],
        &["keys", "rotate", "a", "--overlap", "30d"],
        &["keys", "revoke", "a"],
        &["keys", "delete", "a"],
        &["keys", "scan", "."],
        &["users", "list"],
        &["users", "show", "a@b.example"],
        &["users", "create", "a@b.example"],
        &["users", "invite", "a@b.example"],
        &["users", "update", "a@b.example"],
        &["users", "reset", "a@b.example"],
        &["users", "lock", "a@b.example"],
        &["users", "unlock", "a@b.example"],
        &["users", "end-sessions", "a@b.example"],
        &["users", "export", "a@b.example"],
        &["users", "delete", "a@b.example"],
        &["apps", "list"],
        &["apps", "show", "a"],
        &["apps", "create", "a", "--type", "native"],
        &["apps", "update", "a"],
        &["apps", "rotate-secret", "a", "--overlap", "30d"],
        &["apps", "delete", "a"],
        &["sessions", "list"],
        &["sessions", "end", "--all"],
        &["tokens", "show"],
        &["tokens", "revoke", "--id", "a"],
        &["schema"],
        &["help"],
    ];
    for words in typed {
        let arguments = Arguments::try_parse_from([&["vestibule"], words].concat()).expect("arguments");
        let name = arguments.command.expect("a command").name();
        assert!(words.join(" ").starts_with(name), "{words:?} is called {name}");
    }
}

/// Every command with its words, `keys create` rather than `keys`.
fn commands(command: &clap::Command, words: &str) -> Vec<(String, clap::Command)> {
    let below: Vec<_> = command.get_subcommands().collect();
    if below.is_empty() {
        return vec![(words.to_owned(), command.clone())];
    }
    below.iter().flat_map(|each| commands(each, format!("{words} {}", each.get_name()).trim())).collect()
}

#[test]
fn the_reference_has_every_command_and_every_flag() {
    let page = include_str!("../../../../docs/reference/command-line.md");
    let root = Arguments::command();
    for flag in root.get_arguments().filter_map(clap::Arg::get_long) {
        assert!(page.contains(&format!("| `--{flag}` |")), "--{flag} of every command");
    }
    for (words, command) in commands(&root, "") {
        assert!(page.contains(&format!("| `vestibule {words}` |")), "{words}");
        for flag in command.get_arguments().filter_map(clap::Arg::get_long).filter(|flag| *flag != "help") {
            let row = page
                .lines()
                .any(|line| line.starts_with(&format!("| `{words}` |")) && line.contains(&format!("`--{flag}`")));
            assert!(row, "--{flag} of {words}");
        }
    }
}
