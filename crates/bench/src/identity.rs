//! Callers who are known: how the comparisons come by sessions and tokens, and the loads on a provider of identity.
//!
//! A provider is asked as browsers and applications ask it: forms with their tokens, cookies, redirects, codes. What is
//! had is written into a directory, where `load --fields` and the loads of this room find it.
//!
//! Vocabulary:
//! - **person**: an account, registered by the link that the provider prints, and the browser it was made in;
//! - **family**: the tokens that came of one authorization, of which each refresh token is good for the next;
//! - **proof**: a token by which the holder of a key shows it, once and for one request (RFC 9449).

pub(crate) mod alone;
mod answer;
pub(crate) mod arguments;
mod browser;
mod client;
pub(crate) mod kept;
pub(crate) mod people;
pub(crate) mod proof;
pub(crate) mod refresh;
pub(crate) mod sign_ins;
#[cfg(test)]
mod tests;

/// The application whose tokens are measured, by name and secret; `bench/vestibule.yaml` has the hash of the secret.
const APP: &str = "back";
const SECRET: &str = "bench-secret-bench-secret-bench-secret-bench-secret";
/// Where its codes go. Nobody listens there: the code is read out of the redirect.
const CALLBACK: &str = "https://app.example/callback";
const SCOPE: &str = "bytes.read";
/// What all people of a comparison chose.
const PASSWORD: &str = "umbrella stand by the window 7";

/// `Authorization` of the application (RFC 6749 §2.3.1); neither its name nor its secret needs to be encoded.
fn basic() -> String {
    format!("Basic {}", data_encoding::BASE64.encode(format!("{APP}:{SECRET}").as_bytes()))
}

/// A body of a form (`application/x-www-form-urlencoded`).
fn form(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", encoded(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// A text as it may stand in a form or a query.
fn encoded(text: &str) -> String {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~');
    text.bytes()
        .map(|octet| if plain(octet) { char::from(octet).to_string() } else { format!("%{octet:02X}") })
        .collect()
}
