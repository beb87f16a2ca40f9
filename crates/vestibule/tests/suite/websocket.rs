//! WebSockets through the house, with a client and a service of another hand (tungstenite) and with raw bytes.

mod ends;
mod handshakes;
mod messages;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use testkit::{ClientTls, Connection, House, Root, Stream, port};
use tungstenite::handshake::server::{Request, Response};
use tungstenite::{Message, WebSocket};

use crate::standing::house;

/// How long a test waits for what should happen at once.
const SOON: Duration = Duration::from_secs(15);

/// A service that sends back every message, and tells with which code each WebSocket was closed (0: without a Close).
pub(crate) struct Echo {
    address: SocketAddr,
    closed: Receiver<u16>,
    over: Arc<AtomicBool>,
}

impl Echo {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("its address");
        let (tell, closed) = mpsc::channel();
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                let tell = tell.clone();
                std::thread::spawn(move || echo(stream, &tell));
            }
        });
        Self { address, closed, over }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The code of the next Close that a service saw.
    fn next_close(&self) -> u16 {
        self.closed.recv_timeout(SOON).expect("a WebSocket that ended")
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
    }
}

fn echo(stream: TcpStream, tell: &Sender<u16>) {
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
    #[expect(clippy::result_large_err, reason = "tungstenite's own type")]
    let choose = |request: &Request, mut answer: Response| {
        let offered = request.headers().get("sec-websocket-protocol").and_then(|value| value.to_str().ok());
        if let Some(first) = offered.and_then(|offered| offered.split(',').next()) {
            answer.headers_mut().insert("sec-websocket-protocol", first.trim().parse().expect("a token"));
        }
        Ok(answer)
    };
    let Ok(mut socket) = tungstenite::accept_hdr(stream, choose) else { return };
    let mut code = 0;
    loop {
        match socket.read() {
            Ok(message @ (Message::Text(_) | Message::Binary(_))) => drop(socket.send(message)),
            Ok(Message::Close(frame)) => code = frame.map_or(1005, |frame| u16::from(frame.code)),
            Ok(_) => {}
            Err(_) => break,
        }
    }
    // The test may have ended.
    let _ = tell.send(code);
}

/// A house with a WebSocket at `/chat`, one more at `/other` and an ordinary operation at `/plain`.
struct Site {
    house: House,
    address: SocketAddr,
    file: String,
    tls: Option<ClientTls>,
}

impl Site {
    /// In cleartext; `chat` are further keys of the operation at `/chat`.
    fn plain(service: &str, chat: &str) -> Self {
        Self::start(service, chat, None)
    }

    fn over_tls(service: &str) -> Self {
        Self::start(service, "", Some(&Root::new("people")))
    }

    fn start(service: &str, chat: &str, root: Option<&Root>) -> Self {
        let prepared = house();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port::free()));
        let mut tls = "none";
        if let Some(root) = root {
            let leaf = root.server(&["localhost", "127.0.0.1"]);
            prepared.write("door.pem", &leaf.pem);
            prepared.write("door-key.pem", &leaf.key_pem);
            tls = "{ files: [{ certificate: door.pem, key: door-key.pem }] }";
        }
        let file = format!(
            "vestibule: 1\n\
             doors:\n  client: {{ listen: \"{address}\", tls: {tls} }}\n\
             services:\n  talk: {{ urls: \"{service}\" }}\n\
             apis:\n  talk:\n    door: client\n    service: talk\n    public: true\n    operations:\n\
             \x20     plain: \"GET /plain\"\n\
             \x20     other: {{ route: \"GET /other\", websocket: true }}\n\
             \x20     chat: {{ route: \"GET /chat\", websocket: true{chat} }}\n"
        );
        let house = prepared.config(&file).start();
        Self { house, address, file, tls: root.map(ClientTls::new) }
    }

    fn connect(&self) -> Connection {
        match &self.tls {
            None => Connection::plain(self.address),
            Some(tls) => Connection::tls(self.address, tls),
        }
    }

    /// A WebSocket of another hand.
    fn open(&self, path: &str) -> WebSocket<Stream> {
        let stream = self.connect().into_stream();
        stream.set_timeout(SOON).expect("a timeout");
        let url = format!("ws://talk.example{path}");
        tungstenite::client(url, stream).unwrap_or_else(|e| panic!("{path}: {e}")).0
    }

    /// A connection on which a WebSocket was opened by hand.
    fn open_raw(&self, path: &str) -> Connection {
        let mut connection = self.connect();
        let answer = connection.exchange(handshake(path, ""));
        assert_eq!(answer.status, 101, "{}", answer.text());
        connection
    }
}

/// The example of RFC 6455 §1.3, with further field lines.
fn handshake(path: &str, fields: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: talk.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{fields}\r\n"
    )
}

/// What a server of RFC 6455 answers to [`handshake`].
const GRANTED: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                       Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// Sends a text and waits for it to come back.
fn assert_echoed(socket: &mut WebSocket<Stream>, text: &str) {
    socket.send(Message::text(text)).expect("sent");
    assert_eq!(next(socket), Message::text(text));
}

/// The next message that is not a Ping or Pong.
fn next(socket: &mut WebSocket<Stream>) -> Message {
    loop {
        match socket.read() {
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(message) => return message,
            Err(error) => panic!("no message: {error}"),
        }
    }
}

/// The code of the Close that comes next.
fn closed_with(socket: &mut WebSocket<Stream>) -> u16 {
    match next(socket) {
        Message::Close(Some(frame)) => frame.code.into(),
        other => panic!("no Close: {other:?}"),
    }
}
