//! A house, an observatory and a running server for this room's own tests.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use observe::Observatory;
use tempfile::TempDir;
use tokio::sync::Notify;

use crate::client::{self, Answer, ClientError};
use crate::noun::{Noun, NounError, NounFailure, NounOutcome};
use crate::{
    Ask, ChangeAnswer, Configuration, House, ReloadOutcome, Server, Settings, Status, Upgrade, UpgradeOutcome,
};

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A house that does as the test says.
#[derive(Default)]
pub(crate) struct Dolls {
    pub(crate) ready: AtomicBool,
    pub(crate) refuses: AtomicBool,
    pub(crate) reloads_begun: Arc<AtomicU32>,
    pub(crate) reloads_done: Arc<AtomicU32>,
    /// Where set, a reload waits to be let go.
    pub(crate) gate: Option<Arc<Notify>>,
    /// Told at the beginning and at the end of a reload.
    pub(crate) told: Arc<Notify>,
}

impl House for Dolls {
    fn status(&self) -> Status {
        Status {
            ready: self.ready(),
            version: "0.1.0".to_owned(),
            pid: std::process::id(),
            started_at: "2026-11-22T14:00:00Z".to_owned(),
            configuration: Configuration {
                hash: "7f3a91c".to_owned(),
                file: "vestibule.yaml".to_owned(),
                loaded_at: "2026-11-22T14:02:11Z".to_owned(),
                last_refused: None,
                waits: None,
                settled: None,
            },
            doors: Vec::new(),
            services: Vec::new(),
        }
    }

    fn ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    fn reload(&self) -> Pin<Box<dyn Future<Output = ReloadOutcome> + Send>> {
        let (begun, done) = (Arc::clone(&self.reloads_begun), Arc::clone(&self.reloads_done));
        let (gate, told) = (self.gate.clone(), Arc::clone(&self.told));
        let refuses = self.refuses.load(Ordering::Relaxed);
        Box::pin(async move {
            begun.fetch_add(1, Ordering::Relaxed);
            told.notify_one();
            if let Some(gate) = gate {
                gate.notified().await;
            }
            done.fetch_add(1, Ordering::Relaxed);
            told.notify_one();
            if refuses {
                let faults = vec![serde_json::json!({ "code": "unknown-key" })];
                ReloadOutcome::Refused { running: "02be114".to_owned(), faults, rendered: "error\n".to_owned() }
            } else {
                let (hash, was) = ("7f3a91c".to_owned(), "02be114".to_owned());
                ReloadOutcome::Loaded { hash, was, took_ms: 38, changes: None }
            }
        })
    }

    /// Says in a note what it was asked; refuses as a reload does.
    fn change(&self, ask: Ask) -> Pin<Box<dyn Future<Output = ChangeAnswer> + Send>> {
        let (command, asked) = (ask.command(), format!("{ask:?}"));
        let hash = "7f3a91c".to_owned();
        let answer = if self.refuses.load(Ordering::Relaxed) {
            ChangeAnswer::refused(command, hash, crate::CODE_FAULTS, "it has faults".to_owned())
        } else if ask == Ask::Confirm {
            ChangeAnswer::refused(command, hash, crate::CODE_NOTHING_WAITS, "nothing waits".to_owned())
        } else {
            ChangeAnswer { notes: vec![asked], ..ChangeAnswer::done(command, hash) }
        };
        Box::pin(async move { answer })
    }

    fn noun(&self, name: &str) -> Option<Arc<dyn Noun>> {
        (name == "toys").then(|| Arc::new(Toys) as Arc<dyn Noun>)
    }

    fn upgrade(&self, wanted: Upgrade) -> Pin<Box<dyn Future<Output = UpgradeOutcome> + Send>> {
        Box::pin(async move {
            match wanted.binary {
                None => UpgradeOutcome::HandedOver { pid: 2, was: 1 },
                Some(binary) => UpgradeOutcome::Refused { why: format!("`{}` is none", binary.display()) },
            }
        })
    }
}

/// Things that can be made, and not broken.
struct Toys;

impl Noun for Toys {
    fn ask(&self, verb: String, asked: serde_json::Value) -> Pin<Box<dyn Future<Output = NounOutcome> + Send>> {
        Box::pin(async move {
            match verb.as_str() {
                "make" => Ok([("made".to_owned(), asked)].into_iter().collect()),
                "break" => {
                    let error = NounError::new(NounFailure::Conflict, "declared", "it stands in the file");
                    Err(NounError { at: Some(Box::new(serde_json::json!({ "line": 7 }))), ..error.help("look there") })
                }
                _ => Err(NounError::no_verb("toys", &verb)),
            }
        })
    }
}

/// A running server in a directory of its own.
pub(crate) struct Standing {
    pub(crate) server: Server,
    pub(crate) socket: PathBuf,
    pub(crate) observatory: Arc<Observatory>,
    pub(crate) base: TempDir,
}

impl Standing {
    pub(crate) async fn start(house: Arc<Dolls>) -> Self {
        let base = tempfile::tempdir().expect("a directory");
        let settings = Settings {
            socket: base.path().join("admin.sock"),
            metrics: Some("127.0.0.1:0".parse().expect("an address")),
            health: Some("127.0.0.1:0".parse().expect("an address")),
        };
        let observatory =
            Observatory::start(observe::Settings::default(), Box::new(std::io::sink())).expect("a thread");
        let server = Server::start(&settings, house, Arc::clone(&observatory)).await.expect("a server");
        Self { server, socket: settings.socket, observatory, base }
    }

    pub(crate) async fn ask(&self, method: &str, target: &str) -> Result<Answer, ClientError> {
        client::request(&self.socket, method, target, PATIENCE).await
    }

    /// How many connections the admin server has refused for this reason.
    pub(crate) fn refused(&self, reason: &str) -> u64 {
        let sample = format!("vestibule_admin_connections_refused_total{{reason=\"{reason}\"}} ");
        let text = self.observatory.render_metrics();
        text.lines().find_map(|line| line.strip_prefix(&sample)).expect("the sample").parse().expect("a number")
    }
}
