//! Another file while the house runs: compared, tried, kept, taken back.
//!
//! ```text
//! apply --confirm   runs from memory; the file stays what it was
//!   confirm         the file becomes what runs
//!   time is over    what ran before runs again, without anything being read
//! ```
//!
//! So whatever becomes of this process meanwhile, the next one starts with the
//! file that was there before. What is kept is written to the file and among
//! the versions; a file that holds something that does not run is not written
//! over.

use std::time::{Duration, Instant};

use admin::{Ask, CODE_FAULTS, CODE_NO_VERSION, CODE_NOTHING_WAITS, ChangeAnswer, Proposal, VersionStatus};
use config::{Loaded, Refused, Texts};
use gateway::Former;

use super::House;
use super::believed::Believing;
use super::watch::Watch;
use crate::commands::load;
use crate::difference::{self, Side};
use crate::durable;
use crate::versions::By;

/// How soon it is tried again to take a change back, where that failed.
const AGAIN: Duration = Duration::from_secs(1);
/// Longest time that a change may wait.
const WAITS_AT_MOST: Duration = Duration::from_secs(60 * 60);

/// A configuration that runs until it is confirmed or its time is over, and all that is needed to go back.
pub(super) struct Pending {
    /// When it goes back.
    until: Instant,
    /// Its hash.
    hash: String,
    /// Every file that was named by it, as it was when it was read: what changes before it is confirmed is loaded then.
    watch: Watch,
    former: Former,
    was: String,
    texts: Texts,
    names: Vec<Vec<String>>,
    /// The certificates of a public CA that it had kept.
    wanted: Vec<ca::acme::Wanted>,
    /// Whose tokens and sessions it had believed.
    believed: Believing,
}

/// Why something was not done.
struct No {
    code: &'static str,
    message: String,
    faults: Option<(Vec<serde_json::Value>, String)>,
}

impl No {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), faults: None }
    }

    fn faulty(name: &str, refused: &Refused) -> Self {
        let faults = &refused.faults;
        let rendered = format!("{}{}", faults.render(false), faults.count());
        let message = format!("`{name}` has {}", faults.count());
        Self { code: CODE_FAULTS, message, faults: Some((faults.to_json(), rendered)) }
    }
}

type Outcome = Result<ChangeAnswer, No>;

impl House {
    /// Does what is asked, or says why not.
    pub(super) async fn change(&mut self, ask: Ask) -> ChangeAnswer {
        let command = ask.command();
        let outcome = match ask {
            Ask::Diff(proposal) => self.compare(&proposal),
            Ask::Apply { proposal, over, confirm } => self.apply(&proposal, over.as_deref(), confirm).await,
            Ask::Confirm => self.confirm(),
            Ask::Rollback { to } => self.roll_back(to.as_deref()).await,
            Ask::Versions => self.list(),
        };
        outcome.unwrap_or_else(|no| {
            let answer = ChangeAnswer::refused(command, self.desk.hash(), no.code, no.message);
            match no.faults {
                Some((faults, rendered)) => ChangeAnswer { faults, rendered: Some(rendered), ..answer },
                None => answer,
            }
        })
    }

    /// Ready when the change that waits has to be taken back; never where none waits.
    pub(super) async fn overdue(pending: Option<&Pending>) {
        match pending {
            Some(pending) => tokio::time::sleep_until(pending.until.into()).await,
            None => std::future::pending().await,
        }
    }

    /// What ran before runs again.
    pub(super) async fn take_back(&mut self) {
        let Some(mut pending) = self.pending.take() else { return };
        if let Err(error) = self.gateway.go_back(&pending.former).await {
            let why = super::failed_to_open(&error).message;
            self.terminal.warn(format_args!("{} is not taken back yet: {why}", pending.hash));
            pending.until = Instant::now() + AGAIN;
            self.pending = Some(pending);
            return;
        }
        self.certificates.restore(pending.names);
        self.public.want(pending.wanted);
        self.believed.run(pending.believed);
        self.texts = pending.texts;
        self.runs(pending.was.clone());
        self.terminal.warn(format_args!("{} was taken back; {} runs again", pending.hash, pending.was));
        self.desk.settled(pending.hash, "taken-back");
    }

