//! `vestibule apps VERB`: the applications that are registered while the house runs.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Desk, Outcome, Refusal, Why, members, read};
use crate::Bearer;
use crate::accounts::people::moment;
use crate::apps::{AppKind, AppSettings, Registration, RegistrationFault, current};
use crate::store::apps::{APPS_AT_MOST, AppRecord, AppSecret, Registered};

/// How long the secret before may go on at most.
const OVERLAP_AT_MOST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    name: String,
    app: Registration,
}

/// What is absent stays; what is `null` is as if it had not been said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    name: String,
    app: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotate {
    name: String,
    #[serde(default)]
    overlap_s: u64,
}

impl Desk {
    pub(super) async fn ask_apps(&self, verb: &str, asked: Value) -> Outcome {
        match verb {
            "list" => self.list_apps().await,
            "show" => {
                let One { name } = read(asked)?;
                let record = self.app(&name).await?;
                Ok(members([("app", self.told(&record))]))
            }
            "create" => self.create_app(read(asked)?).await,
            "update" => self.update_app(read(asked)?).await,
            "rotate-secret" => self.rotate_secret(read(asked)?).await,
            "delete" => self.delete_app(&read::<One>(asked)?.name).await,
            other => Err(Refusal::no_verb("apps", other)),
        }
    }

    async fn list_apps(&self) -> Outcome {
        let kept = self.registry.all().await?.iter().map(|record| self.told(record)).collect();
        let of_file = |app: &Arc<AppSettings>| {
            let place = self.places.get(&app.name).map(|place| &**place);
            json!({ "name": &*app.name, "type": app.kind.as_str(), "title": app.title, "place": place })
        };
        let file = self.apps.of_file().values().map(of_file).collect();
        Ok(members([("apps", kept), ("file", file)]))
    }

    async fn create_app(&self, Create { name, app }: Create) -> Outcome {
        self.refuse_declared(&name)?;
        let now = self.provider.server().now();
        let secret = if app.has_secret() { Some(Bearer::generate("secret").map_err(no_randomness)?) } else { None };
        let secrets: Vec<AppSecret> = secret.iter().map(|secret| new_secret(secret, now)).collect();
        let record = AppRecord { name: name.as_str().into(), registration: app, secrets, made: now, changed: now };
        self.check(&record)?;
        match self.registry.create(record.clone()).await? {
            Registered::Kept => {}
            Registered::Exists => {
                return Err(Refusal::new(Why::Conflict, "exists", format!("there is an app `{name}` already"))
                    .help("take another name, or change it with `vestibule apps update`"));
            }
            Registered::Full => {
                let message = format!("there are {APPS_AT_MOST} apps, and no more are kept");
                return Err(Refusal::new(Why::Conflict, "full", message).help("`vestibule apps delete` makes room"));
            }
        }
        Ok(self.with_secret(&record, secret))
    }

    async fn update_app(&self, Update { name, app }: Update) -> Outcome {
        self.refuse_declared(&name)?;
        let record = self.app(&name).await?;
        let before = serde_json::to_value(&record.registration).map_err(|error| Refusal::not_understood(&error))?;
        let mut said = before.as_object().cloned().unwrap_or_default();
        for (member, value) in app {
            match value {
                Value::Null => drop(said.remove(&member)),
                value => drop(said.insert(member, value)),
            }
        }
        let registration: Registration = read(Value::Object(said))?;
        if registration.kind != record.registration.kind {
            return Err(Refusal::new(Why::Conflict, "type-stays", "an app stays of its type")
                .help("what it was given was for another: delete it, and make one of the other type"));
        }
        let record = AppRecord { registration, ..record };
        self.check(&record)?;
        if !self.registry.change(&name, record.registration).await? {
            return Err(missing(&name));
        }
        Ok(members([("app", self.told(&self.app(&name).await?))]))
    }

    async fn rotate_secret(&self, Rotate { name, overlap_s }: Rotate) -> Outcome {
        self.refuse_declared(&name)?;
        let record = self.app(&name).await?;
        if !record.registration.has_secret() {
            let message = format!("`{name}` does not show who it is by a secret");
            return Err(Refusal::new(Why::Conflict, "no-secret", message)
                .help("apps of the types `server` and `machine` do, where they have no public keys"));
        }
        let overlap = Duration::from_secs(overlap_s);
        if overlap > OVERLAP_AT_MOST {
            return Err(Refusal::new(Why::Wrong, "bad-value", "the overlap is too long").help("30 days at most"));
        }
        let secret = Bearer::generate("secret").map_err(no_randomness)?;
        let kept = new_secret(&secret, self.provider.server().now());
        if !self.registry.rotate(&name, kept, overlap).await? {
            return Err(missing(&name));
        }
        Ok(self.with_secret(&self.app(&name).await?, Some(secret)))
    }

