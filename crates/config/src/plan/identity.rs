//! The provider in the box as its room takes it.

use std::sync::Arc;

use bytes::Bytes;
use idp::{Brand, Lifetimes, MailSettings, Settings};

use super::{MachinesPlan, Planner};
use crate::draft::{Identity, MACHINES_API, Mail, Said};
use crate::fault::{Fault, FaultCode};
use crate::report::routes::origin;

/// The largest logo, in bytes: it is sent with every first visit.
const LOGO: u64 = 64 << 10;
/// How often a signing key changes where the file does not say it.
const KEYS_ROTATE: std::time::Duration = std::time::Duration::from_secs(90 * 24 * 60 * 60);

impl Planner<'_> {
    /// What the file says of the provider; `None` where it has none, or a part has its own fault.
    pub(super) fn identity(&mut self) -> Option<Settings> {
        let identity = self.draft.identity.as_ref()?;
        let issuer = identity.issuer.as_ref()?.value.clone();
        let value = |said: &Option<Said<String>>| said.as_ref().map(|said| Box::from(said.value.as_str()));
        let brand = Brand {
            name: value(&identity.name).unwrap_or_else(|| issuer.host().into()),
            logo: self.logo(identity),
            colour: value(&identity.colour),
            legal: value(&identity.legal),
        };
        Some(Settings {
            issuer,
            path: identity.base().into(),
            brand,
            accounts: identity.accounts.as_ref().map(|said| said.value).unwrap_or_default(),
            second_factor: identity.second_factor.as_ref().map(|said| said.value).unwrap_or_default(),
            lifetimes: lifetimes(identity),
            mail: mail(identity)?,
            keys_rotate: identity.keys_rotate.as_ref().map_or(KEYS_ROTATE, |said| said.value),
        })
    }

    /// Where programs get tokens for themselves; `None` where the file does not say it.
    pub(super) fn machines(&self) -> Option<MachinesPlan> {
        let api = self.draft.apis.iter().find(|api| api.name.value == MACHINES_API)?;
        let door = self.index.door_of(api)?;
        let origin = origin(self, door, door.kind?, api).into();
        Some(MachinesPlan { origin, answers: Arc::clone(&self.machines) })
    }

    fn logo(&mut self, identity: &Identity) -> Option<(Box<str>, Bytes)> {
        let said = identity.logo.as_ref()?;
        let (code, message, label) = match self.files.read(&said.value, LOGO) {
            Ok(content) => match media_type(&content.bytes) {
                Some(media_type) => return Some((media_type.into(), content.bytes.into())),
                None => (FaultCode::WrongFile, "the logo is neither SVG nor PNG".to_owned(), "write another file"),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                (FaultCode::MissingFile, format!("`{}` is not there", said.value.display()), "is the path right?")
            }
            Err(error) => {
                let message = format!("`{}`: {error}", said.value.display());
                (FaultCode::UnreadableFile, message, "it must be a file of at most 64 KiB that may be read")
            }
        };
        self.faults.push(Fault::new(code, said.span, message).label(label));
        None
    }
}

/// By its beginning, not by its name.
fn media_type(octets: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(octets).ok().map(str::trim_start);
    if octets.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if text.is_some_and(|text| text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg")))
    {
        Some("image/svg+xml")
    } else {
        None
    }
}

fn lifetimes(identity: &Identity) -> Lifetimes {
    let (lives, usual) = (&identity.lives, Lifetimes::default());
    let value = |said: &Option<Said<_>>, usual| said.as_ref().map_or(usual, |said| said.value);
    let session = value(&lives.at_most, usual.session);
    Lifetimes {
        access: value(&lives.access, usual.access),
        refresh: value(&lives.refresh, usual.refresh),
        refresh_grace: value(&lives.refresh_grace, usual.refresh_grace),
        code: usual.code,
        session_idle: value(&lives.idle, usual.session_idle).min(session),
        session,
    }
}

/// `None` where a part has its own fault.
fn mail(identity: &Identity) -> Option<MailSettings> {
    match identity.mail.as_ref().map(|mail| &mail.value) {
        None | Some(Mail::Print) => Some(MailSettings::Print),
        Some(Mail::Smtp { server, from, user, password }) => Some(MailSettings::Smtp {
            server: server.as_ref()?.value.clone(),
            from: from.as_ref()?.value.as_str().into(),
            account: match (user, password) {
                (Some(user), Some(password)) => Some((user.value.as_str().into(), password.value.clone())),
                _ => None,
            },
        }),
    }
}
