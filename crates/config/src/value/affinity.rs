//! What requests that go together have in common.

use upstream::Affinity;

use super::Wrong;

/// `header:NAME`, `path.PARAMETER`, `caller` or `address`.
///
/// # Errors
/// What is wrong and what to write.
pub fn affinity(text: &str) -> Result<Affinity, Wrong> {
    let wrong = || {
        Wrong::new(format!("`{text}` cannot be hashed"), "one of `header:NAME`, `path.PARAMETER`, `caller`, `address`")
    };
    let token = |name: &str, others: &[u8]| {
        let fits = |b: u8| b.is_ascii_alphanumeric() || others.contains(&b);
        (1..=128).contains(&name.len()) && name.bytes().all(fits)
    };
    if let Some(name) = text.strip_prefix("header:") {
        // RFC 9110 §5.6.2.
        return if token(name, b"!#$%&'*+-.^_`|~") {
            Ok(Affinity::Header(name.to_ascii_lowercase().into()))
        } else {
            Err(wrong())
        };
    }
    match (text.strip_prefix("path."), text) {
        (Some(name), _) if token(name, b"_-") => Ok(Affinity::Path(name.into())),
        (_, "caller") => Ok(Affinity::Caller),
        (_, "address") => Ok(Affinity::Address),
        _ => Err(wrong()),
    }
}
