//! Names, and the forms in which callers are named.

use auth::keys::{KeyHash, KeyHashError};
use model::SpiffeId;

use super::Wrong;

/// Names that mean something already and cannot be given.
pub const RESERVED: [&str; 6] = ["own", "gateway", "any", "none", "private", "loopback"];

/// `[a-z][a-z0-9-]{0,62}`, and not reserved.
///
/// # Errors
/// What is wrong and what to write.
pub fn name(text: &str) -> Result<&str, Wrong> {
    let form = "a letter, then up to 62 of `a-z 0-9 -`";
    let starts = text.starts_with(|c: char| c.is_ascii_lowercase());
    let rest = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !starts || !rest || text.len() > 63 {
        let wrong = Wrong::new(format!("`{text}` is not a name"), form);
        let guess: String = text.trim().to_ascii_lowercase().replace(['_', ' ', '.'], "-");
        let usable = guess != text && name(&guess).is_ok();
        return Err(if usable { wrong.replace(guess) } else { wrong });
    }
    if RESERVED.contains(&text) {
        return Err(Wrong::new(format!("`{text}` is a reserved name"), "take another"));
    }
    Ok(text)
}

/// An operation's name: what OpenAPI has as `operationId`, of `[A-Za-z0-9._-]`, at most 128 characters.
///
/// # Errors
/// What is wrong and what to write.
pub fn operation_name(text: &str) -> Result<&str, Wrong> {
    let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if (1..=128).contains(&text.len()) && text.bytes().all(good) {
        return Ok(text);
    }
    Err(Wrong::new(format!("`{text}` is not the name of an operation"), "up to 128 of `A-Z a-z 0-9 . _ -`"))
}

/// An operation's name, or a pattern for several: `*` stands for any characters, at most 8 times.
///
/// # Errors
/// What is wrong and what to write.
pub fn operation_key(text: &str) -> Result<&str, Wrong> {
    let stars = text.bytes().filter(|byte| *byte == b'*').count();
    if stars == 0 || (stars <= 8 && operation_name(&text.replace('*', "x")).is_ok()) {
        return if stars == 0 { operation_name(text) } else { Ok(text) };
    }
    Err(Wrong::new(format!("`{text}` is not a pattern of names"), "up to 128 of `A-Z a-z 0-9 . _ -` and 8 of `*`"))
}

/// Operations of a contract: by name, by pattern, or all with a tag.
///
/// # Errors
/// What is wrong and what to write.
pub fn operation_choice(text: &str) -> Result<&str, Wrong> {
    let Some(tag) = text.strip_prefix("tag:") else { return operation_key(text) };
    if (1..=128).contains(&tag.len()) && tag == tag.trim() {
        return Ok(text);
    }
    Err(Wrong::new(format!("`{text}` is not a tag"), "`tag:` and up to 128 bytes, as in `tag:internal`"))
}

/// A SPIFFE trust domain, `shop.example`.
///
/// # Errors
/// What is wrong and what to write.
pub fn trust_domain(text: &str) -> Result<&str, Wrong> {
    match SpiffeId::parse(&format!("spiffe://{text}")) {
        Ok(id) if id.path().is_empty() => Ok(text),
        _ => Err(Wrong::new(
            format!("`{text}` is not a trust domain"),
            "up to 255 of `a-z 0-9 . - _`, as in `shop.example`",
        )),
    }
}

/// How a workload is named among callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkloadText {
    /// By its name under `workloads`.
    Name(String),
    /// By its SPIFFE id.
    Id(SpiffeId),
    /// All whose id begins so; the id itself, without the `/*`.
    Prefix(SpiffeId),
}

/// A name, a SPIFFE id, or a SPIFFE id ending in `/*`.
///
/// # Errors
/// What is wrong and what to write.
pub fn workload_pattern(text: &str) -> Result<WorkloadText, Wrong> {
    if !text.starts_with("spiffe:") {
        if text.contains('*') {
            return Err(Wrong::new(format!("`{text}` is not a workload"), "only a SPIFFE id may end in `/*`"));
        }
        return name(text).map(|name| WorkloadText::Name(name.to_owned()));
    }
    let id = |text: &str| {
        SpiffeId::parse(text).map_err(|error| Wrong::new(format!("`{text}` is not a SPIFFE id"), error.to_string()))
    };
    match text.strip_suffix("/*") {
        Some(prefix) => id(prefix).map(WorkloadText::Prefix),
        None => {
            let id = id(text)?;
            if id.path().is_empty() {
                return Err(Wrong::new(
                    format!("`{text}` is a trust domain, not a workload"),
                    "name one, or end in `/*`",
                ));
            }
            Ok(WorkloadText::Id(id))
        }
    }
}

/// The hash of an API key as `keys create --for-file` prints it.
///
/// # Errors
/// What is wrong and what to write.
pub fn hash(text: &str) -> Result<KeyHash, Wrong> {
    let help = match KeyHash::parse(text) {
        Ok(hash) => return Ok(hash),
        Err(KeyHashError::KeyItself) => {
            "make another with `vestibule keys create NAME --for-file`: whoever read this file has this one"
        }
        Err(KeyHashError::Form) => "the line that `vestibule keys create NAME --for-file` prints",
    };
    // INVARIANT: the text is not shown; it may be a key.
    let message =
        if text.starts_with("vst_") { "this is a key itself, not its hash" } else { "this is not the hash of a key" };
    Err(Wrong::new(message, help))
}
