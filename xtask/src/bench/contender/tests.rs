//! The committed configuration files.

use std::path::Path;

use clap::ValueEnum as _;

use super::{Contender, said};
use crate::bench::ground::Ground;
use crate::bench::setup::{Setup, Variant};

#[test]
fn every_place_of_every_file_is_filled_in() {
    for contender in Contender::value_variants() {
        for (setup, logged) in
            [(Setup::Plain, false), (Setup::Plain, true), (Setup::Routes, false), (Setup::Grpc, false)]
        {
            for (template, _) in contender.files() {
                let text = std::fs::read_to_string(crate::repository::root().join(template)).unwrap();
                let filled = contender.fill(&Ground::somewhere(), &text, Variant { setup, logged });
                let comments_apart: Vec<&str> = filled.lines().filter(|line| !line.starts_with('#')).collect();
                assert!(!comments_apart.concat().contains("{{"), "{template}");
            }
        }
    }
}

#[test]
fn a_program_is_named_without_the_way_to_it() {
    let folder = std::env::temp_dir().join(format!("vestibule-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let program = folder.join("proxy");
    std::os::unix::fs::symlink("/bin/sh", &program).expect("a link");
    let said_by = said(&program, &["-c", "echo \"$0 version: 1/2\""], |_| true);
    assert_eq!(said_by.expect("its word"), "proxy version: 1/2");
    std::fs::remove_dir_all(&folder).expect("taken away");
    assert_eq!(said(Path::new("echo"), &["a/b"], |_| true).expect("its word"), "a/b");
}
