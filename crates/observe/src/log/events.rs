//! Lines for what is not a request: events, and the gap that dropped lines leave.

use std::io::Write;
use std::net::IpAddr;
use std::time::SystemTime;

use model::Event;

use super::escape;
use super::stamp::Stamp;
use crate::record::outcome_word;
use crate::settings::LogFormat;

/// Longest text taken over, in bytes.
const LIMIT: usize = 1_024;

/// A field of an event's line.
enum Value<'a> {
    Text(&'a str),
    Number(u64),
    Address(IpAddr),
    Time(SystemTime),
}

/// Appends the line of an event, with its end.
pub(super) fn write(event: &Event, format: LogFormat, stamp: &mut Stamp, out: &mut Vec<u8>) {
    use Value::{Address, Number, Text, Time};
    match event {
        Event::Request { at, door, decision } => {
            let request = decision.request.to_string();
            let fields = [
                ("id", Text(&request)),
                ("door", Text(&door.name)),
                ("client.address", Address(decision.address)),
                ("operation", Text(decision.operation.as_deref().unwrap_or_default())),
                ("caller", Text(decision.caller.as_ref().map_or("", |caller| caller.name()))),
                ("stage", Text(decision.stage.as_str())),
                ("outcome", Text(outcome_word(decision.outcome))),
            ];
            line("decided", *at, &fields, format, stamp, out);
        }
        Event::HandshakeRefused { at, door, address, why } => {
            let fields = [("door", Text(&door.name)), ("client.address", Address(*address)), ("why", Text(why))];
            line("handshake-refused", *at, &fields, format, stamp, out);
        }
        Event::ConnectionRefused { at, door, address, bound } => {
            let fields = [("door", Text(&door.name)), ("client.address", Address(*address)), ("bound", Text(bound))];
            line("connection-refused", *at, &fields, format, stamp, out);
        }
        Event::ConfigurationLoaded { at, hash } => {
            line("configuration-loaded", *at, &[("hash", Text(hash))], format, stamp, out);
        }
        Event::ConfigurationRefused { at, faults } => {
            let faults = u64::try_from(*faults).unwrap_or(u64::MAX);
            line("configuration-refused", *at, &[("faults", Number(faults))], format, stamp, out);
        }
        Event::ReplicaOut { at, service, replica, why } => {
            let fields = [("service", Text(service)), ("replica", Text(replica)), ("why", Text(why))];
            line("replica-out", *at, &fields, format, stamp, out);
        }
        Event::ReplicaBack { at, service, replica } => {
            line("replica-back", *at, &[("service", Text(service)), ("replica", Text(replica))], format, stamp, out);
        }
        Event::Breaker { at, service, state } => {
            line("breaker", *at, &[("service", Text(service)), ("state", Text(state))], format, stamp, out);
        }
        Event::CertificateIssued { at, door, name, until } => {
            let fields = [("door", Text(&door.name)), ("name", Text(name)), ("until", Time(*until))];
            line("certificate-issued", *at, &fields, format, stamp, out);
        }
        Event::CertificateEnding { at, door, name, until } => {
            let fields = [("door", Text(&door.name)), ("name", Text(name)), ("until", Time(*until))];
            line("certificate-ending", *at, &fields, format, stamp, out);
        }
        Event::CertificateFailed { at, door, name, why } => {
            let fields = [("door", Text(&door.name)), ("name", Text(name)), ("why", Text(why))];
            line("certificate-failed", *at, &fields, format, stamp, out);
        }
        Event::Panicked { at, request } => {
            line("panicked", *at, &[("id", Text(&request.to_string()))], format, stamp, out);
        }
    }
}

/// Appends the line that owns up to lines lost.
pub(super) fn write_gap(lines: u64, at: SystemTime, format: LogFormat, stamp: &mut Stamp, out: &mut Vec<u8>) {
    line("log-lines-dropped", at, &[("lines", Value::Number(lines))], format, stamp, out);
}

fn line(
    event: &str,
    at: SystemTime,
    fields: &[(&str, Value<'_>)],
    format: LogFormat,
    stamp: &mut Stamp,
    out: &mut Vec<u8>,
) {
    let time = stamp.at(at);
    match format {
        LogFormat::Json => {
            out.extend_from_slice(b"{\"time\":\"");
            out.extend_from_slice(&time);
            let _ = write!(out, "\",\"event\":\"{event}\"");
            for (name, value) in fields {
                json_field(name, value, out);
            }
            out.extend_from_slice(b"}\n");
        }
        LogFormat::Text => {
            out.extend_from_slice(time.get(11..23).unwrap_or_default());
            let _ = write!(out, " * {event}");
            for (name, value) in fields {
                text_field(name, value, out);
            }
            out.push(b'\n');
        }
        LogFormat::Off => {}
    }
}

fn json_field(name: &str, value: &Value<'_>, out: &mut Vec<u8>) {
    let _ = match value {
        Value::Text("") => return,
        Value::Text(text) => {
            let _ = write!(out, ",\"{name}\":");
            escape::json(text, LIMIT, out);
            return;
        }
        Value::Number(number) => write!(out, ",\"{name}\":{number}"),
        Value::Address(address) => write!(out, ",\"{name}\":\"{address}\""),
        Value::Time(time) => write!(out, ",\"{name}\":\"{}\"", moment(*time)),
    };
}

fn text_field(name: &str, value: &Value<'_>, out: &mut Vec<u8>) {
    let _ = match value {
        Value::Text("") => return,
        Value::Text(text) => {
            let _ = write!(out, " {name}=");
            escape::plain(text, LIMIT, out);
            return;
        }
        Value::Number(number) => write!(out, " {name}={number}"),
        Value::Address(address) => write!(out, " {name}={address}"),
        Value::Time(time) => write!(out, " {name}={}", moment(*time)),
    };
}

/// A moment that is not the line's own, so that the stamp of the line is left alone.
fn moment(time: SystemTime) -> String {
    String::from_utf8_lossy(&Stamp::default().at(time)).into_owned()
}

#[cfg(test)]
mod tests;
