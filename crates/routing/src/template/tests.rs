//! Which texts are templates.

use super::{Segment, Template, TemplateError};

fn literal(text: &str) -> Segment {
    Segment::Literal(text.into())
}

#[test]
fn a_template_is_literals_parameters_and_a_rest() {
    let template = Template::parse("/notes/{id}/files/**").expect("template");
    let id = Segment::Parameter("id".into());
    assert_eq!(template.segments(), [literal("notes"), id, literal("files"), Segment::Rest]);
    assert_eq!(template.parameters().collect::<Vec<_>>(), ["id"]);
    assert_eq!(template.to_string(), "/notes/{id}/files/**");
}

#[test]
fn a_trailing_slash_is_an_empty_last_segment() {
    assert_eq!(Template::parse("/").expect("template").segments(), [literal("")]);
    assert_eq!(Template::parse("/notes/").expect("template").segments(), [literal("notes"), literal("")]);
}

#[test]
fn literals_are_kept_decoded() {
    for (text, segment) in [
        ("/caf%C3%A9", "café"),
        ("/café", "café"),
        ("/a%20b", "a b"),
        ("/50%25", "50%"),
        ("/%7Eada", "~ada"),
        ("/a;b=1", "a;b=1"),
        ("/.well-known", ".well-known"),
        ("/...", "..."),
    ] {
        assert_eq!(Template::parse(text).expect(text).segments(), [literal(segment)], "{text}");
    }
}

#[test]
fn what_no_request_could_ask_for_is_refused() {
    let long = format!("/{}", "a".repeat(Template::MAX_BYTES));
    let deep = "/a".repeat(Template::MAX_SEGMENTS + 1);
    let encoding = |segment: &str, source| TemplateError::Encoding { segment: segment.into(), source };
    for (text, error) in [
        ("", TemplateError::Start),
        ("notes", TemplateError::Start),
        (long.as_str(), TemplateError::Long),
        (deep.as_str(), TemplateError::Deep),
        ("//", TemplateError::Empty),
        ("/a//b", TemplateError::Empty),
        ("/a/../b", TemplateError::Dots("..".into())),
        ("/.", TemplateError::Dots(".".into())),
        ("/{id", TemplateError::Braces("{id".into())),
        ("/{id}.json", TemplateError::Braces("{id}.json".into())),
        ("/{a}{b}", TemplateError::Braces("{a}{b}".into())),
        ("/{}", TemplateError::Parameter("".into())),
        ("/{1}", TemplateError::Parameter("1".into())),
        ("/{a b}", TemplateError::Parameter("a b".into())),
        ("/{id:[0-9]+}", TemplateError::Parameter("id:[0-9]+".into())),
        ("/{*rest}", TemplateError::Parameter("*rest".into())),
        ("/{id}/{id}", TemplateError::Repeated("id".into())),
        ("/*", TemplateError::Star("*".into())),
        ("/**/a", TemplateError::Star("**".into())),
        ("/a**", TemplateError::Star("a**".into())),
        ("/a b", TemplateError::Character { character: ' ' }),
        ("/a?b", TemplateError::Character { character: '?' }),
        ("/a#b", TemplateError::Character { character: '#' }),
        ("/a\\b", TemplateError::Character { character: '\\' }),
        ("/a\u{202e}b", TemplateError::Character { character: '\u{202e}' }),
        ("/a%2Fb", encoding("a%2Fb", wire::PathError::EncodedSeparator)),
        ("/%61dmin", encoding("%61dmin", wire::PathError::EncodedUnreserved)),
        ("/%2E%2e", encoding("%2E%2e", wire::PathError::EncodedUnreserved)),
        ("/%", encoding("%", wire::PathError::Encoding)),
        ("/%FF", encoding("%FF", wire::PathError::EncodedUtf8)),
        ("/..;a", encoding("..;a", wire::PathError::DotSegment)),
    ] {
        assert_eq!(Template::parse(text), Err(error), "{text}");
    }
}

#[test]
fn a_refused_character_is_told_what_to_write() {
    let message = |text| Template::parse(text).expect_err(text).to_string();
    assert_eq!(message("/a b"), "` ` cannot stand in a path as it is; write `%20`");
    assert_eq!(message("/a?b"), "`?` cannot stand in a path as it is; a route has no query");
    assert_eq!(message("/{id}.json"), "in `{id}.json` the braces must be around the whole segment, as in `{id}`");
}
