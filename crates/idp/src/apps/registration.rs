//! What is said of an app that is registered while the house runs: the words of the file, read by the same rules.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AppKind, AppSettings, Authenticate, Consent, Origin, PublicKeys, RedirectUri, TokenAlgorithm};
use crate::{Digest, Scopes};

/// The most of any list.
const LIST_AT_MOST: usize = 64;
/// Characters of a title or a reason.
const TEXT_AT_MOST: usize = 200;
/// Octets of a set of public keys.
const KEYS_AT_MOST: usize = 48 << 10;

/// What is said of an app; what is absent is as the file has it without the key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// `type`: session, native, server, machine or page.
    #[serde(rename = "type")]
    pub kind: String,
    /// What people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where answers may go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<String>,
    /// Where a browser goes after a sign-out: a URI, or for a session a path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after_sign_out: Vec<String>,
    /// Its pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<String>,
    /// What it may ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// `first`, `never` or `always`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
    /// Its public keys, as a JWK Set, where it signs who it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_keys: Option<Value>,
    /// What its tokens are signed with: `ES256`, `EdDSA` or `RS256`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// The resources that it asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// The resources that it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers_for: Vec<String>,
    /// `dpop`, where all its tokens are bound to a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
    /// Whether it has to push its authorization requests.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pushed_only: bool,
    /// Why its tokens may lie in a page, as the loosening of that name says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_in_browser: Option<String>,
}

/// One thing that is wrong with what is said of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationFault {
    /// What is wrong.
    pub message: String,
    /// What to write instead, where it does not follow from that.
    pub help: Option<&'static str>,
}

impl fmt::Display for RegistrationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The name of an app: `[a-z][a-z0-9-]{0,62}`.
#[must_use]
pub fn is_app_name(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-')
}

impl Registration {
    /// What sort of program it is, where that is said in a known word.
    #[must_use]
    pub fn app_kind(&self) -> Option<AppKind> {
        let kinds = [AppKind::Session, AppKind::Native, AppKind::Server, AppKind::Machine, AppKind::Page];
        kinds.into_iter().find(|kind| kind.as_str() == self.kind)
    }

    /// Whether it shows who it is by a secret of ours.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.public_keys.is_none() && self.app_kind().is_some_and(AppKind::is_confidential)
    }

    /// As it is kept.
    ///
    /// # Errors
    /// It cannot be written; which would be a fault of ours.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// As it was kept.
    ///
    /// # Errors
    /// It was not written by [`Registration::to_text`].
    pub fn of_text(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The app of this name and these secrets, as the endpoints take it.
    ///
    /// # Errors
    /// Everything that is wrong, at least one thing.
    pub fn settings(&self, name: &str, secrets: Box<[Digest]>) -> Result<AppSettings, Vec<RegistrationFault>> {
        let mut reading = Reading::default();
        let kind = self.app_kind();
        if kind.is_none() {
            let message = format!("`{}` is no type of app", shown(&self.kind));
            reading.fault(message, Some("`session`, `native`, `server`, `machine` or `page`"));
        }
        if !is_app_name(name) {
            let help = "a name starts with a letter of `a-z` and has up to 63 of `a-z`, `0-9` and `-`";
            reading.fault(format!("`{}` is not a name", shown(name)), Some(help));
        }
        let origins = reading.list(&self.origins, |text| Origin::parse(text).map_err(|error| error.to_string()));
        let redirect = |text: &str| RedirectUri::parse(text).map_err(|error| error.to_string());
        let place = |text: &str| self.place(text, kind, origins.first());
        let (redirect_uris, after_sign_out) =
            (reading.list(&self.redirect_uris, redirect), reading.list(&self.after_sign_out, place));
        let (resources, answers_for) =
            (reading.list(&self.resources, resource), reading.list(&self.answers_for, resource));
        let scopes = match Scopes::of(self.scopes.iter().map(String::as_str)) {
            Ok(scopes) => scopes,
            Err(error) => reading.or(error.to_string(), Scopes::default()),
        };
        let settings = AppSettings {
            name: Arc::from(name),
            title: reading.text("title", self.title.as_deref()).unwrap_or(name).into(),
            kind: kind.unwrap_or(AppKind::Server),
            redirect_uris: redirect_uris.into(),
            after_sign_out: after_sign_out.into(),
            origins: origins.into(),
            scopes,
            consent: reading.word("consent", self.consent.as_deref(), &CONSENTS),
            authenticate: self.authenticate(secrets, &mut reading),
            algorithm: reading.word("algorithm", self.algorithm.as_deref(), &algorithms()),
            resources: resources.into(),
            answers_for: answers_for.into(),
            bound: reading.word("bound", self.bound.as_deref(), &[("dpop", true)]),
            pushed_only: self.pushed_only,
        };
        reading.loosening(kind, self.tokens_in_browser.as_deref());
        if kind.is_some() {
            let faults = settings.faults();
            reading.faults.extend(faults.iter().map(|fault| told(&fault.to_string())));
        }
        if reading.faults.is_empty() { Ok(settings) } else { Err(reading.faults) }
    }

    /// A path is one at the app's first origin.
    fn place(&self, text: &str, kind: Option<AppKind>, origin: Option<&Origin>) -> Result<RedirectUri, String> {
        let at_home = match origin.filter(|_| text.starts_with('/') && kind == Some(AppKind::Session)) {
            Some(origin) => format!("{}{text}", origin.as_str()),
            None => text.to_owned(),
        };
        RedirectUri::parse(&at_home).map_err(|error| error.to_string())
    }

    fn authenticate(&self, secrets: Box<[Digest]>, reading: &mut Reading) -> Authenticate {
        let Some(keys) = &self.public_keys else {
            let has_secret = self.has_secret();
            return if has_secret { Authenticate::Secret { digests: secrets } } else { Authenticate::Nothing };
        };
        let text = keys.to_string();
        if text.len() > KEYS_AT_MOST {
            return reading.or("`public_keys` has at most 48 KiB".to_owned(), Authenticate::Nothing);
        }
        match PublicKeys::parse(&text) {
            Ok(keys) => Authenticate::PrivateKeyJwt { keys },
            Err(error) => reading.or(format!("`public_keys`: {error}"), Authenticate::Nothing),
        }
    }
}

