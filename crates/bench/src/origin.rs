//! The service behind every proxy of a comparison: answers `/bytes/N` with N known bytes and keeps connections open.

use crate::body;
use anyhow::Context;
use std::cell::RefCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::spawn_local;

/// Heads longer than this end the connection.
const LONGEST_HEAD: usize = 16 * 1024;
const BACKLOG: u32 = 4096;

/// Complete answers by the length of their body.
type Answers = Rc<RefCell<HashMap<usize, Rc<Vec<u8>>>>>;

/// Listens at `address`.
///
/// # Errors
/// When the address cannot be bound.
pub(crate) fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listen = || {
        let socket = TcpSocket::new_v4()?;
        // The origin of the last run has connections that are still remembered.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listen().with_context(|| format!("the origin cannot listen at {address}"))
}

/// Serves until the runtime ends.
///
/// # Errors
/// When connections can no longer be accepted.
pub(crate) async fn serve(listener: TcpListener) -> anyhow::Result<()> {
    let answers = Answers::default();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answers = Rc::clone(&answers);
        // A proxy may close its connection at any time; that is its right and no event here.
        spawn_local(async move { connection(stream, &answers).await.ok() });
    }
}

async fn connection(mut stream: TcpStream, answers: &Answers) -> std::io::Result<()> {
    let mut buffer = vec![0; LONGEST_HEAD];
    let mut filled = 0;
    loop {
        let received = stream.read(buffer.get_mut(filled..).unwrap_or_default()).await?;
        if received == 0 {
            return Ok(());
        }
        filled += received;
        while let Some(end) = memchr::memmem::find(buffer.get(..filled).unwrap_or_default(), b"\r\n\r\n") {
            let answer = buffer.get(..end).and_then(wanted).map(|length| complete(answers, length));
            match answer {
                Some(answer) => stream.write_all(&answer).await?,
                None => return stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await,
            }
            buffer.copy_within(end + 4..filled, 0);
            filled -= end + 4;
        }
    }
}

/// The length that `GET /bytes/N HTTP/1.1` asks for.
fn wanted(head: &[u8]) -> Option<usize> {
    let rest = head.strip_prefix(b"GET /bytes/")?;
    let figure = rest.get(..memchr::memchr(b' ', rest)?)?;
    str::from_utf8(figure).ok()?.parse().ok().filter(|length| *length <= body::LONGEST)
}

fn complete(answers: &Answers, length: usize) -> Rc<Vec<u8>> {
    Rc::clone(answers.borrow_mut().entry(length).or_insert_with(|| Rc::new(answer(length))))
}

/// What a service of today answers with: a handful of fields, and the body.
fn answer(length: usize) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\n\
         date: Mon, 01 Jan 2024 00:00:00 GMT\r\n\
         content-type: text/plain; charset=utf-8\r\n\
         content-length: {length}\r\n\
         cache-control: no-store\r\n\
         etag: \"5c4d-6a1f0e\"\r\n\
         vary: accept-encoding\r\n\r\n"
    )
    .into_bytes();
    answer.extend(body::body(length));
    answer
}
