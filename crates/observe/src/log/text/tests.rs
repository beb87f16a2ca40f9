//! The readable form of a line.

use model::{Caller, Outcome};

use crate::record::Record;
use crate::settings::{LogFormat, LogSettings};
use crate::specimen::{answered, door, failed, laptop};

fn line(record: &Record<'_>, colour: bool) -> String {
    let mut out = Vec::new();
    super::super::Clerk::new(LogSettings { format: LogFormat::Text, colour }).write(record, &mut out);
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn lines_stand_in_columns() {
    let (door, laptop) = (door(), laptop());
    let plain = line(&answered(&door, &Caller::Anonymous), false);
    assert_eq!(
        plain,
        "14:02:11.402 client  200 GET    shop.localhost/api/products              anonymous                1.8ms"
    );
    let problem = line(&failed(&door, &laptop), false);
    assert!(problem.starts_with(
        "14:02:11.402 client  504 GET    shop.localhost/api/products?…            key:laptop               1.8ms  \
         upstream-timeout at forward: no answer within 10 s  01"
    ));
    let gone = Record { status: 0, outcome: Outcome::Abandoned, ..answered(&door, &laptop) };
    let gone = line(&gone, false);
    assert!(gone.contains(" --- GET ") && gone.ends_with("1.8ms  abandoned"), "{gone}");
}

#[test]
fn a_request_without_a_readable_head_shows_where_it_came_from() {
    let door = door();
    let record = Record { method: "", host: "", path: "", status: 400, ..answered(&door, &Caller::Anonymous) };
    let record = Record { outcome: Outcome::Refused(model::Code::MalformedRequest), ..record };
    assert!(line(&record, false).contains(" 203.0.113.9 "), "{}", line(&record, false));
}

#[test]
fn colour_is_the_only_control_and_only_where_wanted() {
    let hostile = "/\x1b]0;owned\x07\r\n\u{9b}2J\u{202e}";
    let (door, laptop) = (door(), laptop());
    let record = Record { path: hostile, host: hostile, method: hostile, detail: hostile, ..failed(&door, &laptop) };
    let plain = line(&record, false);
    assert!(!plain.contains(|character: char| character.is_control() || character == '\u{202e}'), "{plain:?}");
    let coloured = line(&record, true);
    assert_eq!(coloured.matches('\x1b').count(), 8);
    let stripped = ["\x1b[2m", "\x1b[0m", "\x1b[31m"].iter().fold(coloured, |text, code| text.replace(code, ""));
    assert_eq!(stripped, plain);
}
