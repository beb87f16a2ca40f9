//! The certificates of a comparison, the same for all proxies: ECDSA P-256, one root for servers, one for callers.

use anyhow::Context;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SanType,
};
use std::fs;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The caller's identity at doors that ask for one.
const CALLER: &str = "spiffe://bench.vestibule/caller";
const TRUST_DOMAIN: &str = "spiffe://bench.vestibule";

/// Writes `server.pem`, `server.key`, `server-and-key.pem`, `callers.pem`, `callers.key`, `caller.pem` and
/// `caller.key` into `directory`.
///
/// # Errors
/// When a key cannot be made or a file not be written.
pub(crate) fn write(directory: &Path) -> anyhow::Result<()> {
    let server_root = root("Comparison of proxies: servers", None)?;
    let callers_root = root("Comparison of proxies: callers", Some(TRUST_DOMAIN))?;
    let server_names =
        vec![SanType::DnsName("localhost".try_into()?), SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST))];
    let (server, server_key) = leaf(&server_root, server_names, ExtendedKeyUsagePurpose::ServerAuth)?;
    let caller_names = vec![SanType::URI(CALLER.try_into()?)];
    let (caller, caller_key) = leaf(&callers_root, caller_names, ExtendedKeyUsagePurpose::ClientAuth)?;
    for (name, content) in [
        ("server.pem", &server),
        ("server.key", &server_key),
        ("server-and-key.pem", &(server.clone() + &server_key)),
        ("callers.pem", &callers_root.pem()),
        ("callers.key", &callers_root.key().serialize_pem()),
        ("caller.pem", &caller),
        ("caller.key", &caller_key),
    ] {
        let path = directory.join(name);
        write_private(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Keys are for their owner's eyes, throw-away ones too: proxies complain about others.
fn write_private(path: &Path, content: &str) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content.as_bytes())
}

fn root(name: &str, trust_domain: Option<&str>) -> anyhow::Result<CertifiedIssuer<'static, KeyPair>> {
    let mut params = params(name)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.subject_alt_names = trust_domain
        .map(|domain| Ok::<_, rcgen::Error>(SanType::URI(domain.try_into()?)))
        .transpose()?
        .into_iter()
        .collect();
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}

fn leaf(
    issuer: &CertifiedIssuer<'static, KeyPair>,
    names: Vec<SanType>,
    usage: ExtendedKeyUsagePurpose,
) -> anyhow::Result<(String, String)> {
    let mut params = params("comparison")?;
    params.subject_alt_names = names;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    Ok((params.signed_by(&key, issuer)?.pem(), key.serialize_pem()))
}

/// Valid for a month around now: a comparison takes an hour, and clocks differ.
fn params(name: &str) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    let now = time::OffsetDateTime::now_utc();
    params.not_before = now - time::Duration::days(1);
    params.not_after = now + time::Duration::days(30);
    Ok(params)
}
