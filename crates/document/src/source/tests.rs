//! Places in a text: lines and columns as people count them.

use proptest::prelude::*;

use super::{Source, Sources, Span};

#[test]
fn columns_count_characters_and_lines_begin_after_breaks() {
    let source = Source::new("a.yaml", "a: é\r\nüb: c\n");
    let place = |start, end| source.place(Span::new(start, end));
    assert_eq!((place(0, 1).line, place(0, 1).column, place(0, 1).length), (1, 1, 1));
    assert_eq!((place(3, 5).line, place(3, 5).column, place(3, 5).length), (1, 4, 1));
    assert_eq!((place(7, 10).line, place(7, 10).column, place(7, 10).length), (2, 1, 2));
    // Beyond the end, and within a character.
    assert_eq!(place(99, 120).line, 3);
    assert_eq!(place(4, 5).column, 4);
}

proptest! {
    #[test]
    fn counting_by_strides_is_counting(text in "(é|a|\n|漢){0,3000}", at in any::<prop::sample::Index>()) {
        let source = Source::new("a.yaml", text.as_str());
        let offset = source.first_line(Span::new(at.index(text.len() + 1), usize::MAX)).start();
        let before = text.split_at(offset).0;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        let place = source.place(Span::new(offset, offset));
        prop_assert_eq!((place.line, place.column), (before.matches('\n').count() + 1, column));
    }
}

#[test]
fn a_span_knows_its_file() {
    let mut sources = Sources::new(Source::new("a.yaml", "a: b\n"));
    let other = sources.add("c.yaml", "\nc: d\n").expect("room for it");
    let span = sources.get(other).span(1, 2);
    assert_eq!(sources.place(span).to_string(), "c.yaml:2:1");
    assert_eq!(sources.place(Span::new(1, 2)).to_string(), "a.yaml:1:2");
    assert_eq!(sources.of(span).words(span), "c");
}
