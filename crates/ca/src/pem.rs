//! PEM files of certificates and keys, read strictly: every block is named, expected, and looked at.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rustls_pki_types::pem::{PemObject, SectionKind};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::CaError;

/// Larger files hold something else.
const AT_MOST_BYTES: u64 = 1 << 20;
/// More certificates are no chain and no set of anchors.
const AT_MOST_CERTIFICATES: usize = 64;

/// Reads the certificates of a file, in their order.
///
/// # Errors
/// [`CaError::Read`], or [`CaError::Content`] where the file holds no certificate,
/// too many, or anything else beside them.
pub fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, CaError> {
    read_chain_and_text(path).map(|(chain, _)| chain)
}

pub(crate) fn read_chain_and_text(path: &Path) -> Result<(Vec<CertificateDer<'static>>, String), CaError> {
    let (text, _) = read(path)?;
    let wrong = |what| CaError::Content { path: path.to_owned(), what };
    let blocks = blocks(path, &text)?;
    if blocks.iter().any(|(kind, _)| is_private(*kind)) {
        return Err(wrong("holds a private key, where only certificates belong"));
    }
    if blocks.iter().any(|(kind, _)| *kind != SectionKind::Certificate) {
        return Err(wrong("holds something other than certificates"));
    }
    match blocks.len() {
        0 => Err(wrong("holds no certificate")),
        1..=AT_MOST_CERTIFICATES => Ok((blocks.into_iter().map(|(_, der)| CertificateDer::from(der)).collect(), text)),
        _ => Err(wrong("holds more than 64 certificates")),
    }
}

/// Reads the one private key of a file: PKCS #8, SEC 1 or PKCS #1, not encrypted.
///
/// # Errors
/// [`CaError::Read`]; [`CaError::Exposed`] where everyone may read the file;
/// [`CaError::Content`] where it holds no key, several, or anything else beside it.
pub fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, CaError> {
    let (text, mode) = read(path)?;
    let wrong = |what| CaError::Content { path: path.to_owned(), what };
    let mut blocks = blocks(path, &text)?.into_iter();
    let (kind, der) = blocks.next().ok_or_else(|| wrong("holds no private key"))?;
    if !is_private(kind) {
        return Err(wrong("holds something other than a private key"));
    }
    if blocks.next().is_some() {
        return Err(wrong("holds something beside its private key"));
    }
    if mode & 0o004 != 0 {
        return Err(CaError::Exposed { path: path.to_owned() });
    }
    PrivateKeyDer::from_pem(kind, der).ok_or_else(|| wrong("holds a private key of an unknown form"))
}

/// Reads a file of ours that has a private key first, and its chain after it.
pub(crate) fn read_bundle(path: &Path) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), CaError> {
    let (text, mode) = read(path)?;
    let wrong = |what| CaError::Content { path: path.to_owned(), what };
    let mut blocks = blocks(path, &text)?.into_iter();
    let key = blocks.next().and_then(|(kind, der)| PrivateKeyDer::from_pem(kind, der));
    let key = key.ok_or_else(|| wrong("does not begin with a private key"))?;
    if mode & 0o004 != 0 {
        return Err(CaError::Exposed { path: path.to_owned() });
    }
    let is_certificate = |(kind, der)| (kind == SectionKind::Certificate).then(|| CertificateDer::from(der));
    let chain: Option<Vec<_>> = blocks.map(is_certificate).collect();
    match chain {
        Some(chain) if (1..=AT_MOST_CERTIFICATES).contains(&chain.len()) => Ok((chain, key)),
        _ => Err(wrong("does not hold a chain of certificates after its key")),
    }
}

/// The text and the permissions of a file, which are of the very file that was read.
fn read(path: &Path) -> Result<(String, u32), CaError> {
    let failed = |source| CaError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let mut text = Vec::new();
    file.take(AT_MOST_BYTES + 1).read_to_end(&mut text).map_err(failed)?;
    let wrong = |what| CaError::Content { path: path.to_owned(), what };
    if text.len() as u64 > AT_MOST_BYTES {
        return Err(wrong("is larger than 1 MiB"));
    }
    let text = String::from_utf8(text).map_err(|_| wrong("is not PEM (is it DER?)"))?;
    Ok((text, metadata.permissions().mode()))
}

fn blocks(path: &Path, text: &str) -> Result<Vec<(SectionKind, Vec<u8>)>, CaError> {
    let wrong = |what| CaError::Content { path: path.to_owned(), what };
    if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        return Err(wrong("holds an encrypted private key; decrypt it first"));
    }
    let found: Vec<_> = <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| wrong("is not well-formed PEM"))?;
    // The reader passes over blocks that it does not know.
    let begun = text.lines().filter(|line| line.contains("-----BEGIN ")).count();
    if begun != found.len() {
        return Err(wrong("holds a PEM block of an unknown kind"));
    }
    Ok(found)
}

const fn is_private(kind: SectionKind) -> bool {
    matches!(kind, SectionKind::PrivateKey | SectionKind::EcPrivateKey | SectionKind::RsaPrivateKey)
}

#[cfg(test)]
mod tests;
