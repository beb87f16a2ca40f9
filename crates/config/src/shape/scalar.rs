//! The forms of single values, each with its judge, its words for people, its pattern and an example.

use crate::value::{self, NetworkText, Wrong};

/// The form of a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// The number of the file's format.
    Format,
    /// `true` or `false`, written out.
    Boolean,
    /// `true`, written out.
    True,
    /// A whole number from 1.
    Count,
    /// Text that nothing more is asked of.
    Text,
    /// The path of a file or folder, relative to the file that names it.
    Path,
    /// A duration.
    Duration,
    /// A size.
    Size,
    /// A rate.
    Rate,
    /// A share.
    Share,
    /// A day.
    Day,
    /// `IP:PORT`.
    Listen,
    /// `IP:PORT` or `unix:PATH`.
    Socket,
    /// `unix:PATH`.
    UnixSocket,
    /// A host name.
    Host,
    /// A host name, perhaps with a wildcard as its first label.
    WildcardHost,
    /// The URL of a service.
    ServiceUrl,
    /// The URL of a service, with a path.
    TargetUrl,
    /// The name of a header.
    HeaderName,
    /// Any URL.
    Url,
    /// The origin of a page that sends a key.
    PageOrigin,
    /// A range of addresses, or the name of one.
    Network,
    /// A range of addresses.
    Range,
    /// A name that is given here.
    Name,
    /// The name of an operation.
    OperationName,
    /// The name of an operation, or a pattern with `*`.
    OperationKey,
    /// The same, or `tag:NAME`.
    OperationChoice,
    /// The name of something that stands elsewhere in the file: which map.
    NameOf(&'static str),
    /// A workload: its name, its SPIFFE id, or the beginning of ids.
    Workload,
    /// A SPIFFE id.
    SpiffeId,
    /// A SPIFFE trust domain.
    TrustDomain,
    /// `METHOD /path`.
    Route,
    /// The path that an API stands under.
    PathPrefix,
    /// The hash of an API key.
    Hash,
    /// The hash of a public key.
    Pin,
    /// What requests that go together have in common.
    Affinity,
    /// A scope of RFC 6749 §3.3.
    Scope,
    /// The status of a fixed answer.
    AnswerStatus,
    /// The status of a redirect.
    RedirectStatus,
    /// A media type.
    MediaType,
    /// Where a redirect leads.
    Location,
    /// The URL of an issuer.
    Issuer,
    /// A colour.
    Colour,
    /// A mail server.
    MailServer,
    /// A mail address.
    MailAddress,
    /// An origin of pages.
    Origin,
    /// A redirect URI.
    RedirectUri,
    /// Where a browser goes after a sign-out.
    AfterSignOut,
    /// The hash of a secret.
    Digest,
    /// A secret; only a reference may stand here.
    Secret,
    /// The master key of the store; only a reference may stand here.
    MasterKey,
}

