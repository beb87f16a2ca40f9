//! A scripted service that speaks HTTP/2: it does to each request what a test says, and keeps what came.
//!
//! Frames are read and written by the `h2` crate, so that a test says what is exchanged and not how. For what no
//! library would send there is [`crate::http2::Http2::serving`].

use std::future::poll_fn;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use h2::server::{Builder, SendResponse};
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, mpsc};

pub use tokio::sync::Barrier;
use tokio_rustls::TlsAcceptor;

use crate::tls::ServerTls;

/// Name and value.
pub type Field = (String, String);

/// One thing that is done to a request.
#[derive(Clone, Debug)]
pub enum Turn {
    /// Reads the body to its end, and the trailers behind it.
    ReadBody,
    /// Sends an interim answer.
    Interim(u16),
    /// Sends the head of the answer; `true` where nothing follows.
    Head(u16, Vec<Field>, bool),
    /// Sends content.
    Send(Vec<u8>),
    /// Does nothing for so long, as a service does that has nothing to say yet.
    Pause(Duration),
    /// Sends back each piece of the body as it comes, and its trailers, which end the answer.
    Echo,
    /// Ends the answer.
    End,
    /// Ends the answer with trailers.
    Trailers(Vec<Field>),
    /// Ends the stream with this error (RFC 9113 §7).
    Reset(u32),
    /// Says that the connection takes no further streams, and goes on with those under way.
    Leave,
    /// Does nothing until the caller resets the stream.
    Hang,
    /// Waits until so many streams wait.
    Meet(Arc<Barrier>),
}

/// What is done to a request.
pub type Turns = Vec<Turn>;

/// What came on one stream.
#[derive(Clone, Debug, Default)]
pub struct Arrived {
    /// `:method`.
    pub method: String,
    /// `:scheme`, `:authority` and `:path`.
    pub uri: String,
    /// The fields.
    pub fields: Vec<Field>,
    /// The body, as far as it was read.
    pub body: Vec<u8>,
    /// The trailers behind it.
    pub trailers: Vec<Field>,
    /// The error that the caller ended the stream with.
    pub reset: Option<u32>,
}

type Choose = dyn Fn(&Arrived, usize) -> Turns + Send + Sync;

struct Shared {
    choose: Box<Choose>,
    arrived: Mutex<Vec<Arrived>>,
    connections: AtomicUsize,
    over: Notify,
    streams_at_most: u32,
}

/// A running service; it ends, with all its connections, when this is dropped.
pub struct Http2Backend {
    shared: Arc<Shared>,
    address: SocketAddr,
    scheme: &'static str,
}

impl Http2Backend {
    /// Does the same to every request, in cleartext.
    #[must_use]
    pub fn always(turns: Turns) -> Self {
        Self::choosing(move |_, _| turns.clone())
    }

    /// Decides request by request; the number counts from 0 over all connections.
    #[must_use]
    pub fn choosing(choose: impl Fn(&Arrived, usize) -> Turns + Send + Sync + 'static) -> Self {
        Self::start(Box::new(choose), 200, None)
    }

    /// Does the same to every request, and takes no more of them than so many on one connection.
    #[must_use]
    pub fn taking(streams_at_most: u32, turns: Turns) -> Self {
        Self::start(Box::new(move |_, _| turns.clone()), streams_at_most, None)
    }

    /// Speaks TLS; `https://127.0.0.1:PORT`.
    #[must_use]
    pub fn over_tls(tls: &ServerTls, turns: Turns) -> Self {
        Self::start(Box::new(move |_, _| turns.clone()), 200, Some(TlsAcceptor::from(tls.config())))
    }

    fn start(choose: Box<Choose>, streams_at_most: u32, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("a bound socket");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (arrived, connections, over) = (Mutex::default(), AtomicUsize::new(0), Notify::new());
        let shared = Arc::new(Shared { choose, arrived, connections, over, streams_at_most });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, &serving, tls) => {}
                    () = serving.over.notified() => {}
                }
            });
        });
        Self { shared, address, scheme }
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// What came, in the order of arrival; streams under way as far as they are.
    ///
    /// # Panics
    /// When a thread of it has panicked.
    #[must_use]
    pub fn arrived(&self) -> Vec<Arrived> {
        self.shared.arrived.lock().expect("no panic").clone()
    }

    /// Connections on which HTTP/2 was spoken.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Http2Backend {
    fn drop(&mut self) {
        self.shared.over.notify_one();
    }
}

async fn accept(listener: TcpListener, shared: &Arc<Shared>, tls: Option<TlsAcceptor>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listening socket");
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).expect("TCP_NODELAY");
        let (shared, tls) = (Arc::clone(shared), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => serve(stream, shared).await,
                Some(tls) => {
                    let Ok(stream) = tls.accept(stream).await else { return };
                    serve(stream, shared).await;
                }
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, shared: Arc<Shared>) {
    let mut builder = Builder::new();
    builder.max_concurrent_streams(shared.streams_at_most);
    let Ok(mut connection) = builder.handshake::<_, Bytes>(stream).await else { return };
    shared.connections.fetch_add(1, Ordering::SeqCst);
    let (leave, mut leaving) = mpsc::unbounded_channel();
    loop {
        tokio::select! {
            next = connection.accept() => {
                let Some(Ok((request, respond))) = next else { return };
                let exchange = Exchange::new(Arc::clone(&shared), request, respond, leave.clone());
                tokio::spawn(exchange.run());
            }
            _ = leaving.recv() => connection.graceful_shutdown(),
        }
    }
}

