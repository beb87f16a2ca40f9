//! What the house answers itself: statuses, media types, and where a redirect leads.

use super::Wrong;

/// The status of a fixed answer: one that needs nothing else to be said with it.
///
/// # Errors
/// What is wrong and what to write.
pub fn answer_status(text: &str) -> Result<u16, Wrong> {
    // 205, 206 and 304 promise what a fixed answer has not; 401, 407, 416 and 426 need a field that says more.
    let fixed =
        |status: &u16| matches!(status, 200..=299 | 400..=599) && !matches!(status, 205 | 206 | 401 | 407 | 416 | 426);
    digits(text).filter(fixed).ok_or_else(|| {
        Wrong::new(
            format!("`{text}` is not the status of a fixed answer"),
            "one of 200 to 299 or 400 to 599, but for 205, 206, 401, 407, 416 and 426",
        )
    })
}

/// The status of a redirect (RFC 9110 §15.4).
///
/// # Errors
/// What is wrong and what to write.
pub fn redirect_status(text: &str) -> Result<u16, Wrong> {
    digits(text).filter(|status| gateway::Redirect::STATUSES.contains(status)).ok_or_else(|| {
        Wrong::new(
            format!("`{text}` is not the status of a redirect"),
            "`308` or `307`, which keep the method; `301`, `302` or `303`, which make it GET",
        )
    })
}

fn digits(text: &str) -> Option<u16> {
    (text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// A media type, perhaps with parameters (RFC 9110 §8.3.1).
///
/// # Errors
/// What is wrong and what to write.
pub fn media_type(text: &str) -> Result<&str, Wrong> {
    let token = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    let essence = text.split(';').next().unwrap_or_default().trim_end();
    let named = essence.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype));
    if named && text.len() <= 256 && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && text.trim() == text {
        return Ok(text);
    }
    Err(Wrong::new(format!("`{text}` is not a media type"), "as in `application/json` or `text/html; charset=utf-8`"))
}

/// Where a redirect leads: a web address or a path, in whose path variables of the route may stand.
///
/// # Errors
/// What is wrong and what to write.
pub fn location(text: &str) -> Result<&str, Wrong> {
    match gateway::Redirect::check(text) {
        Ok(()) => Ok(text),
        Err(error) => Err(Wrong::new(
            format!("`{text}` is not where a redirect can lead"),
            format!("{error}; as in `https://shop.example/news/{{rest}}` or `/news`"),
        )),
    }
}