    fn read(&self, name: &str, texts: &Texts) -> Result<Loaded, No> {
        load::texts(name, &self.file, texts).map_err(|refused| No::faulty(name, &refused))
    }

    fn compare(&self, proposal: &Proposal) -> Outcome {
        let before = self.read(&self.file.display().to_string(), &self.texts)?;
        let after = self.read(&proposal.name, &Texts::of_file(proposal.text.as_str()))?;
        let told = config::diff(&before, &after);
        let running = self.desk.hash();
        let (old, new) = (Side { hash: &running, source: "live".to_owned() }, &after.hash);
        let new = Side { hash: new, source: proposal.name.clone() };
        let mut object = difference::object(&told, &old, &new, told.is_empty());
        if let Some(members) = object.as_object_mut() {
            let facts = [("differs", !told.is_empty()), ("opens", told.opens()), ("loosens", told.loosens())];
            members.extend(facts.map(|(name, is)| (name.to_owned(), is.into())));
        }
        let rendered = difference::lines(&told, |_, text| text).join("\n");
        let answer = ChangeAnswer::done("diff", running);
        Ok(ChangeAnswer { difference: Some(object), rendered: Some(rendered), ..answer })
    }

    async fn apply(&mut self, proposal: &Proposal, over: Option<&str>, confirm: Option<Duration>) -> Outcome {
        self.nothing_waits()?;
        let was = self.desk.hash();
        if over.is_some_and(|over| over != was) {
            return Err(No::new("changed-meanwhile", format!("{was} runs by now; compare again")));
        }
        if confirm.is_some_and(|within| within.is_zero() || within > WAITS_AT_MOST) {
            return Err(No::new("bad-time", "a change may wait for 1 s to 1 h"));
        }
        let loaded = self.read(&proposal.name, &Texts::of_file(proposal.text.as_str()))?;
        if loaded.hash == was {
            return Err(No::new("runs-already", format!("{was} runs already")));
        }
        let (hash, began) = (loaded.hash.clone(), Instant::now());
        let pending = self.try_out(loaded, confirm.unwrap_or(WAITS_AT_MOST)).await?;
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.pending = Some(pending);
        let mut answer = ChangeAnswer {
            was: Some(was.clone()),
            took_ms: Some(took_ms),
            ..ChangeAnswer::done("apply", hash.clone())
        };
        match confirm {
            Some(within) => {
                self.terminal.say(format_args!("running {hash} (was {was}) for {} s", within.as_secs()));
                self.desk.waits(was, within);
                answer.back_in_s = Some(within.as_secs());
            }
            None => {
                if let Err(no) = self.settle(By::Apply) {
                    self.take_back().await;
                    return Err(no);
                }
            }
        }
        Ok(answer)
    }

    fn confirm(&mut self) -> Outcome {
        if self.pending.is_none() {
            return Err(No::new(CODE_NOTHING_WAITS, "nothing waits to be confirmed"));
        }
        self.settle(By::Apply)?;
        Ok(ChangeAnswer::done("confirm", self.desk.hash()))
    }

