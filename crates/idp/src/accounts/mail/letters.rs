//! What the mails say.

use model::Secret;

use super::Letter;
use crate::accounts::Address;
use crate::{Bearer, Endpoint, Settings};

/// Writes the mails of one house.
#[derive(Clone, Debug)]
pub struct Letters {
    /// What the house calls itself, on one line.
    brand: Box<str>,
    /// `https://host/auth`.
    base: Box<str>,
}

impl Letters {
    /// For the house of these settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let named = settings.brand.name.chars().filter(|at| !at.is_control()).collect::<String>();
        let brand = if named.trim().is_empty() { settings.issuer.host().to_owned() } else { named };
        Self { brand: brand.into(), base: format!("{}{}", settings.issuer, settings.path).into() }
    }

    /// What the house calls itself.
    #[must_use]
    pub fn brand(&self) -> &str {
        &self.brand
    }

    /// The URL behind which a link is followed.
    #[must_use]
    pub fn url(&self, at: Endpoint, link: &Bearer) -> Secret<String> {
        Secret::new(format!("{}{}?link={}", self.base, at.path(), link.text().expose()))
    }

    fn page(&self, at: Endpoint) -> String {
        format!("{}{}", self.base, at.path())
    }

    fn letter(&self, to: &Address, subject: String, text: &str) -> Letter {
        let text = Secret::new(format!("{text}\n\n-- \n{}\n", self.brand));
        Letter { to: to.clone(), subject, text }
    }

    /// To somebody who asked for an account.
    #[must_use]
    pub fn join(&self, to: &Address, link: &Bearer) -> Letter {
        let text = format!(
            "Somebody, probably you, asked for an account at {brand} with this address.\n\n\
             To make it, follow this link within a day:\n\n{url}\n\n\
             If it was not you, do nothing: there is no account until the link is followed.",
            brand = self.brand,
            url = self.url(Endpoint::Verify, link).expose(),
        );
        self.letter(to, format!("Your account at {}", self.brand), &text)
    }

    /// To somebody who is invited.
    #[must_use]
    pub fn invite(&self, to: &Address, link: &Bearer) -> Letter {
        let text = format!(
            "You are invited to have an account at {brand}.\n\n\
             To make it, follow this link within a week:\n\n{url}",
            brand = self.brand,
            url = self.url(Endpoint::Verify, link).expose(),
        );
        self.letter(to, format!("Your invitation to {}", self.brand), &text)
    }

    /// To somebody who asked for an account and has one.
    #[must_use]
    pub fn already(&self, to: &Address) -> Letter {
        let text = format!(
            "Somebody, probably you, asked for an account at {brand} with this address. You have one already.\n\n\
             To sign in: {sign_in}\n\
             Forgot your password? {forgot}\n\n\
             If it was not you, do nothing: nothing has changed.",
            brand = self.brand,
            sign_in = self.page(Endpoint::SignIn),
            forgot = self.page(Endpoint::Forgot),
        );
        self.letter(to, format!("Your account at {}", self.brand), &text)
    }

    /// To somebody who forgot the password.
    #[must_use]
    pub fn reset(&self, to: &Address, link: &Bearer) -> Letter {
        let text = format!(
            "Somebody, probably you, asked for a new password for your account at {brand}.\n\n\
             To choose one, follow this link within half an hour:\n\n{url}\n\n\
             If it was not you, do nothing: your password stays as it is.",
            brand = self.brand,
            url = self.url(Endpoint::Reset, link).expose(),
        );
        self.letter(to, format!("A new password for {}", self.brand), &text)
    }

    /// To an address that is to be an account's.
    #[must_use]
    pub fn verify(&self, to: &Address, link: &Bearer) -> Letter {
        let text = format!(
            "Somebody, probably you, said that this is the address of an account at {brand}.\n\n\
             If that is so, follow this link within a day:\n\n{url}\n\n\
             If not, do nothing.",
            brand = self.brand,
            url = self.url(Endpoint::Verify, link).expose(),
        );
        self.letter(to, format!("Your address at {}", self.brand), &text)
    }

    /// To the person, after something that whoever took over the account would do.
    #[must_use]
    pub fn notice(&self, to: &Address, what: Notice) -> Letter {
        let text = format!(
            "{what}\n\nIf it was not you, choose a new password now; that ends every sign-in: {forgot}",
            what = what.text(&self.brand),
            forgot = self.page(Endpoint::Forgot),
        );
        self.letter(to, format!("Your account at {} was changed", self.brand), &text)
    }
}

/// What a person is told by mail because somebody else might have done it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The password is another.
    Password,
    /// The account has another address; this goes to the one before.
    Address,
    /// The authenticator app is asked for no more.
    NoSecondFactor,
    /// A recovery code was used.
    Recovery,
    /// Somebody elsewhere signs in to the account from now on.
    Linked,
    /// Somebody elsewhere does not any more.
    Unlinked,
}

impl Notice {
    fn text(self, brand: &str) -> String {
        match self {
            Self::Password => format!("The password of your account at {brand} was changed."),
            Self::Address => format!("Your account at {brand} has another address from now on, and not this one."),
            Self::NoSecondFactor => format!("Your account at {brand} asks for no authenticator app any more."),
            Self::Recovery => format!("Somebody signed in to your account at {brand} with one of its recovery codes."),
            Self::Linked => {
                format!("Your account at {brand} can be signed in to with an account elsewhere from now on.")
            }
            Self::Unlinked => format!("Your account at {brand} is no longer linked to an account elsewhere."),
        }
    }
}
