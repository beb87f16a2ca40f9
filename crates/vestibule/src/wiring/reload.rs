//! The one way to another configuration: read it, check it, swap it whole, or say why not and go on.

use std::time::{Instant, SystemTime};

use admin::ReloadOutcome;
use config::Loaded;
use serde_json::json;

use super::{House, desk, shown};
use crate::commands::load;

/// What is set up once, at the start: a change of it needs a restart.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    pub(crate) admin: admin::Settings,
    log: Option<config::LogFormat>,
}

impl Fixed {
    /// That part of a configuration.
    pub(crate) fn of(loaded: &Loaded) -> Self {
        let admin = admin::Settings { socket: loaded.plan.admin_socket.clone(), metrics: None, health: None };
        Self { admin, log: loaded.plan.log_format }
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
    fn differs(&self, loaded: &Loaded) -> Option<&'static str> {
        let other = Self::of(loaded);
        if self.admin.socket != other.admin.socket {
            Some("`admin.listen`")
        } else if self.log != other.log {
            Some("`observe.log`")
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
        let mut loaded = match load::load(&self.file) {
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
            if let Err(error) = self.certificates.complete(&mut loaded.plan, SystemTime::now()) {
                return self.refuse(was, &error.to_string());
            }
            if let Some(why) = shown::gone_out_of_date(self.gateway.settings(), &loaded.plan.gateway, SystemTime::now())
            {
                return self.refuse(was, &why);
            }
            let doors = desk::doors(&loaded.plan.gateway, SystemTime::now());
            if let Err(error) = self.gateway.reload(loaded.plan.gateway).await {
                let failure = super::failed_to_open(&error);
                return self.refuse(was, &failure.message);
            }
            if renews {
                self.terminal.say("renewed the doors' certificates of the local CA");
            }
            let services = self.standings.look(self.gateway.standing(), &self.observatory);
            self.desk.loaded(hash.clone(), doors, services);
            self.look_at_certificates(SystemTime::now());
            self.observatory.event(model::Event::ConfigurationLoaded { at: SystemTime::now(), hash: hash.clone() });
        }
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        ReloadOutcome::Loaded { hash, was, took_ms, changes: None }
    }

    /// Refuses for one reason that is not a fault at a place of the file.
    fn refuse(&self, running: String, why: &str) -> ReloadOutcome {
        let rendered = format!("error[not-loaded]: {why}");
        self.terminal.warn(&rendered);
        self.refused(1);
        let fault = json!({ "severity": "error", "code": "not-loaded", "message": why });
        ReloadOutcome::Refused { running, faults: vec![fault], rendered }
    }

    fn refused(&self, faults: usize) {
        self.desk.refused(faults);
        self.observatory.event(model::Event::ConfigurationRefused { at: SystemTime::now(), faults });
    }
}
