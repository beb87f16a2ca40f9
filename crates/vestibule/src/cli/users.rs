//! The words of the commands about accounts, sessions and tokens.

use clap::{ArgGroup, Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Users {
    /// List the accounts
    List(UsersList),
    /// Tell what is known of one; of a deleted one, by its id, when it was
    Show(UsersOne),
    /// Make an account; a link to choose its password is printed once, alone, on standard output
    Create(UsersCreate),
    /// Invite somebody by mail; the link is printed once as well
    Invite(UsersInvite),
    /// Give an account another address or name, or take a lost second factor away
    Update(UsersUpdate),
    /// Print a link, once, by which another password is chosen
    Reset(UsersOne),
    /// Let nobody in with an account, whatever they know; all that was given out ends at once
    Lock(UsersOne),
    /// Let its owner in again
    Unlock(UsersOne),
    /// End all that was given out to a person: sign-ins, sessions, tokens
    EndSessions(UsersOne),
    /// Print everything that is kept of a person, as JSON
    Export(UsersOne),
    /// Delete an account and all that is of it, at once; a record without a name stays
    Delete(UsersDelete),
}

impl Users {
    /// The words of it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::List(_) => "users list",
            Self::Show(_) => "users show",
            Self::Create(_) => "users create",
            Self::Invite(_) => "users invite",
            Self::Update(_) => "users update",
            Self::Reset(_) => "users reset",
            Self::Lock(_) => "users lock",
            Self::Unlock(_) => "users unlock",
            Self::EndSessions(_) => "users end-sessions",
            Self::Export(_) => "users export",
            Self::Delete(_) => "users delete",
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct UsersList {
    /// Only those after this id; the list before tells it
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct UsersOne {
    /// The mail address, or the id
    #[arg(value_name = "USER")]
    pub(crate) user: String,
}

#[derive(Args, Debug)]
pub(crate) struct UsersCreate {
    /// The mail address; nobody proves to read it
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,

    /// How the person is called
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct UsersInvite {
    /// Where the invitation goes
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,
}

#[derive(Args, Debug)]
pub(crate) struct UsersUpdate {
    /// The mail address, or the id
    #[arg(value_name = "USER")]
    pub(crate) user: String,

    /// Another address, taken as verified
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) address: Option<String>,

    /// Another name; an empty text for none
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// For somebody who lost both app and recovery codes
    #[arg(long)]
    pub(crate) without_second_factor: bool,
}

#[derive(Args, Debug)]
pub(crate) struct UsersDelete {
    /// The mail address, or the id
    #[arg(value_name = "USER")]
    pub(crate) user: String,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Sessions {
    /// List the browsers in which people are known to an application
    List(SessionsList),
    /// End one session, all of one person, or all there are
    End(SessionsEnd),
}

impl Sessions {
    /// The words of it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::List(_) => "sessions list",
            Self::End(_) => "sessions end",
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct SessionsList {
    /// Only those of this person, by address or id
    #[arg(long, value_name = "USER")]
    pub(crate) user: Option<String>,

    /// Only those with this application
    #[arg(long, value_name = "APP")]
    pub(crate) app: Option<String>,

    /// Only those after this id; the list before tells it
    #[arg(long, value_name = "ID", conflicts_with = "user")]
    pub(crate) after: Option<String>,
}

#[derive(Args, Debug)]
#[group(skip)]
#[command(group = ArgGroup::new("which").required(true).args(["session", "user", "all"]))]
pub(crate) struct SessionsEnd {
    /// The id of one, with the grant and the sign-in that it came of
    #[arg(value_name = "ID")]
    pub(crate) session: Option<String>,

    /// All of this person, by address or id, with every sign-in and token
    #[arg(long, value_name = "USER")]
    pub(crate) user: Option<String>,

    /// Every session there is
    #[arg(long)]
    pub(crate) all: bool,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Tokens {
    /// Tell what the gateway makes of the token on standard input: 0 where it is good, 1 where not
    Show,
    /// End a token, at once: that on standard input, or one that is named
    Revoke(TokensRevoke),
}

impl Tokens {
    /// The words of it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Show => "tokens show",
            Self::Revoke(_) => "tokens revoke",
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct TokensRevoke {
    /// One access token by its id, the claim `jti`
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,

    /// A whole family: the grant, with every token and session of it
    #[arg(long, value_name = "GRANT", conflicts_with = "id")]
    pub(crate) grant: Option<String>,
}
