//! What the file says of the provider (`identity:`).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use model::Secret;
use thiserror::Error;

/// Everything that the file says under `identity:`, with the defaults filled in.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Printed in every token (`iss`).
    pub issuer: IssuerUrl,
    /// Where the endpoints lie below the issuer's host; begins with `/`, ends without one, and is not empty.
    pub path: Box<str>,
    /// How the pages look.
    pub brand: Brand,
    /// Who may make an account.
    pub accounts: AccountsMode,
    /// Whether a second factor is asked for.
    pub second_factor: SecondFactor,
    /// How long what is given out lives.
    pub lifetimes: Lifetimes,
    /// How mail is sent.
    pub mail: MailSettings,
    /// How often the issuer signs with another key.
    pub keys_rotate: Duration,
}

/// The issuer identifier: `https`, a host and perhaps a port, without path, query and fragment (RFC 8414 §2).
///
/// A path is left out on purpose: it would give the two metadata documents three places (RFC 8414 §5).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IssuerUrl(Box<str>);

/// What makes a text not an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IssuerUrlError {
    /// It does not begin with `https://`.
    #[error("an issuer begins with `https://`")]
    Scheme,
    /// It has more than scheme, host and port, or characters that no host has.
    #[error("an issuer is `https://host` or `https://host:port` in lower case, with nothing after it")]
    Host,
}

impl IssuerUrl {
    /// Reads an issuer strictly; nothing is normalised, because it is compared octet by octet.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, IssuerUrlError> {
        let authority = text.strip_prefix("https://").ok_or(IssuerUrlError::Scheme)?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let host_ok = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || matches!(octet, b'.' | b'-');
        let label_ok = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
        let hosted = host.len() <= 253 && host.bytes().all(host_ok) && host.split('.').all(label_ok);
        let ported = port.is_none_or(|port| {
            let plain = !port.is_empty() && port.bytes().all(|octet| octet.is_ascii_digit()) && !port.starts_with('0');
            plain && port != "443" && port.parse::<u16>().is_ok()
        });
        if hosted && ported { Ok(Self(text.into())) } else { Err(IssuerUrlError::Host) }
    }

    /// As it stands in tokens.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host, and port where it has one.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.0.strip_prefix("https://").unwrap_or_default()
    }

    /// Host without port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.authority().split(':').next().unwrap_or_default()
    }
}

impl fmt::Display for IssuerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How the pages look; every text is escaped where it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand {
    /// The name on each page.
    pub name: Box<str>,
    /// The logo: its media type (`image/svg+xml`, `image/png`) and octets.
    pub logo: Option<(Box<str>, bytes::Bytes)>,
    /// The main colour, `#rrggbb`.
    pub colour: Option<Box<str>>,
    /// A link at the foot of each page: terms, imprint.
    pub legal: Option<Box<str>>,
}

/// Who may make an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountsMode {
    /// Anybody.
    Open,
    /// Whoever was invited.
    #[default]
    Invite,
    /// Nobody; accounts are made by command.
    Closed,
}

/// Whether a second factor is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecondFactor {
    /// Whoever wants one has one.
    #[default]
    Offered,
    /// Nobody is signed in without one; who has none sets it up at the next sign-in.
    Required,
    /// There is none.
    None,
}

/// How mail is sent.
#[derive(Clone, Debug)]
pub enum MailSettings {
    /// Not at all: what would be sent is printed where the operator reads it. For development.
    Print,
    /// Through a mail server.
    Smtp {
        /// Which one.
        server: MailServer,
        /// The sender, as an address.
        from: Box<str>,
        /// The account there and its password, where it asks for one.
        account: Option<(Box<str>, Arc<Secret<String>>)>,
    },
}

/// A mail server; there is no sending without TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Its name, which its certificate must have.
    pub host: Box<str>,
    /// Its port.
    pub port: u16,
    /// When TLS begins.
    pub tls: MailTls,
}

/// When TLS begins on a connection to a mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// At once (RFC 8314 §3.3), `smtps://`.
    AtOnce,
    /// After STARTTLS, without which nothing is sent (RFC 3207), `smtp://`.
    StartTls,
}

/// How long what is given out lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// An access token; a stolen one works till then.
    pub access: Duration,
    /// A grant without use of its refresh token.
    pub refresh: Duration,
    /// How long the refresh token before the latest one still works, because tabs race.
    pub refresh_grace: Duration,
    /// An authorization code (RFC 6749 §4.1.2 says ten minutes at most).
    pub code: Duration,
    /// A session without a request.
    pub session_idle: Duration,
    /// A session, however busy.
    pub session: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        const DAY: u64 = 24 * HOUR;
        Self {
            access: Duration::from_secs(10 * MINUTE),
            refresh: Duration::from_secs(30 * DAY),
            refresh_grace: Duration::from_secs(20),
            code: Duration::from_secs(MINUTE),
            session_idle: Duration::from_secs(12 * HOUR),
            session: Duration::from_secs(7 * DAY),
        }
    }
}

#[cfg(test)]
mod tests;
