//! The one way to another configuration: read it, check it, swap it whole, or say why not and go on.

use std::path::PathBuf;
use std::time::{Instant, SystemTime};

use admin::ReloadOutcome;
use config::Loaded;
use serde_json::json;

use super::believed::Believing;
use super::{House, desk, public, shown};
use crate::commands::load;
use crate::versions::{By, Version};

/// What is set up once, at the start: a change of it needs a restart.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    pub(crate) admin: admin::Settings,
    log: Option<config::LogFormat>,
    store: PathBuf,
}

impl Fixed {
    /// That part of a configuration.
    pub(crate) fn of(loaded: &Loaded) -> Self {
        let admin = admin::Settings { socket: loaded.plan.admin_socket.clone(), metrics: None, health: None };
        Self { admin, log: loaded.plan.log_format, store: loaded.plan.store.directory.clone() }
    }

    /// Text where a person reads the log as it comes, JSON elsewhere, unless the file says which.
    pub(crate) fn observe(&self, is_read: bool, colour: bool) -> observe::Settings {
        let format = match self.log {
            Some(config::LogFormat::Text) => observe::LogFormat::Text,
            Some(config::LogFormat::Json) => observe::LogFormat::Json,
            Some(config::LogFormat::Off) => observe::LogFormat::Off,
            None if is_read => observe::LogFormat::Text,
            None => observe::LogFormat::Json,
        };
        observe::Settings { log: observe::LogSettings { format, colour } }
    }

    /// What of it another configuration wants otherwise.
    pub(crate) fn differs(&self, loaded: &Loaded) -> Option<&'static str> {
        let other = Self::of(loaded);
        if self.admin.socket != other.admin.socket {
            Some("`admin.listen`")
        } else if self.log != other.log {
            Some("`observe.log`")
        } else if self.store != other.store {
            Some("`store`")
        } else {
            None
        }
    }
}

impl House {
    /// Reads the file again; what ran before goes on if anything is wrong.
    pub(crate) async fn reload(&mut self) -> ReloadOutcome {
        let began = Instant::now();
        let outcome = self.try_reload(began).await;
        match &outcome {
            ReloadOutcome::Loaded { hash, was, .. } if hash == was => {}
            ReloadOutcome::Loaded { hash, was, took_ms, .. } => {
                self.terminal.say(format_args!("loaded {hash} (was {was}) in {took_ms} ms"));
            }
            ReloadOutcome::Refused { running, .. } => self.terminal.warn(format_args!("still running {running}")),
        }
        outcome
    }

    async fn try_reload(&mut self, began: Instant) -> ReloadOutcome {
        let was = self.desk.hash();
        if self.pending.is_some() {
            return self
                .refuse(was, "a change waits: `vestibule confirm` keeps it, `vestibule rollback` takes it back");
        }
        let loaded = match load::load(&self.file) {
            Ok(loaded) => loaded,
            Err(refused) => {
                let faults = &refused.faults;
                self.watch.replace(&self.file, &refused.files);
                load::tell(faults, &self.terminal);
                self.refused(faults.errors());
                return ReloadOutcome::Refused {
                    running: was,
                    faults: faults.to_json(),
                    rendered: format!("{}{}", faults.render(false), faults.count()),
                };
            }
        };
        if let Some(what) = self.fixed.differs(&loaded) {
            return self.refuse(was, &format!("a change of {what} needs a restart"));
        }
        self.watch.replace(&self.file, &loaded.files);
        let hash = loaded.hash.clone();
        let renews = self.certificates.are_due(SystemTime::now());
        if hash != was || renews {
            if let Err(why) = self.swap(loaded).await {
                return self.refuse(was, &why);
            }
            if renews {
                self.terminal.say("renewed the doors' certificates of the local CA");
            }
            self.keep(By::Reload);
        }
        self.desk.agrees();
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        ReloadOutcome::Loaded { hash, was, took_ms, changes: None }
    }

