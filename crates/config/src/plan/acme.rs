//! Certificates of a public CA, as the room of certificates takes them: the files that they name are read here.

use std::sync::Arc;

use ca::acme::{AcmeSettings, Binding, Challenge, LETS_ENCRYPT};
use data_encoding::BASE64URL_NOPAD;
use model::Secret;

use super::certificates::{Reader, unreadable};
use super::service_tls::authorities_of_this_machine;
use crate::draft::{AccountBinding, Acme, Door};
use crate::fault::{Fault, FaultCode};

/// A key for an HMAC is some dozen bytes.
const KEY_BYTES_AT_MOST: u64 = 4 * 1024;
/// Permission bit: readable by everyone.
const OTHERS_READ: u32 = 0o004;

/// What `letsencrypt` stands for; every other directory is its URL.
const LETS_ENCRYPT_BY_NAME: &str = "letsencrypt";

impl Reader<'_> {
    /// What a door wants of a CA; `None` where a file of it has a fault.
    pub(super) fn acme(&mut self, door: &Door, acme: &Acme) -> Option<AcmeSettings> {
        // Both are read before any is given up: all faults at once.
        let anchors = acme.ca.as_ref().map(|ca| self.chain(ca));
        let binding = acme.binding.as_ref().map(|binding| self.binding(binding));
        let anchors = match anchors {
            Some(anchors) => anchors?,
            None => authorities_of_this_machine(),
        };
        let binding = match binding {
            Some(binding) => Some(binding?),
            None => None,
        };
        Some(AcmeSettings {
            names: door.hosts.iter().map(|host| host.value.to_ascii_lowercase()).collect(),
            directory: directory(acme).to_owned(),
            contact: acme.contact.value.clone(),
            challenge: acme.challenge.as_ref().map_or(Challenge::TlsAlpn, |said| said.value),
            binding,
            anchors,
        })
    }

    fn binding(&mut self, binding: &AccountBinding) -> Option<Binding> {
        let (said, written) = (&binding.key, binding.key.value.display().to_string());
        let content = match self.files.read(&said.value, KEY_BYTES_AT_MOST) {
            Ok(content) => content,
            Err(error) => {
                self.faults.push(unreadable("key", &written, &error, said.span));
                return None;
            }
        };
        if content.mode & OTHERS_READ != 0 {
            let message = format!("the key `{written}` can be read by everyone");
            let fault = Fault::new(FaultCode::ExposedSecret, said.span, message);
            self.faults.push(fault.label("run `chmod 600` on it"));
            return None;
        }
        let text = content.bytes.trim_ascii();
        let text = text.strip_suffix(b"=").unwrap_or(text);
        match BASE64URL_NOPAD.decode(text.strip_suffix(b"=").unwrap_or(text)) {
            Ok(key) if !key.is_empty() => {
                Some(Binding { id: binding.id.value.clone(), key: Arc::new(Secret::new(key)) })
            }
            _ => {
                let message = format!("`{written}` does not hold a key in base64url");
                let fault = Fault::new(FaultCode::WrongFile, said.span, message);
                self.faults.push(fault.label("the HMAC key as the CA gave it, and nothing else"));
                None
            }
        }
    }
}

/// The URL of the directory.
pub(crate) fn directory(acme: &Acme) -> &str {
    match acme.directory.as_ref().map(|said| said.value.as_str()) {
        None | Some(LETS_ENCRYPT_BY_NAME) => LETS_ENCRYPT,
        Some(url) => url,
    }
}
