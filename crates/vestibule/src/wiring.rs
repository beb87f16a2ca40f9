//! From a checked configuration to the running house: what is started, in which order, and how it ends.
//!
//! ```text
//! open   observatory → admin socket (not ready) → gateway (binds all doors) → ready
//! live   until told to end: reload on SIGHUP, on a changed file, on `vestibule reload`
//! close  not ready → gateway drains → admin stops → log is written out
//! ```
//!
//! A house that follows another (`handover`) opens its doors with the sockets of
//! that one, and has its admin socket once the other has let go.
//!
//! The three ways to reload end in one function (`reload`). Deliberately
//! absent: anything that decides about a request.

mod assertions;
mod believed;
mod change;
mod desk;
mod doors;
mod issuers;
mod kept;
mod keys;
mod provider;
mod public;
mod reload;
mod restore;
mod shown;
mod signals;
mod standings;
mod start;
mod watch;

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use admin::UpgradeOutcome;
use gateway::{Gateway, GatewayError, Identification};
use observe::Observatory;

use crate::failure::{Exit, Failure};
use crate::handover::{self, Heritage, Successor};
use crate::terminal::Terminal;
use crate::versions::{By, Versions};
use assertions::HouseAssertions;
use believed::{Believed, Believing};
use ca::acme::Report;
use change::Pending;
use desk::{Asks, Desk, Nouns};
use doors::DoorCertificates;
use issuers::ForeignIssuers;
use kept::Kept;
use keys::Keys;
use provider::Providers;
use public::PublicCertificates;
pub(crate) use signals::Signals;
use standings::Standings;
use start::{Start, failed_to_open};
use tokio::sync::mpsc;
use watch::Watch;

/// How long requests under way may take when the house closes.
const GRACE: Duration = Duration::from_secs(30);

/// How long what was begun of a sign-in may take when another process is to have the store.
const LETTING_GO: Duration = Duration::from_secs(1);

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
    /// What this process was started from, if another one may follow it.
    pub(crate) program: Option<PathBuf>,
    /// What an earlier process handed over.
    pub(crate) heritage: Option<Heritage>,
    /// How many faults the file has, where what is opened is not the file but what ran last.
    pub(crate) faults: Option<usize>,
}

/// What ended the life of a house.
pub(crate) enum End {
    /// It was told to.
    Told,
    /// Another process serves now.
    Followed(Successor),
}

/// The running house.
pub(crate) struct House {
    file: PathBuf,
    gateway: Gateway,
    observatory: Arc<Observatory>,
    admin: admin::Server,
    desk: Arc<Desk>,
    asks: Asks,
    restores: mpsc::Receiver<restore::Asked>,
    program: Option<PathBuf>,
    watch: Watch,
    fixed: reload::Fixed,
    certificates: DoorCertificates,
    standings: Standings,
    notices: shown::Notices,
    public: PublicCertificates,
    assertions: HouseAssertions,
    /// With what the running configuration can be loaded again.
    texts: config::Texts,
    versions: Versions,
    kept: Kept,
    keys: Keys,
    believed: Believed,
    /// What runs until it is confirmed, or its time is over.
    pending: Option<Pending>,
    terminal: Terminal,
}

