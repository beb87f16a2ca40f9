//! `vestibule users VERB`, as the admin socket asks it: an object in, an object out.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::own::moment;
use super::{People, PeopleError, Who, account_as_json};
use crate::UserId;
use crate::store::accounts::Account;

/// Accounts that one answer lists at most.
const AT_MOST: usize = 500;

/// Why something was not done.
#[derive(Debug, Error)]
pub enum DeskError {
    /// There is no such verb.
    #[error("`users` cannot be asked to `{0}`")]
    NoVerb(String),
    /// The object is not what the verb takes.
    #[error("what was asked is not understood: {0}")]
    NotUnderstood(#[from] serde_json::Error),
    /// What names somebody is neither an address nor an id.
    #[error("`{0}` is neither an address nor the id of an account")]
    NotAName(String),
    /// There was somebody of that id.
    #[error("the account `{0}` was deleted {1}")]
    Departed(UserId, String),
    /// It cannot be done.
    #[error(transparent)]
    People(#[from] PeopleError),
}

/// Whom a verb is about.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    user: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    after: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    address: String,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Invite {
    address: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    user: String,
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    without_second_factor: bool,
}

impl People {
    /// Does what the verb says. What the answer tells of is durable.
    ///
    /// A link in an answer (`link` of `create`, `invite` and `reset`) lets whoever has it choose the password of the
    /// account.
    ///
    /// # Errors
    /// [`DeskError`].
    pub async fn ask(&self, verb: &str, asked: Value) -> Result<Map<String, Value>, DeskError> {
        match verb {
            "list" => self.ask_list(read(asked)?).await,
            "create" => {
                let Create { address, name } = read(asked)?;
                let (account, link) = self.create(&address, &name).await?;
                Ok(members([("user", account_as_json(&account)), ("link", json!(link.expose()))]))
            }
            "invite" => {
                let Invite { address } = read(asked)?;
                let link = self.invite(&address).await?;
                Ok(members([("address", json!(address)), ("link", json!(link.expose()))]))
            }
            "reset" => {
                let account = self.named(&read::<One>(asked)?.user).await?;
                let (_, link) = self.link_to_reset(account.id).await?;
                Ok(members([("user", account_as_json(&account)), ("link", json!(link.expose()))]))
            }
            "update" => self.ask_update(read(asked)?).await,
            "show" => self.ask_show(self.named(&read::<One>(asked)?.user).await?).await,
            "export" => {
                let account = self.named(&read::<One>(asked)?.user).await?;
                Ok(members([("export", self.export(account.id).await?)]))
            }
            "lock" | "unlock" | "end-sessions" | "delete" => {
                let account = self.named(&read::<One>(asked)?.user).await?;
                match verb {
                    "lock" => self.lock(account.id, true).await?,
                    "unlock" => self.lock(account.id, false).await?,
                    "delete" => return self.removed(account).await,
                    _ => self.end_all(account.id, None).await?,
                }
                self.ask_show(self.account(account.id).await?).await
            }
            other => Err(DeskError::NoVerb(other.chars().take(40).collect())),
        }
    }

    /// The account that a command names, by its id or its address.
    ///
    /// # Errors
    /// There is none, or none any more.
    pub(crate) async fn named(&self, user: &str) -> Result<Account, DeskError> {
        let who = Who::parse(user).ok_or_else(|| DeskError::NotAName(user.chars().take(100).collect()))?;
        match (self.find(&who).await, who) {
            (Err(PeopleError::Nobody), Who::Id(id)) => match self.departed(id).await.map_err(PeopleError::from)? {
                Some(at) => Err(DeskError::Departed(id, moment(at).unwrap_or_default())),
                None => Err(PeopleError::Nobody.into()),
            },
            (found, _) => Ok(found?),
        }
    }

    async fn ask_list(&self, List { after }: List) -> Result<Map<String, Value>, DeskError> {
        let after = match after {
            Some(after) => Some(UserId::parse(&after).map_err(|_| DeskError::NotAName(after))?),
            None => None,
        };
        let accounts = self.list(after, AT_MOST).await?;
        // Where there may be more, whoever asks goes on after the last.
        let next = accounts.last().filter(|_| accounts.len() == AT_MOST).map(|account| account.id.to_string());
        Ok(members([("users", accounts.iter().map(account_as_json).collect()), ("next", json!(next))]))
    }

    async fn ask_show(&self, account: Account) -> Result<Map<String, Value>, DeskError> {
        let sign_ins = self.sign_ins(account.id).await?.len();
        Ok(members([("user", account_as_json(&account)), ("sign_ins", json!(sign_ins))]))
    }

    async fn ask_update(&self, update: Update) -> Result<Map<String, Value>, DeskError> {
        let account = self.named(&update.user).await?;
        // The one that can be refused comes first: then nothing has changed.
        if let Some(address) = update.address {
            self.readdress(account.id, &address).await?;
        }
        if let Some(name) = update.name {
            self.rename(account.id, &name).await?;
        }
        if update.without_second_factor {
            self.drop_second_factor(account.id).await?;
        }
        self.ask_show(self.account(account.id).await?).await
    }

    async fn removed(&self, account: Account) -> Result<Map<String, Value>, DeskError> {
        self.remove(account.id).await?;
        Ok(members([("deleted", json!(account.id.to_string()))]))
    }
}

fn read<T: DeserializeOwned>(asked: Value) -> Result<T, DeskError> {
    Ok(serde_json::from_value(asked)?)
}

fn members<const COUNT: usize>(members: [(&str, Value); COUNT]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