    /// Ends everything of an app. The doors are told after the store, and after nobody knows the app any more.
    async fn delete_app(&self, name: &str) -> Outcome {
        self.refuse_declared(name)?;
        let removed = self.registry.remove(name).await?.ok_or_else(|| missing(name))?;
        let server = self.provider.server();
        let now = server.now();
        server.foundation.revocations.app_ended(name);
        server.tell_ended(&removed.grants, now);
        self.provider.sessions().ended(&removed.sessions, now);
        Ok(members([
            ("name", json!(name)),
            ("grants", json!(removed.grants.len())),
            ("sessions", json!(removed.sessions.len())),
        ]))
    }

    async fn app(&self, name: &str) -> Result<AppRecord, Refusal> {
        self.refuse_declared(name)?;
        self.registry.find(name).await?.ok_or_else(|| missing(name))
    }

    /// A name of the file is the file's.
    fn refuse_declared(&self, name: &str) -> Result<(), Refusal> {
        if !self.apps.of_file().contains_key(name) {
            return Ok(());
        }
        let place = self.places.get(name);
        let stands = place.map(|place| format!(" ({place})")).unwrap_or_default();
        let message = format!("the app `{name}` is declared in the file{stands}");
        let refusal = Refusal::new(Why::Conflict, "declared-in-file", message);
        let refusal = refusal.help("change it there, or take another name");
        Err(match place {
            Some(place) => refusal.at(place, format!("apps.{name}")),
            None => refusal,
        })
    }

    /// All that the file would be told.
    fn check(&self, record: &AppRecord) -> Result<(), Refusal> {
        let refused = |faults: &[RegistrationFault]| {
            let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
            let message = format!("the app `{}` is not whole: {}", record.name, said.join("; "));
            let refusal = Refusal::new(Why::Wrong, "bad-app", message);
            match faults.iter().find_map(|fault| fault.help) {
                Some(help) => refusal.help(help),
                None => refusal,
            }
        };
        let digests = record.secrets.iter().map(|secret| secret.digest).collect();
        let settings = record.registration.settings(&record.name, digests).map_err(|faults| refused(&faults))?;
        let nowhere = settings.origins.iter().find(|origin| !self.has_sessions(origin.as_str()));
        match nowhere.filter(|_| settings.kind == AppKind::Session) {
            Some(origin) => {
                let message = format!("no door of the file answers for sessions at `{origin}`");
                let issuer = self.provider.server().settings.issuer.as_str();
                let help = format!("`{issuer}` does; another host does where an app of the file has its pages there");
                Err(Refusal::new(Why::Wrong, "no-sessions-there", message).help(help))
            }
            None => Ok(()),
        }
    }

    /// Whether sessions are begun at this origin: where the issuer is, and where an app of the file has its pages.
    fn has_sessions(&self, origin: &str) -> bool {
        let apps = self.apps.of_file().values().filter(|app| app.kind == AppKind::Session);
        let mut origins = apps.flat_map(|app| app.origins.iter());
        origin == self.provider.server().settings.issuer.as_str() || origins.any(|known| known.as_str() == origin)
    }

    /// A secret is in this answer and nowhere else ever again.
    fn with_secret(&self, record: &AppRecord, secret: Option<Bearer>) -> Map<String, Value> {
        let mut told = members([("app", self.told(record))]);
        told.extend(secret.map(|secret| ("secret".to_owned(), json!(secret.text().expose()))));
        told
    }

    fn told(&self, record: &AppRecord) -> Value {
        let said = serde_json::to_value(&record.registration).unwrap_or_default();
        let mut told = members([("name", json!(&*record.name)), ("state", json!(self.state(record)))]);
        told.extend(said.as_object().cloned().unwrap_or_default());
        let secret = |secret: &AppSecret| {
            let mut told = members([("made", json!(moment(secret.made)))]);
            told.extend(secret.until.map(|until| ("until".to_owned(), json!(moment(until)))));
            Value::Object(told)
        };
        told.insert("secrets".to_owned(), record.secrets.iter().map(secret).collect());
        told.insert("made".to_owned(), json!(moment(record.made)));
        told.insert("changed".to_owned(), json!(moment(record.changed)));
        Value::Object(told)
    }

    fn state(&self, record: &AppRecord) -> &'static str {
        if self.apps.of_file().contains_key(&record.name) {
            "shadowed"
        } else if current(record, self.provider.server().now()).is_none() {
            "faulty"
        } else {
            "good"
        }
    }
}

fn new_secret(secret: &Bearer, made: SystemTime) -> AppSecret {
    AppSecret { digest: secret.digest(), made, until: None }
}

fn missing(name: &str) -> Refusal {
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(63).collect();
    Refusal::new(Why::Missing, "no-such-app", format!("there is no app `{name}`"))
        .help("`vestibule apps list` tells which there are")
}

fn no_randomness(error: crate::NoRandomness) -> Refusal {
    Refusal::new(Why::Ours, "internal", error.to_string())
}
