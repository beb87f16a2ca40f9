//! A password as it was typed, and whether it is strong enough to be one.

use icu_normalizer::ComposingNormalizerBorrowed;
use model::Secret;
use thiserror::Error;
use zxcvbn::feedback::{Suggestion, Warning};
use zxcvbn::{Score, zxcvbn};

use super::Address;

/// A password, in the one form (NFC) in which two keyboards write the same letters alike.
#[derive(Debug)]
pub struct Password(Secret<String>);

/// Why a password is not taken. No message says anything of the password itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Weakness {
    /// Fewer than 8 characters.
    #[error("a password has at least 8 characters; four unusual words are easy to remember")]
    TooShort,
    /// More than 128 characters.
    #[error("a password has at most 128 characters")]
    TooLong,
    /// A character that no keyboard types, such as NUL.
    #[error("a password has no control characters")]
    Control,
    /// It would be guessed; says how.
    #[error("this password would be guessed: {0}")]
    Guessable(&'static str),
}

/// Characters that a password has at least and at most (NIST SP 800-63B-4 §3.1.1.2, which asks for no composition).
const LENGTH: std::ops::RangeInclusive<usize> = 8..=128;
/// Octets of a typed text beyond which nothing is computed from it.
const MAX_TYPED: usize = 1024;

impl Password {
    /// Takes what was typed, where a password is asked for; none where it is too long to be anybody's.
    #[must_use]
    pub fn shown(typed: &str) -> Option<Self> {
        (typed.len() <= MAX_TYPED).then(|| Self::normal(typed))
    }

    /// Takes what was typed, where a password is chosen; [`Password::weakness`] comes after, on the pool.
    ///
    /// # Errors
    /// Its length, or a control character.
    pub fn chosen(typed: &str) -> Result<Self, Weakness> {
        if typed.len() > MAX_TYPED {
            return Err(Weakness::TooLong);
        }
        let password = Self::normal(typed);
        let length = password.expose().chars().count();
        match length {
            _ if password.expose().chars().any(char::is_control) => Err(Weakness::Control),
            _ if length < *LENGTH.start() => Err(Weakness::TooShort),
            _ if length > *LENGTH.end() => Err(Weakness::TooLong),
            _ => Ok(password),
        }
    }

    fn normal(typed: &str) -> Self {
        // NIST SP 800-63B-4 §3.1.1.2 asks for NFC.
        Self(Secret::new(ComposingNormalizerBorrowed::new_nfc().normalize(typed).into_owned()))
    }

    /// What would let somebody guess it who knows `about` the person; milliseconds of a core.
    #[must_use]
    pub fn weakness(&self, about: &[Box<str>]) -> Option<Weakness> {
        let about: Vec<&str> = about.iter().map(AsRef::as_ref).collect();
        let judged = zxcvbn(self.expose(), &about);
        if judged.score() >= Score::Three {
            return None;
        }
        let said = judged.feedback();
        let warning = said.and_then(|said| said.warning()).map(reason);
        let advice = || said.and_then(|said| said.suggestions().iter().copied().find_map(advice));
        Some(Weakness::Guessable(warning.or_else(advice).unwrap_or("add another word or two")))
    }

    pub(super) fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// What a guesser knows before the first guess: the person's name and address, and what the house is called.
#[must_use]
pub fn known_about(address: Option<&Address>, name: Option<&str>, brand: &str) -> Vec<Box<str>> {
    let texts = address.map(Address::as_str).into_iter().chain(name).chain([brand]);
    let mut known: Vec<Box<str>> = Vec::new();
    for text in texts {
        known.push(text.into());
        known.extend(text.split(|at: char| !at.is_alphanumeric()).filter(|part| part.len() > 2).map(Into::into));
    }
    known.truncate(32);
    known
}

const fn reason(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => {
            "keys that lie side by side are among the first that are tried"
        }
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => {
            "repetition adds hardly anything"
        }
        Warning::ThisIsATop10Password | Warning::ThisIsATop100Password | Warning::ThisIsACommonPassword => {
            "it is on the lists of the commonest passwords"
        }
        Warning::ThisIsSimilarToACommonlyUsedPassword => "it is close to one of the commonest passwords",
        Warning::SequencesLikeAbcAreEasyToGuess => "letters or digits in their order are easy to guess",
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => "years and dates are easy to guess",
        Warning::AWordByItselfIsEasyToGuess => "one word is not enough; add another or two",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess | Warning::CommonNamesAndSurnamesAreEasyToGuess => {
            "names are easy to guess"
        }
    }
}

const fn advice(suggestion: Suggestion) -> Option<&'static str> {
    match suggestion {
        Suggestion::CapitalizationDoesntHelpVeryMuch | Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => {
            Some("capital letters help little")
        }
        Suggestion::ReversedWordsArentMuchHarderToGuess => Some("words read backwards help little"),
        Suggestion::PredictableSubstitutionsDontHelpVeryMuch => Some("signs in place of letters help little"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