fn tell_manager(terminal: &Terminal) {
    if let Err(error) = handover::tell_manager() {
        terminal.warn(format_args!("the service manager cannot be told: {error}"));
    }
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
        let wanted = public::complete(&mut loaded.plan, terminal);
        let mut assertions = HouseAssertions::default();
        let told = assertions.complete(&loaded.plan, SystemTime::now()).await;
        told.map_err(|why| Failure::new(Exit::Faulty, "assertion-keys", why))?;
        let watch = Watch::new(opening.watch, &opening.file, &loaded.files);
        let observatory =
            Observatory::start(fixed.observe(opening.log_is_read, opening.log_has_colour), opening.log)
                .map_err(|error| Failure::ours("the thread that writes the log cannot be started").because(&error))?;
        let (kept, keys, believing) = keep(&mut loaded, opening.heritage.is_some(), terminal).await?;
        let (office, issuers) = (provider::office(), issuers::office());
        let (restores_in, restores) = mpsc::channel(1);
        let nouns = Nouns::default().with("keys", keys.noun()).with("store", kept.noun(restores_in));
        let nouns = provider::nouns(&office).fold(nouns, |nouns, (name, noun)| nouns.with(name, noun));
        let nouns = nouns.with("issuers", issuers::noun(&issuers));
        let (desk, asks) = Desk::new(&opening.file, &loaded, nouns);
        let hash = loaded.hash.clone();
        let (texts, versions) = (std::mem::take(&mut loaded.texts), Versions::of(&loaded.plan.data_directory));
        // Whom to ask about a session is known before the first door opens: a request before that would be nobody's.
        let identification = Arc::new(Identification::default());
        let verifier = identification.verifier();
        let providers = Providers::new(kept.watch(), Arc::clone(verifier), keys.noun(), office, terminal);
        let issuers = ForeignIssuers::new(Arc::clone(verifier), issuers, terminal);
        let believed = Believed::start(&identification, providers, issuers, believing);
        let start = Start { fixed: &fixed, desk: &desk, observatory: &observatory, identification };
        let (gateway, admin) = start.doors(loaded.plan.gateway, opening.heritage).await?;
        observatory.event(model::Event::ConfigurationLoaded { at: SystemTime::now(), hash });
        keys.follow(gateway.settings());
        let mut standings = Standings::default();
        desk.stand(standings.look(gateway.standing(), &observatory));
        desk.open(true);
        let terminal = terminal.clone();
        tell_manager(&terminal);
        let (file, program) = (opening.file, opening.program);
        let public = PublicCertificates::start(gateway.challenges(), wanted);
        let mut house = Self {
            file,
            gateway,
            observatory,
            admin,
            desk,
            asks,
            restores,
            program,
            watch,
            fixed,
            certificates,
            standings,
            notices: shown::Notices::default(),
            public,
            assertions,
            texts,
            versions,
            kept,
            keys,
            believed,
            pending: None,
            terminal,
        };
        match opening.faults {
            None => house.keep(By::Start),
            Some(faults) => house.refused(faults),
        }
        house.look_at_certificates(SystemTime::now());
        Ok(house)
    }

    /// Runs until a signal tells it to end, or another process has taken over.
    ///
    /// # Errors
    /// A data thread has ended: a fault of ours, after which only a new process serves every caller.
    pub(crate) async fn live(&mut self, signals: &mut Signals) -> Result<End, Failure> {
        let mut pulse = tokio::time::interval(PULSE);
        pulse.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                told = signals.next() => match told {
                    Some(_) => return Ok(End::Told),
                    None => {
                        self.reload().await;
                    }
                },
                _ = pulse.tick() => {
                    if !self.gateway.is_alive() {
                        return Err(failed_to_open(&GatewayError::ThreadEnded));
                    }
                    self.desk.stand(self.standings.look(self.gateway.standing(), &self.observatory));
                    if self.notices.are_due(SystemTime::now()) {
                        self.look_at_certificates(SystemTime::now());
                    }
                    if self.assertions.are_due(SystemTime::now())
                        && let Err(why) = self.assertions.tend(SystemTime::now()).await
                    {
                        self.terminal.warn(why);
                    }
                    // What waits to be confirmed is not disturbed; changes of the file are seen after that.
                    let looks = self.pending.is_none();
                    if looks && self.public.are_due(SystemTime::now()) {
                        self.renew().await;
                    }
                    if looks && (self.watch.changed() || self.certificates.look(SystemTime::now())) {
                        self.reload().await;
                    }
                }
                report = self.public.next() => self.hear(report),
                Some(answer) = self.asks.reloads.recv() => {
                    // Whoever asked may have gone; the reload happened all the same.
                    answer.send(self.reload().await).ok();
                }
                () = Self::overdue(self.pending.as_ref()) => self.take_back().await,
                Some((ask, answer)) = self.asks.changes.recv() => {
                    answer.send(self.change(ask).await).ok();
                }
                Some((wanted, answer)) = self.restores.recv() => match self.restore(wanted).await {
                    Ok((successor, outcome)) => {
                        answer.send(outcome).ok();
                        return Ok(End::Followed(successor));
                    }
                    Err(error) => {
                        self.terminal.warn(format_args!("no copy is brought back: {}", error.message));
                        answer.send(Err(error)).ok();
                    }
                },
                Some((wanted, answer)) = self.asks.upgrades.recv() => {
                    match self.upgrade(wanted).await {
                        Ok(successor) => {
                            let was = std::process::id();
                            answer.send(UpgradeOutcome::HandedOver { pid: successor.pid(), was }).ok();
                            return Ok(End::Followed(successor));
                        }
                        Err(why) => {
                            self.terminal.warn(format_args!("no upgrade: {why}; this process goes on"));
                            answer.send(UpgradeOutcome::Refused { why }).ok();
                        }
                    }
                }
            }
        }
    }

    /// Shows the ends of the doors' certificates among the metrics and in `status`, and tells of those that are near.
    fn look_at_certificates(&mut self, now: SystemTime) {
        let settings = self.gateway.settings();
        self.observatory.certificates(shown::ends(settings));
        self.desk.show(desk::doors(settings, self.public.standings(), now));
        for (door, leaf) in self.notices.look(settings, now) {
            let (name, until) = (leaf.name(), leaf.not_after);
            let note = shown::note(&leaf, now).unwrap_or_default();
            self.terminal.warn(format_args!("the certificate of the door `{}` for `{name}` {note}", door.name));
            self.observatory.event(model::Event::CertificateEnding { at: now, door, name, until });
        }
    }

    /// What became of a certificate of a public CA: a new one is put into its door with the next pulse, a failure is
    /// told.
    fn hear(&mut self, report: Report) {
        self.public.note(&report);
        let at = SystemTime::now();
        match report {
            Report::Changed { door, leaf } => {
                if !public::is_shown(self.gateway.settings(), &door, &leaf) {
                    self.public.is_fresh(door, leaf);
                }
            }
            Report::Failed { door, name, why, .. } => {
                self.terminal.warn(format_args!("no certificate of the door `{door}` for `{name}`: {why}"));
                if let Some(door) = self.door(&door) {
                    self.observatory.event(model::Event::CertificateFailed { at, door, name, why });
                }
                self.look_at_certificates(at);
            }
        }
    }

    fn door(&self, name: &str) -> Option<model::Door> {
        let doors = self.gateway.settings().doors.iter();
        doors.map(|door| &door.door).find(|door| *door.name == *name).cloned()
    }

    /// Starts another process that serves with the sockets of this one.
    async fn upgrade(&self, wanted: admin::Upgrade) -> Result<Successor, String> {
        if self.pending.is_some() {
            return Err("a change waits to be confirmed, which the new process would not know of".to_owned());
        }
        let own = self.program.clone().ok_or("this process is not one that another can follow")?;
        let program = wanted.binary.unwrap_or(own);
        let sockets = self.gateway.share().await.map_err(|error| error.to_string())?;
        self.terminal.say(format_args!("upgrade: starting `{}`", program.display()));
        handover::hand_over(&program, sockets).await.map_err(|error| error.to_string())
    }

    /// Finishes what is under way, up to a grace period or a second signal, and ends everything.
    pub(crate) async fn close(mut self, end: End, signals: &mut Signals) -> Result<(), Failure> {
        self.desk.open(false);
        self.public.stop();
        // Whoever waits for a reload is told that there will be none.
        drop((self.asks, self.restores));
        match end {
            End::Told => {
                self.terminal.say("closing: finishing what is under way; once more ends it at once");
            }
            End::Followed(successor) => {
                self.terminal
                    .say(format_args!("upgrade: process {} serves; finishing what is under way", successor.pid()));
                self.admin.stop().await;
                // Lets go of the line, by which the other knows that the admin socket is free.
                drop(successor);
                let (kept, keys, mut believed) = (self.kept, self.keys, self.believed);
                let let_go = async move {
                    tokio::time::sleep(LETTING_GO).await;
                    believed.stop();
                    keys.close().await;
                    kept.close().await;
                };
                let drained = Self::drain(self.gateway, &self.observatory, &self.terminal, signals);
                return tokio::join!(drained, let_go).0;
            }
        }
        Self::drain(self.gateway, &self.observatory, &self.terminal, signals).await?;
        self.believed.stop();
        self.keys.close().await;
        self.kept.close().await;
        self.admin.stop().await;
        Ok(())
    }

    async fn drain(
        gateway: Gateway,
        observatory: &Observatory,
        terminal: &Terminal,
        signals: &mut Signals,
    ) -> Result<(), Failure> {
        let cut_off = tokio::select! {
            cut_off = gateway.shutdown(GRACE) => cut_off,
            ending = signals.end() => return Err(Failure::told(ending.exit())),
        };
        observatory.flush_and_stop();
        if cut_off > 0 {
            terminal.warn(format_args!("{cut_off} connections were cut off after {} s", GRACE.as_secs()));
        }
        Ok(())
    }
}

/// The store and whoever keeps something in it, joined to a configuration that is not running yet.
async fn keep(
    loaded: &mut config::Loaded,
    follows: bool,
    terminal: &Terminal,
) -> Result<(Kept, Keys, Believing), Failure> {
    let kept = Kept::new(loaded.plan.store.clone(), follows);
    let keys = Keys::open(kept.clone(), terminal).await.map_err(|error| keys::failed_to_open(&error))?;
    keys.join(&mut loaded.plan.gateway);
    if loaded.plan.identity.is_some() {
        kept.open(terminal).await.map_err(|error| kept::failed(&error))?;
    }
    Ok((kept, keys, Believing::take(&mut loaded.plan)))
}
