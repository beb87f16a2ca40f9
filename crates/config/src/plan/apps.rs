//! Apps as the room of the provider takes them.

use idp::apps::{AppSettings, Authenticate, PublicKeys};

use super::Planner;
use crate::draft::{App, Shows};
use crate::fault::{Fault, FaultCode};
use crate::rules;

/// The largest file of public keys, in bytes.
const KEYS: u64 = 64 << 10;

impl Planner<'_> {
    /// Every app of the file; what is not good of one is told, and it is left out.
    pub(super) fn apps(&mut self) -> Vec<AppSettings> {
        let draft = self.draft;
        let mut apps = Vec::new();
        for app in &draft.apps {
            let authenticate = match app.authenticate.as_ref().map(|said| said.value) {
                None => Some(Authenticate::Nothing),
                Some(Shows::Secret) => Some(Authenticate::Secret { digests: rules::digests(app) }),
                Some(Shows::PrivateKeyJwt) => self.public_keys(app).map(|keys| Authenticate::PrivateKeyJwt { keys }),
            };
            apps.extend(authenticate.and_then(|authenticate| rules::app_settings(app, authenticate)));
        }
        apps
    }

    fn public_keys(&mut self, app: &App) -> Option<PublicKeys> {
        let said = app.public_keys.as_ref()?;
        let read = self.files.read(&said.value, KEYS);
        let (code, message) = match read {
            Ok(content) => match std::str::from_utf8(&content.bytes).ok().map(PublicKeys::parse) {
                Some(Ok(keys)) => return Some(keys),
                Some(Err(error)) => (FaultCode::WrongFile, format!("`{}`: {error}", said.value.display())),
                None => (FaultCode::WrongFile, format!("`{}` is not text", said.value.display())),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                (FaultCode::MissingFile, format!("`{}` is not there", said.value.display()))
            }
            Err(error) => (FaultCode::UnreadableFile, format!("`{}`: {error}", said.value.display())),
        };
        self.faults.push(Fault::new(code, said.span, message).label("write the path of a JWKS file"));
        None
    }
}
