//! The committed configuration files.

use clap::ValueEnum as _;

use super::Contender;
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
