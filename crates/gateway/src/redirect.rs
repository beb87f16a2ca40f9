//! The plain port beside a TLS door: it sends every request on to the door, and serves nothing but what a CA looks for.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Poll, ready};
use std::time::Instant;

use bytes::BytesMut;
use model::Code;
use tokio::io::AsyncWrite;
use tokio::net::TcpStream;
use upstream::Alarm;
use wire::{HeadLimits, RequestHead};

use crate::answer;
use crate::settings::DoorSettings;
use crate::snapshot::Snapshot;
use crate::socket::Socket;
use crate::thread::OpenConnection;

const READ_BYTES: usize = 4 * 1024;

/// Reads one request, answers where its door is, and closes. One alarm bounds the whole.
pub(crate) async fn serve(open: OpenConnection, snapshot: &Snapshot, index: usize, stream: TcpStream) {
    let Some((door, state)) = snapshot.door(index) else { return };
    let mut socket = Socket::Plain(stream);
    let mut alarm = Alarm::new();
    alarm.set(Some(Instant::now() + door.patience.head));
    let Ok(Some(head)) = alarm.guard(read_head(&open, &mut socket, door)).await else { return };
    let answer = match head {
        Ok(head) if state.names.admit(head.host()) => match snapshot.configuration.challenges.answer(&head) {
            Some(proof) => answer::proof(&proof),
            None => answer::redirect(&location(&head, door)),
        },
        Ok(_) => answer::bare(Code::MisdirectedRequest),
        Err(code) => answer::bare(code),
    };
    // A caller that does not wait for its redirect has lost nothing else.
    let _ = alarm.guard(write(&mut socket, &answer)).await;
}

async fn read_head(
    open: &OpenConnection,
    socket: &mut Socket,
    door: &DoorSettings,
) -> Option<Result<RequestHead, Code>> {
    let heads = &door.heads;
    let limits = HeadLimits { head_bytes: heads.bytes, target_bytes: heads.target_bytes, fields: heads.fields };
    let (mut head, mut buffer) = (RequestHead::new(), BytesMut::new());
    poll_fn(|context| {
        open.register(context);
        loop {
            match ready!(socket.poll_fill(context, &mut buffer, READ_BYTES)) {
                Ok(0) | Err(_) => return Poll::Ready(None),
                Ok(_) => {}
            }
            match head.parse(&buffer, &limits) {
                Ok(None) => {}
                Ok(Some(_)) => return Poll::Ready(Some(Ok(std::mem::replace(&mut head, RequestHead::new())))),
                Err(error) => return Poll::Ready(Some(Err(error.code()))),
            }
        }
    })
    .await
}

async fn write(socket: &mut Socket, answer: &[u8]) -> std::io::Result<()> {
    let mut written = 0;
    poll_fn(|context| {
        while let Some(rest) = answer.get(written..).filter(|rest| !rest.is_empty()) {
            written += ready!(socket.poll_write_two(context, rest, &[]))?;
        }
        Pin::new(&mut *socket).poll_shutdown(context)
    })
    .await
}

/// The same host and target at the door's own port.
fn location(head: &RequestHead, door: &DoorSettings) -> String {
    let port = door.listen.first().map_or(443, SocketAddr::port);
    let (host, target) = (head.host(), head.path_and_query());
    if port == 443 { format!("https://{host}{target}") } else { format!("https://{host}:{port}{target}") }
}
