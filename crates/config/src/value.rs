//! The forms of single values: durations, sizes, addresses, names, routes. Each is read by one strict function.
//!
//! The same functions judge the file and read the draft, so that what was
//! judged good is what is used.

mod address;
mod affinity;
mod answer;
mod identity;
mod measure;
mod name;
mod pin;
mod route;
mod seal;

pub use address::{
    NetworkText, Url, host, ip_network, listen_address, page_origin, socket, told_field, url, url_and_target,
    web_address, wildcard_host,
};
pub use affinity::affinity;
pub use answer::{answer_status, location, media_type, redirect_status};
pub use identity::{after_sign_out, colour, issuer, mail_address, mail_server, origin, redirect_uri};
pub use measure::{count, day, duration, rate, share, size};
pub use measure::{write_duration, write_size};
pub use name::{RESERVED, hash, name, operation_choice, operation_key, operation_name, trust_domain, workload_pattern};
pub use pin::{digest, pin, write_pin};
pub use route::{path_prefix, route};
pub use seal::master_key;

pub use address::Socket;
pub use measure::Day;
pub use name::WorkloadText;
pub use route::RouteText;

/// Why a text is not a value of the form that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong, in a sentence that follows the text: "`5` has no unit".
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// Words to put in place, where there is only one good guess.
    pub replace: Option<String>,
}

impl Wrong {
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), replace: None }
    }

    pub(crate) fn replace(mut self, words: impl Into<String>) -> Self {
        self.replace = Some(words.into());
        self
    }
}

#[cfg(test)]
mod tests;