const CONSENTS: [(&str, Consent); 3] =
    [("first", Consent::First), ("never", Consent::Never), ("always", Consent::Always)];

fn algorithms() -> [(&'static str, TokenAlgorithm); 3] {
    TokenAlgorithm::ALL.map(|algorithm| (algorithm.as_str(), algorithm))
}

/// What is wrong so far.
#[derive(Default)]
struct Reading {
    faults: Vec<RegistrationFault>,
}

impl Reading {
    fn fault(&mut self, message: String, help: Option<&'static str>) {
        self.faults.push(RegistrationFault { message, help });
    }

    /// Tells of a fault, and goes on with something.
    fn or<T>(&mut self, message: String, instead: T) -> T {
        self.fault(message, None);
        instead
    }

    fn list<T>(&mut self, texts: &[String], read: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        if texts.len() > LIST_AT_MOST {
            return self.or(format!("a list has at most {LIST_AT_MOST} of a kind"), Vec::new());
        }
        let mut values = Vec::new();
        for text in texts {
            match read(text) {
                Ok(value) => values.push(value),
                Err(why) => self.fault(format!("`{}`: {why}", shown(text)), None),
            }
        }
        values
    }

    fn text<'a>(&mut self, member: &str, text: Option<&'a str>) -> Option<&'a str> {
        let good =
            |text: &str| (1..=TEXT_AT_MOST).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if text.is_some_and(|text| !good(text)) {
            self.fault(format!("`{member}` has 1 to {TEXT_AT_MOST} characters, on one line"), None);
        }
        text
    }

    fn word<T: Copy + Default>(&mut self, member: &str, text: Option<&str>, words: &[(&str, T)]) -> T {
        let Some(text) = text else { return T::default() };
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => *value,
            None => {
                let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                self.or(format!("`{member}` is one of {}, and not `{}`", known.join(", "), shown(text)), T::default())
            }
        }
    }

    /// As the file asks for the loosening.
    fn loosening(&mut self, kind: Option<AppKind>, why: Option<&str>) {
        self.text("tokens_in_browser", why);
        match (kind, why) {
            (Some(AppKind::Page), None) => self.fault(
                "it would hold its tokens in a page, where any script can take them".to_owned(),
                Some("`session` keeps them in the gateway; or say why with `tokens_in_browser`"),
            ),
            (Some(kind), Some(_)) if kind != AppKind::Page => {
                self.fault("`tokens_in_browser`: only a `page` holds its tokens itself".to_owned(), None);
            }
            _ => {}
        }
    }
}

fn told(message: &str) -> RegistrationFault {
    RegistrationFault { message: message.to_owned(), help: None }
}

/// A web address, as the file takes it (RFC 8707 §2).
fn resource(text: &str) -> Result<Box<str>, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |octet: u8| octet.is_ascii_graphic() && !br#"<>"\^`{|}"#.contains(&octet);
    let good = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')) && text.len() <= 2048;
    if good && text.bytes().all(plain) { Ok(text.into()) } else { Err("that is not a web address".to_owned()) }
}

/// What somebody wrote, as a message may have it.
fn shown(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).take(100).collect()
}

#[cfg(test)]
mod tests;
