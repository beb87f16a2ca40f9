//! The committed configuration files.

use clap::ValueEnum as _;

use super::Contender;
use crate::bench::ground::Ground;

#[test]
fn every_place_of_every_file_is_filled_in() {
    for contender in Contender::value_variants() {
        for logged in [false, true] {
            for (template, _) in contender.files() {
                let text = std::fs::read_to_string(crate::repository::root().join(template)).unwrap();
                let filled = contender.fill(&Ground::somewhere(), &text, logged);
                let comments_apart: Vec<&str> = filled.lines().filter(|line| !line.starts_with('#')).collect();
                assert!(!comments_apart.concat().contains("{{"), "{template}");
            }
        }
    }
}