    /// Runs another configuration from now on.
    ///
    /// # Errors
    /// It cannot be run, and what ran goes on.
    pub(super) async fn swap(&mut self, mut loaded: Loaded) -> Result<(), String> {
        if loaded.plan.identity.is_some() {
            self.kept.open(&self.terminal).await.map_err(|error| error.to_string())?;
        }
        let (names, now) = (self.certificates.names(), SystemTime::now());
        let completed = self.certificates.complete(&mut loaded.plan, now).map_err(|error| error.to_string());
        let wanted = public::complete(&mut loaded.plan, &self.terminal);
        let completed = match completed {
            Ok(()) => self.assertions.complete(&loaded.plan, now).await,
            failed => failed,
        };
        let believing = Believing::take(&mut loaded.plan);
        let mut settings = loaded.plan.gateway;
        self.keys.join(&mut settings);
        let fits = completed
            .and_then(|()| shown::gone_out_of_date(self.gateway.settings(), &settings, now).map_or(Ok(()), Err));
        let swapped = match fits {
            Ok(()) => self.gateway.reload(settings).await.map_err(|error| super::failed_to_open(&error).message),
            Err(why) => Err(why),
        };
        if swapped.is_err() {
            self.certificates.restore(names);
            return swapped;
        }
        self.texts = loaded.texts;
        self.believed.run(believing);
        self.public.want(wanted);
        self.runs(loaded.hash);
        Ok(())
    }

    /// Puts new certificates of a public CA into their doors: what runs is loaded again from its own texts, so that a
    /// file that is being written does not stand in the way.
    pub(super) async fn renew(&mut self) {
        let name = self.file.display().to_string();
        let renewed = match load::texts(&name, &self.file, &self.texts) {
            Ok(loaded) => self.swap(loaded).await,
            Err(refused) => Err(format!("what runs has {} by now", refused.faults.count())),
        };
        let at = SystemTime::now();
        if let Err(why) = renewed {
            self.terminal.warn(format_args!("a new certificate is not shown yet: {why}"));
            return self.public.rest(at);
        }
        for (door, leaf) in self.public.take_fresh() {
            let (name, until) = (leaf.name(), leaf.not_after);
            self.terminal.say(format_args!("the door `{door}` has a new certificate for `{name}`"));
            if let Some(door) = self.door(&door) {
                self.observatory.event(model::Event::CertificateIssued { at, door, name, until });
            }
        }
    }

    /// Says that another configuration runs.
    pub(super) fn runs(&mut self, hash: String) {
        let now = SystemTime::now();
        let services = self.standings.look(self.gateway.standing(), &self.observatory);
        self.desk.loaded(hash.clone(), desk::doors(self.gateway.settings(), self.public.standings(), now), services);
        self.keys.follow(self.gateway.settings());
        self.look_at_certificates(now);
        self.observatory.event(model::Event::ConfigurationLoaded { at: now, hash });
    }

    /// Keeps what runs, to go back to one day. What cannot be kept runs all the same.
    pub(super) fn keep(&self, by: By) {
        let version = Version::new(self.desk.hash(), self.desk.loaded_at(), by, &self.texts);
        if let Err(error) = self.versions.keep(&version) {
            self.terminal.warn(format_args!("configuration {} is not kept: {error}", version.hash));
        }
    }

    /// Refuses for one reason that is not a fault at a place of the file.
    fn refuse(&self, running: String, why: &str) -> ReloadOutcome {
        let rendered = format!("error[not-loaded]: {why}");
        self.terminal.warn(&rendered);
        self.refused(1);
        let fault = json!({ "severity": "error", "code": "not-loaded", "message": why });
        ReloadOutcome::Refused { running, faults: vec![fault], rendered }
    }

    pub(super) fn refused(&self, faults: usize) {
        self.desk.refused(faults);
        self.observatory.event(model::Event::ConfigurationRefused { at: SystemTime::now(), faults });
    }
}
