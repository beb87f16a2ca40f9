//! `vestibule sessions VERB`: the browsers in which people are known to an app, and their end.

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Desk, Outcome, Refusal, Why, members, read};
use crate::accounts::people::moment;
use crate::store::sessions::Session;
use crate::store::{StoreError, accounts::Account};
use crate::{SessionId, UserId};

/// Sessions that are looked at for one answer.
const AT_MOST: usize = 500;
/// Sessions that are ended at a time.
const AT_ONCE: usize = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    user: Option<String>,
    app: Option<String>,
    after: Option<String>,
}

/// Exactly one of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    id: Option<String>,
    user: Option<String>,
    #[serde(default)]
    all: bool,
}

impl Desk {
    pub(super) async fn ask_sessions(&self, verb: &str, asked: Value) -> Outcome {
        match verb {
            "list" => self.list_sessions(read(asked)?).await,
            "end" => {
                let ended = match read(asked)? {
                    End { id: Some(id), user: None, all: false } => self.end_session(&id).await?,
                    End { id: None, user: Some(user), all: false } => self.end_sessions_of(&user).await?,
                    End { id: None, user: None, all: true } => self.end_every_session().await?,
                    _ => {
                        let message = "it is not said which session ends";
                        return Err(Refusal::new(Why::Wrong, "bad-value", message)
                            .help("name one by its id, or say `--user ADDRESS` or `--all`"));
                    }
                };
                Ok(members([("ended", json!(ended))]))
            }
            other => Err(Refusal::no_verb("sessions", other)),
        }
    }

    async fn list_sessions(&self, List { user, app, after }: List) -> Outcome {
        let kept = self.provider.sessions().kept();
        let (found, next) = match user {
            Some(user) => (kept.of(self.people.named(&user).await?.id).await?, None),
            None => {
                let found = kept.list(after.as_deref().map(id).transpose()?, AT_MOST).await?;
                // Where there may be more, whoever asks goes on after the last.
                let next = found.last().filter(|_| found.len() == AT_MOST).map(|session| session.id.to_string());
                (found, next)
            }
        };
        let mut listed = Vec::new();
        for session in found.iter().filter(|session| app.as_deref().is_none_or(|app| *session.app == *app)) {
            if self.provider.sessions().holds(session).await? {
                listed.push(told(session, self.account(session.user).await?.as_ref()));
            }
        }
        Ok(members([("sessions", Value::Array(listed)), ("next", json!(next))]))
    }

    async fn account(&self, id: UserId) -> Result<Option<Account>, Refusal> {
        match self.people.account(id).await {
            Ok(account) => Ok(Some(account)),
            Err(crate::accounts::people::PeopleError::Nobody) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// One session, with its grant and the sign-in that it came of.
    async fn end_session(&self, text: &str) -> Result<usize, Refusal> {
        let sessions = self.provider.sessions();
        let missing = || {
            Refusal::new(Why::Missing, "no-such-session", "there is no such session, or no more")
                .help("`vestibule sessions list` tells which there are")
        };
        let session = sessions.kept().by_id(id(text)?).await?.ok_or_else(missing)?;
        sessions.end(&session).await?;
        Ok(1)
    }

    /// Everything that was given out to one person: sessions, sign-ins, grants and tokens.
    async fn end_sessions_of(&self, user: &str) -> Result<usize, Refusal> {
        let account = self.people.named(user).await?;
        let mut held = 0;
        for session in self.provider.sessions().kept().of(account.id).await? {
            held += usize::from(self.provider.sessions().holds(&session).await?);
        }
        self.people.end_all(account.id, None).await?;
        self.provider.sessions().kept().end_of_user(account.id).await?;
        Ok(held)
    }

    /// Every session, each with its grant and its sign-in. Those that begin meanwhile may go on.
    async fn end_every_session(&self) -> Result<usize, Refusal> {
        let (mut after, mut count) = (None, 0);
        loop {
            let some = self.provider.sessions().kept().list(after, AT_ONCE).await?;
            let Some(last) = some.last() else { return Ok(count) };
            (after, count) = (Some(last.id), count + some.len());
            let mut ending: JoinSet<Result<(), StoreError>> = JoinSet::new();
            for session in some {
                let sessions = self.provider.sessions().clone();
                ending.spawn(async move { sessions.end(&session).await });
            }
            for ended in ending.join_all().await {
                ended?;
            }
        }
    }
}

fn id(text: &str) -> Result<SessionId, Refusal> {
    SessionId::parse(text).map_err(|error| {
        let shown: String = text.chars().take(40).collect();
        Refusal::new(Why::Wrong, "bad-value", format!("`{shown}` is not a session: {error}"))
            .help("`vestibule sessions list` tells the ids")
    })
}

fn told(session: &Session, account: Option<&Account>) -> Value {
    json!({
        "id": session.id.to_string(),
        "user": session.user.to_string(),
        "address": account.map(|account| account.address.as_str()),
        "app": &*session.app,
        "origin": session.origin,
        "scopes": session.scopes.iter().collect::<Vec<_>>(),
        "methods": session.methods,
        "begun": moment(session.begun),
        "seen": moment(session.seen),
    })
}