impl Scalar {
    /// Judges a text.
    ///
    /// # Errors
    /// What is wrong and what to write.
    pub fn judge(self, text: &str) -> Result<(), Wrong> {
        match self {
            Self::Format => (text == "1").then_some(()).ok_or_else(|| {
                Wrong::new(format!("`{text}` is not a format that this version reads"), "`vestibule: 1`").replace("1")
            }),
            Self::Boolean => boolean(text, &["true", "false"]),
            Self::True => boolean(text, &["true"]),
            Self::Count => value::count(text).map(drop),
            Self::Text | Self::Path | Self::Secret => Ok(()),
            Self::Url => value::web_address(text).map(drop),
            Self::PageOrigin => value::page_origin(text).map(drop),
            Self::Duration => value::duration(text).map(drop),
            Self::Size => value::size(text).map(drop),
            Self::Rate => value::rate(text).map(drop),
            Self::Share => value::share(text).map(drop),
            Self::Day => value::day(text).map(drop),
            Self::Listen => value::listen_address(text).map(drop),
            Self::Socket => value::socket(text).map(drop),
            Self::UnixSocket => match value::socket(text)? {
                value::Socket::Unix(_) => Ok(()),
                value::Socket::Ip(_) => Err(Wrong::new(format!("`{text}` is not a Unix socket"), "`unix:` and a path")),
            },
            Self::Host => value::host(text).map(drop),
            Self::WildcardHost => value::wildcard_host(text).map(drop),
            Self::ServiceUrl => value::url(text).map(drop),
            Self::TargetUrl => value::url_and_target(text).map(drop),
            Self::HeaderName => value::told_field(text).map(drop),
            Self::Network => NetworkText::parse(text).map(drop),
            Self::Range => value::ip_network(text).map(drop),
            Self::Name => value::name(text).map(drop),
            // What is no name is no name of anything there, and the rules say which there are.
            Self::NameOf(_) => Ok(()),
            Self::OperationName => value::operation_name(text).map(drop),
            Self::OperationKey => value::operation_key(text).map(drop),
            Self::OperationChoice => value::operation_choice(text).map(drop),
            Self::Workload => value::workload_pattern(text).map(drop),
            Self::SpiffeId => match value::workload_pattern(text)? {
                value::WorkloadText::Id(_) => Ok(()),
                _ => Err(Wrong::new(format!("`{text}` is not a SPIFFE id"), "as in `spiffe://shop.example/orders`")),
            },
            Self::TrustDomain => value::trust_domain(text).map(drop),
            Self::Route => value::route(text).map(drop),
            Self::PathPrefix => value::path_prefix(text).map(drop),
            Self::Hash => value::hash(text).map(drop),
            Self::Pin => value::pin(text).map(drop),
            Self::Affinity => value::affinity(text).map(drop),
            Self::Scope => scope(text),
            Self::AnswerStatus => value::answer_status(text).map(drop),
            Self::RedirectStatus => value::redirect_status(text).map(drop),
            Self::MediaType => value::media_type(text).map(drop),
            Self::Location => value::location(text).map(drop),
            Self::Issuer => value::issuer(text).map(drop),
            Self::Colour => value::colour(text).map(drop),
            Self::MailServer => value::mail_server(text).map(drop),
            Self::MailAddress => value::mail_address(text).map(drop),
            Self::Origin => value::origin(text).map(drop),
            Self::RedirectUri => value::redirect_uri(text).map(drop),
            Self::AfterSignOut => value::after_sign_out(text).map(drop),
            Self::Digest => value::digest(text).map(drop),
            Self::MasterKey => value::master_key(text).map(drop),
        }
    }