/// One stream.
struct Exchange {
    shared: Arc<Shared>,
    number: usize,
    body: RecvStream,
    respond: SendResponse<Bytes>,
    stream: Option<SendStream<Bytes>>,
    leave: mpsc::UnboundedSender<()>,
}

impl Exchange {
    fn new(
        shared: Arc<Shared>,
        request: Request<RecvStream>,
        respond: SendResponse<Bytes>,
        leave: mpsc::UnboundedSender<()>,
    ) -> Self {
        let (parts, body) = request.into_parts();
        let head = Arrived {
            method: parts.method.to_string(),
            uri: parts.uri.to_string(),
            fields: fields(&parts.headers),
            ..Arrived::default()
        };
        let number = {
            let mut arrived = shared.arrived.lock().expect("no panic");
            arrived.push(head);
            arrived.len() - 1
        };
        Self { shared, number, body, respond, stream: None, leave }
    }

    fn note(&self, write: impl FnOnce(&mut Arrived)) {
        if let Some(arrived) = self.shared.arrived.lock().expect("no panic").get_mut(self.number) {
            write(arrived);
        }
    }

    fn arrived(&self) -> Arrived {
        self.shared.arrived.lock().expect("no panic").get(self.number).cloned().unwrap_or_default()
    }

    async fn run(mut self) {
        let head = self.arrived();
        for turn in (self.shared.choose)(&head, self.number) {
            if let Err(error) = self.take(turn).await {
                let reason = error.reason().map(u32::from);
                self.note(|arrived| arrived.reset = reason);
                return;
            }
        }
    }

    async fn take(&mut self, turn: Turn) -> Result<(), h2::Error> {
        match turn {
            Turn::ReadBody => while self.read().await?.is_some() {},
            Turn::Interim(status) => {
                let mut interim = Response::new(());
                *interim.status_mut() = StatusCode::from_u16(status).expect("a status");
                self.respond.send_informational(interim)?;
            }
            Turn::Head(status, fields, end) => {
                let mut head = Response::new(());
                *head.status_mut() = StatusCode::from_u16(status).expect("a status");
                *head.headers_mut() = map(&fields);
                self.stream = Some(self.respond.send_response(head, end)?);
            }
            Turn::Send(bytes) => self.send(Bytes::from(bytes)).await?,
            Turn::Pause(time) => tokio::time::sleep(time).await,
            Turn::Echo => {
                while let Some(piece) = self.read().await? {
                    self.send(piece).await?;
                }
                let trailers = self.arrived().trailers;
                self.stream().send_trailers(map(&trailers))?;
            }
            Turn::End => self.stream().send_data(Bytes::new(), true)?,
            Turn::Trailers(fields) => self.stream().send_trailers(map(&fields))?,
            Turn::Reset(reason) => match &mut self.stream {
                Some(stream) => stream.send_reset(Reason::from(reason)),
                None => self.respond.send_reset(Reason::from(reason)),
            },
            Turn::Meet(barrier) => {
                barrier.wait().await;
            }
            Turn::Leave => drop(self.leave.send(())),
            Turn::Hang => {
                let reason = match &mut self.stream {
                    Some(stream) => poll_fn(|context| stream.poll_reset(context)).await?,
                    None => poll_fn(|context| self.respond.poll_reset(context)).await?,
                };
                self.note(|arrived| arrived.reset = Some(reason.into()));
            }
        }
        Ok(())
    }

    /// The next piece of the body, noted; `None` behind the last, with the trailers noted.
    async fn read(&mut self) -> Result<Option<Bytes>, h2::Error> {
        match self.body.data().await {
            Some(piece) => {
                let piece = piece?;
                self.body.flow_control().release_capacity(piece.len())?;
                self.note(|arrived| arrived.body.extend_from_slice(&piece));
                Ok(Some(piece))
            }
            None => {
                let trailers = self.body.trailers().await?.map(|trailers| fields(&trailers)).unwrap_or_default();
                self.note(|arrived| arrived.trailers = trailers);
                Ok(None)
            }
        }
    }

    async fn send(&mut self, mut bytes: Bytes) -> Result<(), h2::Error> {
        let stream = self.stream();
        while !bytes.is_empty() {
            stream.reserve_capacity(bytes.len());
            while stream.capacity() == 0 {
                if let Some(room) = poll_fn(|context| stream.poll_capacity(context)).await {
                    room?;
                }
            }
            let room = stream.capacity().min(bytes.len());
            stream.send_data(bytes.split_to(room), false)?;
        }
        Ok(())
    }

    fn stream(&mut self) -> &mut SendStream<Bytes> {
        self.stream.as_mut().expect("a head before what follows it")
    }
}

fn fields(map: &HeaderMap) -> Vec<Field> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    map.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

fn map(fields: &[Field]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        map.append(name, HeaderValue::from_str(value).expect("a value"));
    }
    map
}
