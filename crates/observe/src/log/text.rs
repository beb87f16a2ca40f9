//! One line of the access log for a person at a terminal: columns, and colour where it is wanted.
//!
//! ```text
//! 14:02:11.402 client  200 GET    shop.localhost/api/products?…        anonymous         1.8ms
//! 14:02:12.017 server  403 POST   payments.internal/refunds            workload:shop     0.3ms  not-allowed at policy: …
//! ```

use std::io::Write;
use std::time::Duration;

use model::Caller;

use super::escape;
use super::stamp::Text;
use crate::record::{Record, outcome_word};

const PLACE_WIDTH: usize = 40;
const CALLER_WIDTH: usize = 20;
/// Longest text taken over of one part, in bytes: what is longer is for the JSON form.
const PART: usize = 512;

const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

pub(super) fn write(record: &Record<'_>, time: &Text, colour: bool, out: &mut Vec<u8>) {
    let paint = |code: &str, out: &mut Vec<u8>| {
        if colour {
            out.extend_from_slice(code.as_bytes());
        }
    };
    let tone = tone(record.status);
    paint(DIM, out);
    out.extend_from_slice(time.get(11..23).unwrap_or_default());
    paint(PLAIN, out);
    out.push(b' ');
    padded(7, out, |out| escape::plain(&record.door.name, PART, out));
    paint(tone, out);
    let _ = match record.status {
        0 => write!(out, "---"),
        status => write!(out, "{status}"),
    };
    paint(PLAIN, out);
    out.push(b' ');
    padded(6, out, |out| escape::plain(record.method, PART, out));
    padded(PLACE_WIDTH, out, |out| place(record, out));
    padded(CALLER_WIDTH, out, |out| caller(record.caller, out));
    duration(record.duration, out);
    if let Some(problem) = record.problem() {
        out.extend_from_slice(b"  ");
        paint(tone, out);
        out.extend_from_slice(problem.as_str().as_bytes());
        paint(PLAIN, out);
        if let Some(stage) = record.stage {
            let _ = write!(out, " at {}", stage.as_str());
        }
        if !record.detail.is_empty() {
            out.extend_from_slice(b": ");
            escape::plain(record.detail, PART, out);
        }
        paint(DIM, out);
        let _ = write!(out, "  {}", record.id);
        paint(PLAIN, out);
    } else if record.outcome != model::Outcome::Answered {
        let _ = write!(out, "  {}", outcome_word(record.outcome));
    }
}

const fn tone(status: u16) -> &'static str {
    match status {
        100..=299 => "\x1b[32m",
        300..=399 => "\x1b[36m",
        400..=499 => "\x1b[33m",
        500..=599 => "\x1b[31m",
        _ => "\x1b[35m",
    }
}

fn place(record: &Record<'_>, out: &mut Vec<u8>) {
    if record.host.is_empty() && record.path.is_empty() {
        super::json::address(record.address.ip(), out);
        return;
    }
    escape::plain(record.host, PART, out);
    escape::plain(record.path, PART, out);
    if record.has_query {
        out.extend_from_slice("?…".as_bytes());
    }
}

fn caller(caller: &Caller, out: &mut Vec<u8>) {
    out.extend_from_slice(caller.kind().as_bytes());
    if !caller.name().is_empty() {
        out.push(b':');
        escape::plain(caller.name(), PART, out);
    }
}

/// Writes and fills up with spaces to `width` characters, and one more in any case.
fn padded(width: usize, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    write(out);
    let written = out.get(start..).map_or(0, |bytes| bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count());
    out.resize(out.len() + width.saturating_sub(written) + 1, b' ');
}

fn duration(duration: Duration, out: &mut Vec<u8>) {
    let seconds = duration.as_secs_f64();
    let _ = if seconds < 1.0 { write!(out, "{:>7.1}ms", seconds * 1_000.0) } else { write!(out, "{seconds:>8.1}s") };
}

#[cfg(test)]
mod tests;
