//! Servers for the generator's own tests: an origin, one that always says the same, one with HTTP/2, one with TLS.

use crate::origin::{self, Origin};
use crate::{body, certificates};
use rustls::{HandshakeKind, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::oneshot;
use tokio::task::spawn_local;
use tokio_rustls::TlsAcceptor;

pub(super) struct Files {
    pub(super) certificate: &'static str,
    key: &'static str,
}

pub(super) const TLS_FILES: Files = Files { certificate: "server.pem", key: "server.key" };

/// Serves on a thread of its own until dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    directory: TempDir,
    full_handshakes: Arc<AtomicUsize>,
    _stop: oneshot::Sender<()>,
}

impl Server {
    pub(super) fn origin() -> Self {
        Self::start(|listener, _| async move { origin::serve(listener, Origin::default()).await.unwrap() })
    }

    /// Answers every request with these bytes and ends the connection with the third.
    pub(super) fn repeating(answer: &'static str) -> Self {
        Self::start(move |listener, _| async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                spawn_local(repeat(stream, answer));
            }
        })
    }

    pub(super) fn http2(length: usize) -> Self {
        Self::start(move |listener, _| async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                spawn_local(speak_http2(stream, length));
            }
        })
    }

    /// Sends each call's message back with this status.
    pub(super) fn calls(status: &'static str) -> Self {
        Self::start(move |listener, _| async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                spawn_local(speak_grpc(stream, status));
            }
        })
    }

    pub(super) fn tls() -> Self {
        Self::start(|listener, shared| async move {
            let acceptor = TlsAcceptor::from(Arc::new(shared.tls));
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, full_handshakes) = (acceptor.clone(), Arc::clone(&shared.full_handshakes));
                spawn_local(speak_tls(acceptor, stream, full_handshakes));
            }
        })
    }

    fn start<F: Future<Output = ()>>(serve: impl FnOnce(TcpListener, Shared) -> F + Send + 'static) -> Self {
        let directory = tempfile::tempdir().unwrap();
        certificates::write(directory.path()).unwrap();
        let full_handshakes = Arc::new(AtomicUsize::new(0));
        let shared = Shared { tls: server_config(directory.path()), full_handshakes: Arc::clone(&full_handshakes) };
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).unwrap();
            runtime.block_on(async {
                let listener = origin::bind("127.0.0.1:0".parse().unwrap()).unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                tokio::select! {
                    () = serve(listener, shared) => (),
                    _ = stopped => (),
                }
            });
        });
        Self { address: told.recv().unwrap(), directory, full_handshakes, _stop: stop }
    }

    pub(super) fn file(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    pub(super) fn full_handshakes(&self) -> usize {
        self.full_handshakes.load(Ordering::Relaxed)
    }
}

struct Shared {
    tls: ServerConfig,
    full_handshakes: Arc<AtomicUsize>,
}

fn server_config(directory: &Path) -> ServerConfig {
    let certificate = CertificateDer::from_pem_file(directory.join(TLS_FILES.certificate)).unwrap();
    let key = PrivateKeyDer::from_pem_file(directory.join(TLS_FILES.key)).unwrap();
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

async fn repeat(mut stream: TcpStream, answer: &str) {
    let mut request = [0; 4096];
    for _ in 0..2 {
        if stream.read(&mut request).await.unwrap_or(0) == 0 || stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
        if !answer.contains("\r\n\r\n") {
            return;
        }
    }
}

async fn speak_http2(stream: TcpStream, length: usize) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        assert_eq!(request.uri().path(), "/bytes/1024");
        assert_eq!(request.uri().authority().unwrap(), "localhost");
        assert!(request.headers()["user-agent"].to_str().unwrap().starts_with("Mozilla/5.0"));
        if let Ok(mut body) = respond.send_response(http::Response::new(()), false) {
            body.send_data(body::body(length).into(), true).ok();
        }
    }
}

async fn speak_grpc(stream: TcpStream, status: &'static str) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        assert_eq!((request.method().as_str(), request.uri().path()), ("POST", "/bench.Echo/Call"));
        assert_eq!(request.headers()["te"], "trailers");
        spawn_local(async move {
            let mut asked = request.into_body();
            let message = asked.data().await.unwrap().unwrap();
            let mut body = respond.send_response(http::Response::new(()), false).unwrap();
            body.send_data(message, false).unwrap();
            let trailers = [("grpc-status".parse().unwrap(), status.parse().unwrap())];
            body.send_trailers(http::HeaderMap::from_iter(trailers)).unwrap();
        });
    }
}

/// One request, one answer, and the end.
async fn speak_tls(acceptor: TlsAcceptor, stream: TcpStream, full_handshakes: Arc<AtomicUsize>) {
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let full = stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Full);
    full_handshakes.fetch_add(usize::from(full), Ordering::Relaxed);
    let mut request = [0; 4096];
    let read = stream.read(&mut request).await.unwrap_or(0);
    assert!(request[..read].ends_with(b"connection: close\r\n\r\n"));
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1024\r\nconnection: close\r\n\r\n";
    let answer = [head.as_slice(), &body::body(1024)].concat();
    stream.write_all(&answer).await.ok();
    stream.shutdown().await.ok();
}
