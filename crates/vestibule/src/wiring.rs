//! From a checked configuration to the running house: what is started, in which order, and how it ends.
//!
//! ```text
//! open   observatory → admin socket (not ready) → gateway (binds all doors) → ready
//! live   until told to end: reload on SIGHUP, on a changed file, on `vestibule reload`
//! close  not ready → gateway drains → admin stops → log is written out
//! ```
//!
//! The three ways to reload end in one function (`reload`). Deliberately
//! absent: anything that decides about a request.

mod desk;
mod doors;
mod reload;
mod signals;
mod watch;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use admin::ReloadOutcome;
use gateway::{Gateway, GatewayError};
use observe::Observatory;
use tokio::sync::{mpsc, oneshot};

use crate::failure::{Exit, Failure};
use crate::holder;
use crate::terminal::Terminal;
use desk::Desk;
use doors::DoorCertificates;
pub(crate) use signals::Signals;
use watch::Watch;

/// How long requests under way may take when the house closes.
const GRACE: Duration = Duration::from_secs(30);

/// How often the files and the data threads are looked at.
const PULSE: Duration = Duration::from_secs(1);

/// What the house is opened with, apart from its file.
pub(crate) struct Opening {
    /// Where the file is; read again at each reload.
    pub(crate) file: PathBuf,
    /// Whether to look for changes of the file.
    pub(crate) watch: bool,
    /// Where the access log goes.
    pub(crate) log: Box<dyn Write + Send>,
    /// Whether a person reads that log as it comes.
    pub(crate) log_is_read: bool,
    /// Whether that log may have colour.
    pub(crate) log_has_colour: bool,
}

/// The running house.
pub(crate) struct House {
    file: PathBuf,
    gateway: Gateway,
    observatory: Arc<Observatory>,
    admin: admin::Server,
    desk: Arc<Desk>,
    asks: mpsc::Receiver<oneshot::Sender<ReloadOutcome>>,
    watch: Watch,
    fixed: reload::Fixed,
    certificates: DoorCertificates,
    terminal: Terminal,
}

impl House {
    /// Starts everything; when it returns, every door takes connections and the admin socket answers.
    ///
    /// # Errors
    /// An address or the admin socket that cannot be had (7), certificates that
    /// do not fit together (3), or a thread that cannot be started.
    pub(crate) async fn open(
        mut loaded: config::Loaded,
        opening: Opening,
        terminal: &Terminal,
    ) -> Result<Self, Failure> {
        let fixed = reload::Fixed::of(&loaded);
        let mut certificates = DoorCertificates::default();
        certificates
            .complete(&mut loaded.plan, SystemTime::now())
            .map_err(|error| Failure::new(Exit::Faulty, "local-ca", error.to_string()).because(&error))?;
        let watch = Watch::new(opening.watch, &opening.file, &loaded.files);
        let observatory =
            Observatory::start(fixed.observe(opening.log_is_read, opening.log_has_colour), opening.log)
                .map_err(|error| Failure::ours("the thread that writes the log cannot be started").because(&error))?;
        let (desk, asks) = Desk::new(&opening.file, &loaded);
        let hash = loaded.hash.clone();
        // The admin socket comes first: only one gateway has it, so that a second one of the same file opens no door.
        let admin =
            admin::Server::start(&fixed.admin, Arc::clone(&desk) as Arc<dyn admin::House>, Arc::clone(&observatory))
                .await
                .map_err(|error| admin_failed(&error))?;
        let started = Gateway::start(loaded.plan.gateway, gateway::Options::default(), Arc::clone(&observatory)).await;
        let gateway = match started {
            Ok(gateway) => gateway,
            Err(error) => {
                admin.stop().await;
                return Err(failed_to_open(&error));
            }
        };
        observatory.event(model::Event::ConfigurationLoaded { at: SystemTime::now(), hash });
        desk.stand(desk::services(&gateway));
        desk.open(true);
        let terminal = terminal.clone();
        Ok(Self { file: opening.file, gateway, observatory, admin, desk, asks, watch, fixed, certificates, terminal })
    }

    /// Runs until a signal tells it to end.
    ///
    /// # Errors
    /// A data thread has ended: a fault of ours, after which only a new process serves every caller.
    pub(crate) async fn live(&mut self, signals: &mut Signals) -> Result<(), Failure> {
        let mut pulse = tokio::time::interval(PULSE);
        pulse.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                told = signals.next() => match told {
                    Some(_) => return Ok(()),
                    None => {
                        self.reload().await;
                    }
                },
                _ = pulse.tick() => {
                    if !self.gateway.is_alive() {
                        return Err(failed_to_open(&GatewayError::ThreadEnded));
                    }
                    self.desk.stand(desk::services(&self.gateway));
                    if self.watch.changed() || self.certificates.look(SystemTime::now()) {
                        self.reload().await;
                    }
                }
                Some(answer) = self.asks.recv() => {
                    // Whoever asked may have gone; the reload happened all the same.
                    answer.send(self.reload().await).ok();
                }
            }
        }
    }

    /// Finishes what is under way, up to a grace period or a second signal, and ends everything.
    pub(crate) async fn close(self, signals: &mut Signals) -> Result<(), Failure> {
        self.desk.open(false);
        // Whoever waits for a reload is told that there will be none.
        drop(self.asks);
        self.terminal.say("closing: finishing what is under way; once more ends it at once");
        let cut_off = tokio::select! {
            cut_off = self.gateway.shutdown(GRACE) => cut_off,
            ending = signals.end() => return Err(Failure::told(ending.exit())),
        };
        self.admin.stop().await;
        self.observatory.flush_and_stop();
        if cut_off > 0 {
            self.terminal.warn(format_args!("{cut_off} connections were cut off after {} s", GRACE.as_secs()));
        }
        Ok(())
    }
}

/// A data plane that did not start: 7 where an address is taken, and by whom if that can be known.
fn failed_to_open(error: &GatewayError) -> Failure {
    match error {
        GatewayError::Listen { address, source } => cannot_listen(*address, source),
        GatewayError::Tls(_) => Failure::new(Exit::Faulty, "tls", error.to_string()).because(error),
        GatewayError::Thread(_) | GatewayError::ThreadEnded => Failure::ours(error.to_string()).because(error),
    }
}

fn cannot_listen(address: SocketAddr, source: &std::io::Error) -> Failure {
    match source.kind() {
        std::io::ErrorKind::AddrInUse => {
            let by = holder::of(address).map(|holder| format!(" by {holder}")).unwrap_or_default();
            Failure::new(Exit::Conflict, "address-in-use", format!("`{address}` is in use{by}"))
                .help("end that process, or let the door `listen` at another address")
        }
        std::io::ErrorKind::PermissionDenied => {
            let message = format!("this user may not listen at `{address}`");
            Failure::new(Exit::NotAllowed, "address-not-allowed", message)
                .help("ports below 1024 need CAP_NET_BIND_SERVICE: choose a higher one, or grant it to the program")
        }
        _ => Failure::new(Exit::Conflict, "address-unusable", format!("cannot listen at `{address}`: {source}")),
    }
}

fn admin_failed(error: &admin::AdminError) -> Failure {
    match error {
        admin::AdminError::Listen { address, source } => cannot_listen(*address, source),
        _ => Failure::new(Exit::Conflict, "admin-socket", error.to_string()).because(error),
    }
}
