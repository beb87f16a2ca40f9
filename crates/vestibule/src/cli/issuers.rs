//! The words of the commands about issuers that are not ours.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Issuers {
    /// List the issuers whose tokens are taken, and whether their keys are known
    List,
    /// Tell what is known of one: its keys, since when, and why it failed to say more
    Show(IssuersShow),
    /// Fetch its metadata and keys now, and say what would be taken: 0 where all is good, 1 where not
    Test(IssuersTest),
}

impl Issuers {
    /// The words of it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::List => "issuers list",
            Self::Show(_) => "issuers show",
            Self::Test(_) => "issuers test",
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct IssuersShow {
    /// Its name in the file
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

#[derive(Args, Debug)]
pub(crate) struct IssuersTest {
    /// Its name in the file
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Judge the token on standard input as well; it is printed nowhere
    #[arg(long)]
    pub(crate) token: bool,
}
