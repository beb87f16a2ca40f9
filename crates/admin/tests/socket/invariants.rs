//! What must hold of any octets that come over the admin socket; shared by the tests and the fuzz target.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use admin::{
    Ask, ChangeAnswer, Configuration, House, ReloadOutcome, Server, Settings, Status, Upgrade, UpgradeOutcome,
};
use observe::{LogFormat, LogSettings, Observatory};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::runtime::Runtime;

/// Far beyond what an answer takes, and beyond the five seconds that a head may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// What the endpoints answer, and what hyper answers to heads that it does not take.
const STATUSES: [u16; 11] = [200, 400, 404, 405, 408, 409, 413, 414, 422, 431, 503];

/// A running admin server in a folder of its own.
pub(crate) struct Standing {
    runtime: Runtime,
    socket: PathBuf,
    house: Arc<Counting>,
    _server: Server,
    _folder: TempDir,
}

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Was {
    /// The status of the answer, if there was one.
    pub(crate) status: Option<u16>,
    pub(crate) reloaded: bool,
}

/// A house that counts what is asked of it.
#[derive(Default)]
struct Counting {
    reloads: AtomicU64,
    changes: AtomicU64,
}

impl House for Counting {
    fn status(&self) -> Status {
        let configuration = Configuration {
            hash: "7f3a91c".to_owned(),
            file: "vestibule.yaml".to_owned(),
            loaded_at: "2026-11-22T14:02:11Z".to_owned(),
            last_refused: None,
            waits: None,
            settled: None,
        };
        Status {
            ready: true,
            version: "0.1.0".to_owned(),
            pid: 1,
            started_at: "2026-11-22T14:00:00Z".to_owned(),
            configuration,
            doors: Vec::new(),
            services: Vec::new(),
        }
    }

    fn ready(&self) -> bool {
        true
    }

    fn reload(&self) -> Pin<Box<dyn Future<Output = ReloadOutcome> + Send>> {
        self.reloads.fetch_add(1, Ordering::Relaxed);
        let (hash, was) = ("7f3a91c".to_owned(), "7f3a91c".to_owned());
        Box::pin(async { ReloadOutcome::Loaded { hash, was, took_ms: 0, changes: None } })
    }

    fn change(&self, ask: Ask) -> Pin<Box<dyn Future<Output = ChangeAnswer> + Send>> {
        self.changes.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move { ChangeAnswer::done(ask.command(), "7f3a91c".to_owned()) })
    }

    fn upgrade(&self, _: Upgrade) -> Pin<Box<dyn Future<Output = UpgradeOutcome> + Send>> {
        Box::pin(async { UpgradeOutcome::HandedOver { pid: 2, was: 1 } })
    }
}

impl Standing {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let socket = folder.path().join("admin.sock");
        let settings = Settings { socket: socket.clone(), metrics: None, health: None };
        let log = LogSettings { format: LogFormat::Off, colour: false };
        let observatory = Observatory::start(observe::Settings { log }, Box::new(std::io::sink())).expect("a thread");
        let house = Arc::new(Counting::default());
        let served: Arc<dyn House> = Arc::<Counting>::clone(&house);
        let server = runtime.block_on(Server::start(&settings, served, observatory)).expect("a server");
        Self { runtime, socket, house, _server: server, _folder: folder }
    }

    /// Whatever comes gets one answer or none and the connection's end, and reloads only where it says so.
    pub(crate) fn any_input(&self, input: &[u8]) -> Was {
        let before = self.house.reloads.load(Ordering::Relaxed);
        let changes_before = self.house.changes.load(Ordering::Relaxed);
        let answer = self.runtime.block_on(async {
            tokio::time::timeout(PATIENCE, exchange(&self.socket, input)).await.expect("the end of the connection")
        });
        let reloads = self.house.reloads.load(Ordering::Relaxed) - before;
        assert!(reloads == 0 || (reloads == 1 && asks_for_reload(input)), "{reloads} reloads");
        let changes = self.house.changes.load(Ordering::Relaxed) - changes_before;
        assert!(changes == 0 || (changes == 1 && asks_for_change(input)), "{changes} changes");
        let status = status(&answer);
        assert!(
            answer.is_empty() || status.is_some_and(|status| STATUSES.contains(&status)),
            "{}",
            answer.escape_ascii()
        );
        let heads = answer.windows(7).filter(|octets| octets == b"HTTP/1.").count();
        assert!(heads <= 1, "more than one answer: {}", answer.escape_ascii());
        Was { status, reloaded: reloads == 1 }
    }
}

/// Sends all of it, and reads until the server closes.
async fn exchange(socket: &PathBuf, input: &[u8]) -> Vec<u8> {
    let mut stream = UnixStream::connect(socket).await.expect("the admin socket");
    let mut answer = Vec::new();
    // Who is refused early may find the connection closed; what was answered before stands.
    let _ = stream.write_all(input).await;
    if !is_whole_head(input) {
        let _ = stream.shutdown().await;
    }
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

/// Whether the server may answer without waiting for more; who closes before may not be answered.
fn is_whole_head(input: &[u8]) -> bool {
    // Empty lines before a request line are passed over (RFC 9112 §2.2).
    input.trim_ascii_start().windows(4).any(|octets| octets == b"\r\n\r\n")
}

/// The first line that is not empty is a POST that names the reload.
fn asks_for_reload(input: &[u8]) -> bool {
    let line = first_line(input);
    line.starts_with(b"POST ") && names(line, b"/reload")
}

/// The same of a change. What only tells may be a GET.
fn asks_for_change(input: &[u8]) -> bool {
    let line = first_line(input);
    let posts: [&[u8]; 4] = [b"/diff", b"/apply", b"/confirm", b"/rollback"];
    (line.starts_with(b"POST ") && posts.iter().any(|path| names(line, path))) || names(line, b"/versions")
}

fn names(line: &[u8], path: &[u8]) -> bool {
    line.windows(path.len()).any(|octets| octets == path)
}

fn first_line(input: &[u8]) -> &[u8] {
    let mut lines = input.split(|octet| *octet == b'\n').skip_while(|line| line.trim_ascii().is_empty());
    lines.next().unwrap_or_default()
}

fn status(answer: &[u8]) -> Option<u16> {
    let rest = answer.strip_prefix(b"HTTP/1.1 ").or_else(|| answer.strip_prefix(b"HTTP/1.0 "))?;
    std::str::from_utf8(rest.get(..3)?).ok()?.parse().ok()
}
