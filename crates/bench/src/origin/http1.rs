//! HTTP/1.1: `…/N` is answered with N known bytes, and messages on a WebSocket go back as they came.

use super::{Input, Origin};
use crate::{body, websocket};
use std::collections::HashMap;
use std::io;
use std::rc::Rc;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use tokio::io::AsyncWriteExt;

/// Complete answers, by the length of their body and whether they may be kept.
pub(super) type Answers = HashMap<Wanted, Rc<Vec<u8>>>;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Wanted {
    length: usize,
    may_be_kept: bool,
}

pub(super) async fn serve(mut input: Input, origin: &Origin) -> io::Result<()> {
    loop {
        while let Some(end) = memchr::memmem::find(input.unread(), b"\r\n\r\n") {
            let head = input.unread().get(..end).unwrap_or_default();
            if is_websocket(head) {
                input.take(end + 4);
                return echo(input, origin).await;
            }
            origin.count();
            let answer = wanted(head).map(|wanted| complete(origin, wanted));
            match answer {
                Some(answer) => input.stream.write_all(&answer).await?,
                None => return input.stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await,
            }
            input.take(end + 4);
        }
        if !input.read().await? {
            return Ok(());
        }
    }
}

fn is_websocket(head: &[u8]) -> bool {
    head.strip_prefix(b"GET ").is_some_and(|rest| rest.starts_with(websocket::PATH.as_bytes()))
}

/// Everybody sends the same key, so that there is one answer.
async fn echo(mut input: Input, origin: &Origin) -> io::Result<()> {
    let accept = websocket::ACCEPT;
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
         sec-websocket-accept: {accept}\r\n\r\n"
    );
    input.stream.write_all(head.as_bytes()).await?;
    loop {
        while let Some((message, taken)) = websocket::echo(input.unread())? {
            origin.count();
            input.stream.write_all(&message).await?;
            input.take(taken);
        }
        if !input.read().await? {
            return Ok(());
        }
    }
}

/// What `GET …/N HTTP/1.1` asks for.
fn wanted(head: &[u8]) -> Option<Wanted> {
    let rest = head.strip_prefix(b"GET ")?;
    let path = rest.get(..memchr::memchr(b' ', rest)?)?;
    let figure = path.get(memchr::memrchr(b'/', path)? + 1..)?;
    let length = str::from_utf8(figure).ok()?.parse().ok().filter(|length| *length <= body::LONGEST)?;
    Some(Wanted { length, may_be_kept: path.starts_with(b"/cached/") })
}

fn complete(origin: &Origin, wanted: Wanted) -> Rc<Vec<u8>> {
    Rc::clone(origin.0.answers.borrow_mut().entry(wanted).or_insert_with(|| Rc::new(answer(wanted))))
}

/// What a service of today answers with: a handful of fields, and the body.
fn answer(wanted: Wanted) -> Vec<u8> {
    let length = wanted.length;
    let cache_control = if wanted.may_be_kept { "public, max-age=3600" } else { "no-store" };
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\n\
         date: {}\r\n\
         content-type: text/plain; charset=utf-8\r\n\
         content-length: {length}\r\n\
         cache-control: {cache_control}\r\n\
         etag: \"5c4d-6a1f0e\"\r\n\
         vary: accept-encoding\r\n\r\n",
        date(wanted.may_be_kept)
    )
    .into_bytes();
    answer.extend(body::body(length));
    answer
}

/// An answer's age counts from here, so that one which may be kept has the date of today (RFC 9110 §5.6.7).
fn date(today: bool) -> String {
    const FORM: &[BorrowedFormatItem<'_>] =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    let now = today.then(|| OffsetDateTime::now_utc().format(FORM).ok()).flatten();
    now.unwrap_or_else(|| "Mon, 01 Jan 2024 00:00:00 GMT".to_owned())
}
