//! One line of the access log as a JSON object; `docs/reference/access-log.md` says what each field means.

use std::io::Write;
use std::net::IpAddr;
use std::time::Duration;

use model::{Caller, OWN_ISSUER};

use super::escape;
use super::stamp::Text;
use crate::record::{Record, outcome_word};

/// Longest text taken over, in bytes, of a method, a name, a host, a path and a detail.
const METHOD: usize = 32;
const NAME: usize = 256;
const HOST: usize = 256;
const PATH: usize = 2_048;
const DETAIL: usize = 1_024;

/// Every field of a line, in this order; those that do not apply are left out.
#[cfg(test)]
pub(super) const FIELDS: &[&str] = &[
    "time",
    "id",
    "trace_id",
    "span_id",
    "door",
    "client.address",
    "client.port",
    "protocol",
    "method",
    "host",
    "path",
    "query",
    "api",
    "operation",
    "caller",
    "status",
    "outcome",
    "problem",
    "detail",
    "stage",
    "bytes_in",
    "bytes_out",
    "duration_ms",
    "upstream_ms",
    "retries",
    "cache",
];

pub(super) fn write(record: &Record<'_>, time: &Text, out: &mut Vec<u8>) {
    ids(record, time, out);
    text(b",\"door\":", &record.door.name, NAME, out);
    out.extend_from_slice(b",\"client.address\":\"");
    address(record.address.ip(), out);
    out.push(b'"');
    number(b",\"client.port\":", record.address.port(), out);
    request(record, out);
    caller(record, out);
    outcome(record, out);
    number(b",\"bytes_in\":", record.bytes_in, out);
    number(b",\"bytes_out\":", record.bytes_out, out);
    milliseconds(b",\"duration_ms\":", record.duration, out);
    if let Some(upstream) = record.upstream {
        milliseconds(b",\"upstream_ms\":", upstream, out);
    }
    if record.retries > 0 {
        number(b",\"retries\":", record.retries, out);
    }
    if let Some(cache) = record.cache {
        text(b",\"cache\":", cache.as_str(), NAME, out);
    }
    out.push(b'}');
}

fn ids(record: &Record<'_>, time: &Text, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"time\":\"");
    out.extend_from_slice(time);
    out.extend_from_slice(b"\",\"id\":\"");
    out.extend_from_slice(&record.id.to_ascii());
    out.push(b'"');
    if let Some(trace) = record.trace {
        hexadecimal(b",\"trace_id\":\"", &trace.0, out);
    }
    if let Some(span) = record.span {
        hexadecimal(b",\"span_id\":\"", &span.0, out);
    }
}

fn request(record: &Record<'_>, out: &mut Vec<u8>) {
    text(b",\"protocol\":", record.protocol, NAME, out);
    text(b",\"method\":", record.method, METHOD, out);
    text(b",\"host\":", record.host, HOST, out);
    text(b",\"path\":", record.path, PATH, out);
    if record.has_query {
        out.extend_from_slice(b",\"query\":\"masked\"");
    }
    if let Some(operation) = record.operation {
        text(b",\"api\":", operation.api, NAME, out);
        text(b",\"operation\":", operation.operation, NAME, out);
    }
}

fn caller(record: &Record<'_>, out: &mut Vec<u8>) {
    text(b",\"caller\":{\"kind\":", record.caller.kind(), NAME, out);
    if !record.caller.name().is_empty() {
        text(b",\"name\":", record.caller.name(), NAME, out);
    }
    let (issuer, app) = match record.caller {
        Caller::User(user) => (&*user.issuer, &*user.app),
        Caller::App(app) => (&*app.issuer, ""),
        Caller::Anonymous | Caller::Key(_) | Caller::Workload(_) => ("", ""),
    };
    if !app.is_empty() {
        text(b",\"app\":", app, NAME, out);
    }
    if !issuer.is_empty() && issuer != OWN_ISSUER {
        text(b",\"issuer\":", issuer, NAME, out);
    }
    out.push(b'}');
}

fn outcome(record: &Record<'_>, out: &mut Vec<u8>) {
    if record.status != 0 {
        number(b",\"status\":", record.status, out);
    }
    text(b",\"outcome\":", outcome_word(record.outcome), NAME, out);
    if let Some(problem) = record.problem() {
        text(b",\"problem\":", problem.as_str(), NAME, out);
    }
    if !record.detail.is_empty() {
        text(b",\"detail\":", record.detail, DETAIL, out);
    }
    if let Some(stage) = record.stage {
        text(b",\"stage\":", stage.as_str(), NAME, out);
    }
}

fn text(key: &[u8], value: &str, limit: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    escape::json(value, limit, out);
}

fn number(key: &[u8], value: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

fn hexadecimal(key: &[u8], bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    out.extend_from_slice(key);
    for byte in bytes {
        let digits = [byte >> 4, byte & 15].map(|digit| DIGITS.get(usize::from(digit)).copied().unwrap_or(b'0'));
        out.extend_from_slice(&digits);
    }
    out.push(b'"');
}

fn milliseconds(key: &[u8], duration: Duration, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    let micros = duration.as_micros();
    out.extend_from_slice(itoa::Buffer::new().format(micros / 1_000).as_bytes());
    let rest = u32::try_from(micros % 1_000).unwrap_or(0);
    out.push(b'.');
    for digit in [rest / 100, rest / 10 % 10, rest % 10] {
        out.push(b'0' + u8::try_from(digit).unwrap_or(0));
    }
}

/// IPv4 by hand, because most are and the formatter of the standard library costs as much as the rest of the line.
pub(super) fn address(address: IpAddr, out: &mut Vec<u8>) {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            for (index, octet) in address.octets().into_iter().enumerate() {
                if index > 0 {
                    out.push(b'.');
                }
                out.extend_from_slice(itoa::Buffer::new().format(octet).as_bytes());
            }
        }
        IpAddr::V6(address) => {
            let _ = write!(out, "{address}");
        }
    }
}

#[cfg(test)]
mod tests;
