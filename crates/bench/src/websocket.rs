//! The one WebSocket (RFC 6455) that origin and callers both know: short binary messages that come back.

/// Where it is.
pub(crate) const PATH: &str = "/echo";

/// What the caller asks with; the key is that of the RFC's example.
pub(crate) const FIELDS: &[(&str, &str)] = &[
    ("upgrade", "websocket"),
    ("connection", "Upgrade"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// What must be said to it (RFC 6455 §1.3).
pub(crate) const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// The longest message whose length has one byte (RFC 6455 §5.2).
pub(crate) const LONGEST: usize = 125;

/// Length of a message's head, without the mask's key, in bytes.
pub(crate) const HEAD: usize = 2;

/// Length of the key, in bytes.
pub(crate) const KEY: usize = 4;

/// A whole binary message in one frame.
const BINARY: u8 = 0x82;
/// Set where the message is masked.
pub(crate) const MASKED: u8 = 0x80;

/// A whole message as the origin sends it.
pub(crate) fn message(body: &[u8]) -> Vec<u8> {
    [&[BINARY, body.len() as u8], body].concat()
}

/// A whole message as a caller sends it, with a key that never changes.
pub(crate) fn masked(body: &[u8]) -> Vec<u8> {
    let key = [0x37, 0xfa, 0x21, 0x3d];
    let body: Vec<u8> = body.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
    [&[BINARY, MASKED | body.len() as u8], key.as_slice(), &body].concat()
}

/// The masked message at the start of `bytes`, unmasked as the origin sends it back, and its length as it came.
/// Nothing if it is not whole; an error if it is not one of those that are spoken here.
pub(crate) fn echo(bytes: &[u8]) -> std::io::Result<Option<(Vec<u8>, usize)>> {
    let Some((head, rest)) = bytes.split_first_chunk::<HEAD>() else { return Ok(None) };
    let [kind, length] = *head;
    let length = usize::from(length ^ MASKED);
    if kind != BINARY || length > LONGEST {
        return Err(std::io::Error::other("a frame of a form that is not read here"));
    }
    let Some((key, rest)) = rest.split_first_chunk::<KEY>() else { return Ok(None) };
    let Some(body) = rest.get(..length) else { return Ok(None) };
    let body: Vec<u8> = body.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
    Ok(Some((message(&body), HEAD + KEY + length)))
}