    /// What it looks like, for people.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Format => "`1`",
            Self::Boolean => "`true` or `false`",
            Self::True => "`true`",
            Self::Count => "a count",
            Self::Text => "text",
            Self::Path => "a path",
            Self::Duration => "a duration",
            Self::Size => "a size",
            Self::Rate => "a rate",
            Self::Share => "a share",
            Self::Day => "a day",
            Self::Listen => "`IP:PORT`",
            Self::Socket => "`IP:PORT` or `unix:PATH`",
            Self::UnixSocket => "`unix:PATH`",
            Self::Host => "a host",
            Self::WildcardHost => "a host or `\"*.host\"`",
            Self::ServiceUrl => "a URL",
            Self::TargetUrl => "a URL with a path",
            Self::HeaderName => "the name of a header",
            Self::Url => "a web address",
            Self::PageOrigin => "the origin of a page",
            Self::Network => "a range of addresses, or the name of one",
            Self::Range => "a range of addresses",
            Self::Name => "a name",
            Self::OperationName => "the name of an operation",
            Self::OperationKey => "the name of an operation, or a pattern with `*`",
            Self::OperationChoice => "the name of an operation, a pattern with `*`, or `tag:NAME`",
            Self::NameOf(map) => match map.as_bytes() {
                b"doors" => "a name of `doors`, or `client` or `server`",
                b"services" => "a name of `services`",
                b"apis" => "a name of `apis`",
                b"keys" => "a name of `keys`",
                b"workloads" => "a name of `workloads`",
                _ => "a name from elsewhere in the file",
            },
            Self::Workload => "the name of a workload, its SPIFFE id, or a SPIFFE id ending in `/*`",
            Self::SpiffeId => "a SPIFFE id",
            Self::TrustDomain => "a trust domain",
            Self::Route => "`METHOD /path`",
            Self::PathPrefix => "a path without a slash at its end",
            Self::Hash => "the hash that `keys create --for-file` prints",
            Self::Pin => "the hash of a public key",
            Self::Affinity => "`header:NAME`, `path.PARAMETER`, `caller` or `address`",
            Self::Scope => "a scope",
            Self::AnswerStatus => "a status",
            Self::RedirectStatus => "the status of a redirect",
            Self::MediaType => "a media type",
            Self::Location => "a web address or a path, with variables of the route",
            Self::Issuer => "the URL of an issuer",
            Self::Colour => "a colour",
            Self::MailServer => "a mail server",
            Self::MailAddress => "a mail address",
            Self::Origin => "an origin",
            Self::RedirectUri => "a redirect URI",
            Self::AfterSignOut => "a URL or a path",
            Self::Digest => "the hash of a secret",
            Self::Secret => "a reference to a secret",
            Self::MasterKey => {
                "a reference to 32 octets in base64 or hexadecimal, as `openssl rand -base64 32` prints them"
            }
        }
    }

    /// Whether a reference may stand in it.
    ///
    /// What decides who may come in, and by which name, is written in the file
    /// itself, so that it can be read there: names, routes, scopes, booleans.
    #[must_use]
    pub const fn takes_reference(self) -> bool {
        match self {
            Self::Format
            | Self::Boolean
            | Self::True
            | Self::Name
            | Self::OperationName
            | Self::OperationKey
            | Self::OperationChoice
            | Self::NameOf(_)
            | Self::Workload
            | Self::Route
            | Self::Affinity
            | Self::PageOrigin
            | Self::Scope => false,
            Self::Count
            | Self::Text
            | Self::Path
            | Self::Duration
            | Self::Size
            | Self::Rate
            | Self::Share
            | Self::Day
            | Self::Listen
            | Self::Socket
            | Self::UnixSocket
            | Self::Host
            | Self::WildcardHost
            | Self::ServiceUrl
            | Self::TargetUrl
            | Self::HeaderName
            | Self::Url
            | Self::Network
            | Self::Range
            | Self::SpiffeId
            | Self::TrustDomain
            | Self::PathPrefix
            | Self::Hash
            | Self::Pin
            | Self::AnswerStatus
            | Self::RedirectStatus
            | Self::MediaType
            | Self::Location
            | Self::Issuer
            | Self::Colour
            | Self::MailServer
            | Self::MailAddress
            | Self::Origin
            | Self::RedirectUri
            | Self::AfterSignOut
            | Self::Digest
            | Self::Secret
            | Self::MasterKey => true,
        }
    }

    /// Whether nothing but a reference may stand in it.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::MasterKey)
    }

    /// A regular expression (ECMA 262) for editors; the judge is stricter where it can be.
    #[must_use]
    pub const fn pattern(self) -> Option<&'static str> {
        Some(match self {
            Self::Duration => "^[0-9_]+(ms|s|min|h|d)$",
            Self::Size => "^[0-9_]+(B|KiB|MiB|GiB)$",
            Self::Rate => "^[0-9_]+/(s|min|h|day|month)$",
            Self::Share => "^[0-9]+%$",
            Self::Day => "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            Self::Listen => "^([0-9.]+|\\[[0-9a-fA-F:.]+\\]):[0-9]+$",
            Self::UnixSocket => "^unix:.+$",
            Self::Socket => "^(unix:.+|([0-9.]+|\\[[0-9a-fA-F:.]+\\]):[0-9]+)$",
            Self::ServiceUrl | Self::TargetUrl => "^(https?://|unix:).+$",
            Self::PageOrigin => "^https?://[^/?#@]+$",
            Self::HeaderName => "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$",
            Self::Name | Self::NameOf(_) => "^[a-z][a-z0-9-]{0,62}$",
            Self::OperationName => "^[A-Za-z0-9._-]{1,128}$",
            Self::OperationKey => "^[A-Za-z0-9._*-]{1,128}$",
            Self::SpiffeId => "^spiffe://.+$",
            Self::Route => "^[A-Z-]+ /\\S*$",
            Self::PathPrefix => "^/\\S*$",
            Self::Pin => "^sha256:[0-9a-f]{64}$",
            Self::MediaType => "^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+( *;.*)?$",
            Self::Location => "^(https?://|/).*$",
            Self::Affinity => "^(header:.+|path\\..+|caller|address)$",
            Self::Issuer => "^https://[a-z0-9.-]+(:[0-9]+)?$",
            Self::Colour => "^#[0-9a-f]{6}$",
            Self::MailServer => "^smtps?://.+$",
            Self::MailAddress => "^[^@]+@[^@]+$",
            Self::Origin => "^https?://[a-z0-9.-]+(:[0-9]+)?$",
            Self::Digest => "^sha256:[0-9a-f]{64}$",
            Self::Secret | Self::MasterKey => "^\\$\\{(env|file|secret):.+\\}$",
            _ => return None,
        })
    }

    /// Good values, for the reference and for random files.
    #[must_use]
    pub const fn examples(self) -> &'static [&'static str] {
        match self {
            Self::Format => &["1"],
            Self::Boolean => &["true", "false"],
            Self::True => &["true"],
            Self::Count => &["100", "20_000"],
            Self::Text => &["Corner Shop"],
            Self::Path => &["certificates/shop.pem"],
            Self::Duration => &["250ms", "5s", "2min", "1h", "7d"],
            Self::Size => &["512B", "64KiB", "1MiB", "2GiB"],
            Self::Rate => &["600/min", "10_000/day"],
            Self::Share => &["5%"],
            Self::Day => &["2099-03-31"],
            Self::Listen => &["127.0.0.1:8443", "[::1]:8443"],
            Self::Socket => &["127.0.0.1:9464", "unix:admin.sock"],
            Self::UnixSocket => &["unix:admin.sock"],
            Self::Host => &["shop.example", "api.shop.example"],
            Self::WildcardHost => &["shop.example", "*.shop.example"],
            Self::ServiceUrl => &["http://127.0.0.1:3000", "https://shop.internal:8443", "unix:/run/shop.sock"],
            Self::TargetUrl => &["http://127.0.0.1:9000/check", "https://access.internal/decide"],
            Self::HeaderName => &["x-tenant", "accept-language"],
            Self::Url => &["https://login.example"],
            Self::PageOrigin => &["https://shop.example", "http://localhost:3000"],
            Self::Network => &["10.0.0.0/16", "fd00::/8", "192.0.2.7", "private", "loopback"],
            Self::Range => &["10.0.0.0/16", "fd00::/8", "192.0.2.7"],
            Self::Name | Self::NameOf(_) => &["shop", "orders-2"],
            Self::OperationChoice => &["listOrders", "list*", "tag:internal"],
            Self::OperationName | Self::OperationKey => &["listOrders", "orders.get"],
            Self::Workload => &["spiffe://shop.example/orders", "spiffe://shop.example/batch/*"],
            Self::SpiffeId => &["spiffe://shop.example/orders"],
            Self::TrustDomain => &["shop.example"],
            Self::Route => &["GET /notes/{id}", "ANY /**", "POST /orders"],
            Self::PathPrefix => &["/", "/orders", "/v2/orders"],
            Self::Hash => &["sha256:0000000000:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
            Self::Pin => &["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
            Self::Affinity => &["header:x-session", "path.id", "caller", "address"],
            Self::Scope => &["orders.read"],
            Self::AnswerStatus => &["200", "404", "503"],
            Self::RedirectStatus => &["301", "302", "303", "307", "308"],
            Self::MediaType => &["application/json", "text/html; charset=utf-8"],
            Self::Location => &["https://shop.example/", "/news"],
            Self::Issuer => &["https://localhost:8443", "https://shop.example"],
            Self::Colour => &["#0b5fff"],
            Self::MailServer => &["smtps://mail.example", "smtp://mail.example:587"],
            Self::MailAddress => &["shop@shop.example"],
            Self::Origin => &["https://shop.example", "https://localhost:8443"],
            Self::RedirectUri => &["https://shop.example/callback"],
            Self::AfterSignOut => &["/", "https://shop.example/bye"],
            Self::Digest => &["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
            Self::Secret => &["${file:/run/secrets/key}"],
            Self::MasterKey => &["${file:/run/secrets/seal}"],
        }
    }
}

/// Only `true` and `false` are booleans; what other tools read as one is named in the help.
fn boolean(text: &str, words: &[&str]) -> Result<(), Wrong> {
    if words.contains(&text) {
        return Ok(());
    }
    let listed = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ");
    let meant = match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "on" | "true" => "true",
        "no" | "n" | "off" | "false" => "false",
        _ => "",
    };
    let wrong = Wrong::new(format!("`{text}` is not {listed}"), format!("write {listed}"));
    if words.contains(&meant) {
        return Err(wrong.replace(meant));
    }
    if meant == "false" {
        return Err(Wrong::new(format!("`{text}` is not {listed}"), "leave the key out; that is what it means"));
    }
    Err(wrong)
}

fn scope(text: &str) -> Result<(), Wrong> {
    let good = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    if text.len() <= 128 && text.bytes().all(good) {
        return Ok(());
    }
    Err(Wrong::new(
        format!("`{text}` is not a scope"),
        "up to 128 printable characters without space, quote or backslash",
    ))
}