    /// The latest other version, or that one. A change that waits is taken back by it.
    async fn roll_back(&mut self, to: Option<&str>) -> Outcome {
        let was = self.desk.hash();
        if self.pending.is_some() && to.is_none() {
            self.take_back().await;
            let hash = self.desk.hash();
            return Ok(ChangeAnswer { was: Some(was), ..ChangeAnswer::done("rollback", hash) });
        }
        self.nothing_waits()?;
        let wanted = |version: &crate::versions::Version| match to {
            Some(to) => version.hash == to,
            None => version.hash != was,
        };
        let found = self.versions.find(wanted).map_err(|error| No::new(CODE_NO_VERSION, error.to_string()))?;
        let version = found.ok_or_else(|| {
            let which = to.map_or_else(|| "no other version is".to_owned(), |to| format!("no version `{to}` is"));
            No::new(CODE_NO_VERSION, format!("{which} kept; `vestibule versions` lists them"))
        })?;
        if version.hash == was {
            return Err(No::new("runs-already", format!("{was} runs already")));
        }
        let texts = version.texts();
        let loaded = self.read(&self.file.display().to_string(), &texts)?;
        let began = Instant::now();
        self.pending = Some(self.try_out(loaded, WAITS_AT_MOST).await?);
        if let Err(no) = self.settle(By::Rollback) {
            self.take_back().await;
            return Err(no);
        }
        let took_ms = Some(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        let notes = self.stale_contracts();
        Ok(ChangeAnswer { was: Some(was), took_ms, notes, ..ChangeAnswer::done("rollback", self.desk.hash()) })
    }

    fn list(&self) -> Outcome {
        let running = self.desk.hash();
        let mut first = true;
        let versions = self.versions.list().map_err(|error| No::new(CODE_NO_VERSION, error.to_string()))?;
        let versions = versions.into_iter().map(|version| VersionStatus {
            // The same may have run before: it is the latest that runs.
            running: version.hash == running && std::mem::take(&mut first),
            hash: version.hash,
            loaded_at: version.loaded_at,
            by: version.by.as_str().to_owned(),
        });
        Ok(ChangeAnswer { versions: Some(versions.collect()), ..ChangeAnswer::done("versions", running.clone()) })
    }

    fn nothing_waits(&self) -> Result<(), No> {
        let what = "a change waits: `vestibule confirm` keeps it, `vestibule rollback` takes it back";
        if self.pending.is_some() { Err(No::new("change-waits", what)) } else { Ok(()) }
    }

    /// Runs a configuration, and gives what is needed to go back.
    async fn try_out(&mut self, loaded: Loaded, within: Duration) -> Result<Pending, No> {
        if let Some(what) = self.fixed.differs(&loaded) {
            return Err(No::new("restart-needed", format!("a change of {what} needs a restart")));
        }
        self.may_write(&loaded.texts)?;
        let watch = self.watch.another(&self.file, &loaded.files);
        let (was, hash) = (self.desk.hash(), loaded.hash.clone());
        let (former, names, texts) = (self.gateway.hold(), self.certificates.names(), self.texts.clone());
        let (wanted, believed) = (self.public.wanted(), self.believed.runs());
        self.swap(loaded).await.map_err(|why| No::new("not-loaded", why))?;
        Ok(Pending { until: Instant::now() + within, hash, watch, former, was, texts, names, wanted, believed })
    }

    /// Whether the file may become these texts: it holds what runs, or them already.
    fn may_write(&self, texts: &Texts) -> Result<(), No> {
        let (file, named) = (&self.file, self.file.display());
        let held = std::fs::read_to_string(file)
            .map_err(|error| No::new("file-not-written", format!("`{named}` cannot be read: {error}")))?;
        if held == texts.file {
            return Ok(());
        }
        if held != self.texts.file {
            let why = format!("`{named}` holds something that does not run; reload it, or put back what runs");
            return Err(No::new("file-differs", why));
        }
        durable::may_replace(file)
            .map_err(|error| No::new("file-not-written", format!("`{named}` cannot be written: {error}")))
    }

    /// What waits is kept: it becomes the file, and a version.
    fn settle(&mut self, by: By) -> Result<(), No> {
        let Some(pending) = &mut self.pending else { return Ok(()) };
        let (file, named) = (&self.file, self.file.display());
        let failed =
            |error: std::io::Error| No::new("file-not-written", format!("`{named}` cannot be written: {error}"));
        let held = std::fs::read_to_string(file).map_err(failed)?;
        if held != self.texts.file {
            if held != pending.texts.file {
                let why = format!("`{named}` was changed meanwhile, and holds something that does not run");
                return Err(No::new("file-differs", why));
            }
            durable::replace(file, &self.texts.file).map_err(failed)?;
        }
        pending.watch.saw(file);
        if let Some(pending) = self.pending.take() {
            self.watch = pending.watch;
            self.desk.settled(pending.hash, "confirmed");
        }
        self.keep(by);
        Ok(())
    }

    /// Contracts that run as they were, and are otherwise by now.
    fn stale_contracts(&self) -> Vec<String> {
        let folder = self.file.parent().unwrap_or_else(|| std::path::Path::new(""));
        let stale = self.texts.stale(folder).into_iter();
        stale.map(|path| format!("`{}` is another by now: the next reload reads that one", path.display())).collect()
    }
}
