//! What stands in front of a door: read from the file, with the place of everything.

use gateway::Speak;
use wire::forwarded::ForwardingField;
use wire::proxy::ProxyVersion;

use super::Said;
use super::read::{Reader, word};
use crate::node::Entry;
use crate::source::Span;
use crate::value::NetworkText;

/// Proxies in front of a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proxies {
    /// Where the word `proxies` stands.
    pub(crate) span: Span,
    /// Where they are.
    pub(crate) networks: Vec<Said<NetworkText>>,
    /// What they speak; `None` where it has a fault of its own.
    pub(crate) speak: Option<Said<Speak>>,
}

/// The words of `speak`.
pub(crate) const SPEAK: [(&str, Speak); 4] = [
    ("proxy-v1", Speak::Header(ProxyVersion::V1)),
    ("proxy-v2", Speak::Header(ProxyVersion::V2)),
    ("forwarded", Speak::Field(ForwardingField::Forwarded)),
    ("x-forwarded-for", Speak::Field(ForwardingField::XForwardedFor)),
];

impl Reader {
    pub(super) fn proxies(&mut self, entry: &Entry) -> Proxies {
        Proxies {
            span: entry.key_span,
            networks: self.networks(entry.node.get("networks")).unwrap_or_default(),
            speak: self.one(entry.node.get("speak"), |text| word(text, &SPEAK)),
        }
    }
}
