//! How faults are shown where there is much or nothing to show.

use super::{Collector, FAULTS_AT_MOST, Fault, FaultCode, Faults};
use crate::source::{Source, Sources, Span};

fn one(text: &str, fault: Fault) -> String {
    Faults::new(Source::new("a.yaml", text), vec![fault], 0).render(false)
}

#[test]
fn a_fault_stands_under_its_words() {
    let fault = Fault::new(FaultCode::UnknownKey, Span::new(10, 11), "`b` is not a key").label("did you mean `c`?");
    let shown =
        "error[unknown-key]: `b` is not a key\n --> a.yaml:2:5\n  |\n2 |   é b: 1\n  |     ^ did you mean `c`?\n";
    assert_eq!(one("a: 1\n  é b: 1\nc: 2\n", fault), shown);
}

#[test]
fn a_fault_in_a_line_too_long_to_show_has_its_place() {
    let text = format!("a: 1\nb: [{}x]\n", "y, ".repeat(10_000));
    let at = text.len() - 3;
    let fault =
        Fault::new(FaultCode::BadValue, Span::new(at, at + 1), "wrong").label("write y").related(Span::new(0, 1), "a");
    let shown = one(&text, fault);
    assert!(shown.contains(&format!("a.yaml:2:{}", at - 4)), "{shown}");
    assert!(shown.contains("write y") && shown.contains("a: a.yaml:1:1"), "{shown}");
    assert!(shown.len() < 1_000);
}

#[test]
fn what_belongs_to_a_fault_and_is_far_away_is_told_with_its_place() {
    let text = format!("a: 1\n{}a: 2\n", "# nothing\n".repeat(5_000));
    let at = text.len() - 5;
    let fault = Fault::new(FaultCode::DuplicateKey, Span::new(at, at + 1), "`a` stands twice")
        .related(Span::new(0, 1), "first here");
    assert!(one(&text, fault).contains("first here: a.yaml:1:1"));
}

#[test]
fn faults_beyond_the_bound_are_counted() {
    let mut collector = Collector::default();
    for at in 0..FAULTS_AT_MOST + 5 {
        collector.push(Fault::new(FaultCode::BadValue, Span::new(at, at + 1), "wrong"));
        collector.push(Fault::new(FaultCode::BadValue, Span::new(0, 1), "wrong"));
    }
    let faults = collector.finish(Source::new("a.yaml", "x".repeat(300)), |_| String::new());
    assert_eq!(faults.iter().count(), FAULTS_AT_MOST);
    assert!(faults.errors() > FAULTS_AT_MOST);
    assert!(faults.render(false).contains(" more\n"));
}

#[test]
fn a_fault_of_the_whole_file_has_no_place() {
    let fault = Fault::of_file(FaultCode::UnreadableFile, "`a.yaml` cannot be read").help("write one");
    assert_eq!(one("", fault), "error[unreadable-file]: `a.yaml` cannot be read\n |\n = help: write one\n");
}

#[test]
fn what_belongs_to_a_fault_and_stands_in_another_file_is_told_with_its_place() {
    let mut sources = Sources::new(Source::new("a.yaml", "a: 1\n"));
    let other = sources.add("c.yaml", "b: 2\n").expect("room for it");
    let fault = Fault::new(FaultCode::RouteConflict, sources.get(other).span(0, 1), "`b` again")
        .related(Span::new(0, 1), "first here");
    let shown = Faults::new(sources, vec![fault], 0).render(false);
    assert!(shown.contains("c.yaml:1:1") && shown.contains("1 | b: 2"), "{shown}");
    assert!(shown.contains("first here: a.yaml:1:1") && !shown.contains("a: 1"), "{shown}");
}

#[test]
fn an_excerpt_moves_no_terminal() {
    let text = "name: \u{1b}[31mred\u{9b}2J\u{85}\n";
    let source = Source::new("file", text);
    let shown = one(text, Fault::new(FaultCode::NotText, source.span(0, 4), "hidden"));
    assert!(!shown.contains(|character: char| character.is_control() && character != '\n'), "{shown:?}");
    assert!(shown.contains("red\u{b7}2J\u{b7}"), "{shown}");
}
