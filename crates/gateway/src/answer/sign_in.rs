//! Where a browser goes that visits a page without being signed in: to sign in, and back.
//!
//! Only a visit to a page is led anywhere. A script that fetches something is told what is wrong and decides itself.

use data_encoding::HEXUPPER as HEX;
use model::{Code, Problem};
use wire::ResponseHead;

use super::say;
use crate::record::Record;
use crate::request::Request;

/// Makes a browser forget its session, which is none any more.
pub(super) const NO_SESSION: &[u8] = b"__Host-vestibule-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0";

/// Turns the refusal of a visit to a page into a way on, where there is one: to sign in where that would help, and
/// else, where only a dead session was in the way, to the same page without it.
pub(super) fn leads_to(request: &Request<'_>, record: &Record<'_>, problem: &Problem, head: &mut ResponseHead) -> bool {
    let ended = problem.challenge.as_ref().is_some_and(|told| told.ends_session);
    let lacks_person = ended || matches!(problem.code, Code::CredentialRequired | Code::SignInTooOld);
    if !lacks_person || !auth::is_page_visit(request.head) {
        return false;
    }
    let here = request.head.path_and_query();
    let sign_in = record.operation_settings().and_then(|operation| operation.sign_in.as_deref());
    let location = match sign_in {
        Some(sign_in) => {
            // Where a sign-in is only too old, whoever is still signed in has to be asked again.
            let age = problem.challenge.as_ref().and_then(|told| told.max_age_seconds);
            let age = age.map(|seconds| format!("&max_age={seconds}")).unwrap_or_default();
            format!("{sign_in}{age}&return_to={}", escaped(here))
        }
        // It may well be public: the next answer will say.
        None if ended && !here.starts_with("//") => here.to_owned(),
        None => return false,
    };
    let mut led = ResponseHead::new();
    led.make(303);
    for field in head.fields().iter().filter(|field| matches!(field.name, "set-cookie" | "cache-control")) {
        say(&mut led, field.name, field.value);
    }
    say(&mut led, "location", location.as_bytes());
    std::mem::swap(head, &mut led);
    true
}

/// A text as the value of a parameter (RFC 3986 §2.3: all but what needs no escape).
fn escaped(text: &str) -> String {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~' | b'/');
    let mut escaped = String::with_capacity(text.len() + 16);
    for octet in text.bytes() {
        if plain(octet) {
            escaped.push(char::from(octet));
        } else {
            escaped.push('%');
            escaped.push_str(&HEX.encode(&[octet]));
        }
    }
    escaped
}
