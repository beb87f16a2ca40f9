//! Any octets as `Cache-Control`: read the same however it is cut into lines, and what forbids is never lost by what stands behind it.

#![no_main]

use cache::directives::{AnswerDirectives, CallerDirectives};
use wire::Fields;

fn read(lines: &[&[u8]]) -> Option<(AnswerDirectives, CallerDirectives)> {
    let mut fields = Fields::new();
    for line in lines {
        fields.push(b"cache-control", line).ok()?;
    }
    Some((AnswerDirectives::read(&fields), CallerDirectives::read(&fields)))
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((answer, caller)) = read(&[input]) else { return };
    // A line of its own changes nothing of what the others say.
    let (forbidden, asked) = read(&[input, b"no-store, private"]).expect("both are values");
    assert!(forbidden.no_store && forbidden.private && asked.no_store);
    assert_eq!((forbidden.max_age, forbidden.malformed), (answer.max_age, answer.malformed));
    assert_eq!(asked.only_if_cached, caller.only_if_cached);
    // Nothing makes an age larger.
    let (shorter, _) = read(&[input, b"max-age=5"]).expect("both are values");
    assert!(shorter.max_age.is_some_and(|age| age <= 5));
});
