//! The head of a stored answer: what of an answer's fields is stored (RFC 9111 §3.1), and what a 304 changes (§3.2).

use std::time::SystemTime;

use wire::ResponseHead;
use wire::conditional::EntityTag;
use wire::fields::{Field, Name};

/// The head as it is stored; `None` if a field cannot be written as it was read, which is a fault of ours.
pub(crate) fn stored_head(answer: &ResponseHead, wall: SystemTime) -> Option<ResponseHead> {
    let mut head = ResponseHead::new();
    head.make(answer.status());
    for field in answer.fields().end_to_end().filter(is_stored) {
        head.push(field.name, field.value).ok()?;
    }
    say_date(&mut head, wall)?;
    Some(head)
}

/// The stored head with the fields of a 304 in place of those of the same name.
pub(crate) fn freshened(old: &ResponseHead, news: &ResponseHead, wall: SystemTime) -> Option<ResponseHead> {
    let is_updated = |field: &Field<'_>| {
        // They describe the octets that are stored, which a 304 does not change.
        !matches!(field.known, Name::ContentEncoding | Name::ContentRange | Name::ContentType) && is_stored(field)
    };
    let mut head = ResponseHead::new();
    head.make(old.status());
    let has_news = |name: &str| news.fields().end_to_end().filter(is_updated).any(|field| field.name == name);
    let kept = old.fields().iter().filter(|field| {
        // The date is that of the news, or now.
        field.known != Name::Date && !has_news(field.name)
    });
    for field in kept.chain(news.fields().end_to_end().filter(is_updated)) {
        head.push(field.name, field.value).ok()?;
    }
    say_date(&mut head, wall)?;
    Some(head)
}

/// Whether a 304 is about what is stored: it names the same version, or none (§4.3.4).
pub(crate) fn is_of_the_same(old: &ResponseHead, news: &ResponseHead) -> bool {
    let tag = |head: &ResponseHead| head.fields().get(Name::Etag).map(<[u8]>::to_vec);
    match (tag(old), tag(news)) {
        (Some(old), Some(news)) => match (EntityTag::parse(&old), EntityTag::parse(&news)) {
            (Some(old), Some(news)) => old.is_weakly(&news),
            _ => old == news,
        },
        _ => true,
    }
}

/// The age is told anew each time, the length follows from the content, and what concerns one hop or one caller is
/// not for others.
fn is_stored(field: &Field<'_>) -> bool {
    const HOP: [&str; 1] = ["proxy-authentication-info"];
    !matches!(field.known, Name::Age | Name::ContentLength | Name::SetCookie) && !HOP.contains(&field.name)
}

/// RFC 9110 §6.6.1: whoever has a clock and forwards an answer without a date says when it came.
fn say_date(head: &mut ResponseHead, wall: SystemTime) -> Option<()> {
    if head.fields().count(Name::Date) == 0 {
        head.push("date", httpdate::fmt_http_date(wall).as_bytes()).ok()?;
    }
    Some(())
}

#[cfg(test)]
mod tests;
