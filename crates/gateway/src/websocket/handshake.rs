//! The opening handshake of a WebSocket (RFC 6455 §4), judged on both sides: what a caller asks, and what a service grants.

use aws_lc_rs::digest;
use data_encoding::BASE64;
use model::{Code, Problem};
use wire::fields::Name;
use wire::{Method, RequestHead, ResponseHead};

/// What stands for WebSocket in `Upgrade`.
pub(crate) const PROTOCOL: &[u8] = b"websocket";
/// The only version there is.
pub(crate) const VERSION: &[u8] = b"13";
/// §1.3: what the key is hashed with.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// Octets of a key before base64.
const KEY_LEN: usize = 16;

/// Whether a request offers to change to WebSocket.
pub(crate) fn is_offered(head: &RequestHead) -> bool {
    head.upgrade().is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(PROTOCOL))
}

/// Whether the offer is one that every service reads alike (§4.2.1).
///
/// # Errors
/// [`Code::UpgradeRequired`] without an offer or with another version, [`Code::MalformedRequest`] for another method
/// or a key that is none.
pub(crate) fn check(head: &RequestHead) -> Result<(), Problem> {
    let fields = head.fields();
    if !is_offered(head) {
        return Err(Problem::new(Code::UpgradeRequired, "the operation is a WebSocket, over HTTP/1.1"));
    }
    if fields.get(Name::SecWebSocketVersion) != Some(VERSION) {
        return Err(Problem::new(Code::UpgradeRequired, "the version of WebSocket is not 13"));
    }
    if head.method() != Method::Get {
        return Err(Problem::new(Code::MalformedRequest, "a WebSocket begins with GET"));
    }
    let key = fields.get(Name::SecWebSocketKey).and_then(|key| BASE64.decode(key).ok());
    if key.is_none_or(|key| key.len() != KEY_LEN) {
        return Err(Problem::new(Code::MalformedRequest, "`Sec-WebSocket-Key` is not 16 bytes in base64"));
    }
    Ok(())
}

/// Whether the service grants what was asked, and nothing else (§4.1).
///
/// # Errors
/// [`Code::UpstreamMalformed`].
pub(crate) fn confirm(request: &RequestHead, answer: &ResponseHead) -> Result<(), Problem> {
    let wrong = |why: &'static str| Err(Problem::new(Code::UpstreamMalformed, why).maybe_sent());
    let (asked, granted) = (request.fields(), answer.fields());
    let upgrade = granted.get(Name::Upgrade).is_some_and(|protocol| protocol.eq_ignore_ascii_case(PROTOCOL));
    if !upgrade || granted.count(Name::Upgrade) != 1 || granted.count(Name::Connection) == 0 {
        return wrong("the service changed to another protocol than WebSocket");
    }
    let accept = accept(asked.get(Name::SecWebSocketKey).unwrap_or_default());
    if granted.count(Name::SecWebSocketAccept) != 1 || granted.get(Name::SecWebSocketAccept) != Some(accept.as_bytes())
    {
        return wrong("the service's `Sec-WebSocket-Accept` does not belong to the key");
    }
    let mut protocols = granted.all(Name::SecWebSocketProtocol);
    if let Some(protocol) = protocols.next() {
        let offered = asked.all(Name::SecWebSocketProtocol).flat_map(|line| line.split(|octet| *octet == b','));
        if protocols.next().is_some() || !offered.map(<[u8]>::trim_ascii).any(|offer| offer == protocol) {
            return wrong("the service chose a subprotocol that was not offered");
        }
    }
    if is_extended(answer) && asked.count(Name::SecWebSocketExtensions) == 0 {
        return wrong("the service chose an extension that was not offered");
    }
    Ok(())
}

/// Whether an answer grants an extension, which may then use what frames reserve.
pub(crate) fn is_extended(answer: &ResponseHead) -> bool {
    answer.fields().count(Name::SecWebSocketExtensions) > 0
}

/// What a server answers to this key (§4.2.2).
fn accept(key: &[u8]) -> String {
    let mut hash = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    hash.update(key);
    hash.update(GUID);
    BASE64.encode(hash.finish().as_ref())
}

#[cfg(test)]
mod tests;
