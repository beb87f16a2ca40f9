//! What is gathered leaves when it should, whole and in order.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use observe::{LogFormat, LogSettings, Observatory};
use policy::Rules;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{GATHERED_BYTES, Gathered};
use crate::settings::Settings;
use crate::snapshot::{Configuration, Snapshot};
use crate::socket::Socket;
use crate::thread::Thread;

fn thread() -> Rc<Thread> {
    let log = observe::Settings { log: LogSettings { format: LogFormat::Off, colour: false } };
    let observatory = Observatory::start(log, Box::new(io::sink())).expect("an observatory");
    let nobody = auth::Settings { keys: vec![], workloads: vec![], trust_domain: None };
    let settings = Settings {
        hash: "test".into(),
        doors: vec![],
        operations: vec![],
        rules: Rules::new(vec![]),
        directory: auth::Directory::new(nobody).expect("an empty directory"),
        services: vec![],
    };
    let configuration = Configuration::new(settings, None, &observatory).expect("a configuration");
    Thread::new(|pools| Snapshot::new(Arc::new(configuration), pools), observatory.observer())
}

/// Runs a story with a connection that gathers, and its peer.
fn told<S: Future<Output = ()>>(story: impl FnOnce(Gathered, TcpStream) -> S) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
        let peer = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("connected");
        let (socket, _) = listener.accept().await.expect("accepted");
        let gathered = Gathered::new(Socket::Plain(socket), &thread());
        gathered.gather();
        story(gathered, peer).await;
    });
}

async fn read(peer: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    peer.read_exact(&mut bytes).await.expect("so much comes");
    bytes
}

#[test]
fn what_is_gathered_leaves_at_once_when_it_is_sent() {
    told(async |mut gathered, mut peer| {
        for piece in ["one", "two", "three"] {
            gathered.write_all(piece.as_bytes()).await.expect("written");
            gathered.flush().await.expect("flushed");
        }
        let mut bytes = [0; 64];
        let early = peer.try_read(&mut bytes).map_err(|error| error.kind());
        assert_eq!(early, Err(io::ErrorKind::WouldBlock));
        poll_fn(|context| gathered.poll_send(context)).await.expect("sent");
        assert_eq!(read(&mut peer, 11).await, b"onetwothree");
    });
}

#[test]
fn what_has_no_room_sends_what_came_before_it_first() {
    told(async |mut gathered, mut peer| {
        let large = vec![b'x'; GATHERED_BYTES];
        gathered.write_all(b"small").await.expect("written");
        gathered.write_all(&large).await.expect("written");
        assert_eq!(read(&mut peer, 5).await, b"small");
        gathered.write_all(&[&large[..], b"!"].concat()).await.expect("written");
        assert_eq!(read(&mut peer, 2 * GATHERED_BYTES + 1).await, [&large[..], &large[..], b"!"].concat());
    });
}

#[test]
fn a_peer_that_reads_nothing_is_waited_for_with_a_bounded_buffer() {
    told(async |mut gathered, mut peer| {
        let mut written = 0;
        let piece: Vec<u8> = (0..=255).cycle().take(1_000).collect();
        // Sent and received, the kernel holds some megabytes at most.
        for _ in 0..100_000 {
            match poll_fn(|context| Poll::Ready(Pin::new(&mut gathered).poll_write(context, &piece))).await {
                Poll::Ready(count) => written += count.expect("the peer is there"),
                Poll::Pending => break,
            }
            assert!(gathered.0.borrow().out.len() <= GATHERED_BYTES);
        }
        assert!(written < 100_000_000, "nothing held the writer back");
        let (bytes, ()) = tokio::join!(read(&mut peer, written), async {
            poll_fn(|context| gathered.poll_send(context)).await.expect("sent");
        });
        assert!(bytes.chunks(1_000).all(|chunk| chunk == piece));
    });
}

#[test]
fn the_end_of_a_connection_sends_what_is_left() {
    told(async |mut gathered, mut peer| {
        gathered.write_all(b"goodbye").await.expect("written");
        gathered.shutdown().await.expect("ended");
        let mut bytes = Vec::new();
        peer.read_to_end(&mut bytes).await.expect("the end");
        assert_eq!(bytes, b"goodbye");
    });
}
