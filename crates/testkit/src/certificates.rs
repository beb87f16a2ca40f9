//! Certificates for tests: roots that nobody else trusts, and leaves that are right or wrong in one known way.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

pub use rcgen::ExtendedKeyUsagePurpose;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateSigningRequestParams, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, SanType,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::OffsetDateTime;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A certificate authority.
pub struct Root {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
    pem: String,
}

/// A certificate and its key, with everything that a file or a TLS library may want of it.
#[derive(Debug)]
pub struct Leaf {
    /// The certificate, DER.
    pub der: CertificateDer<'static>,
    /// The certificate, PEM.
    pub pem: String,
    /// The key, PKCS #8 in PEM.
    pub key_pem: String,
    key_der: Vec<u8>,
    public_key_der: Vec<u8>,
}

/// What a leaf says; begin with one of the constructors and change one thing.
#[derive(Clone, Debug)]
pub struct LeafRequest {
    /// SPIFFE id or other URI.
    pub uris: Vec<String>,
    /// DNS names.
    pub names: Vec<String>,
    /// Addresses.
    pub addresses: Vec<IpAddr>,
    /// From when it is valid.
    pub from: SystemTime,
    /// Until when it is valid.
    pub until: SystemTime,
    /// What it may be used for.
    pub usages: Vec<ExtendedKeyUsagePurpose>,
    /// Whether it claims to be an authority itself, which no workload may.
    pub authority: bool,
}

impl LeafRequest {
    fn valid_now() -> Self {
        Self {
            uris: Vec::new(),
            names: Vec::new(),
            addresses: Vec::new(),
            from: SystemTime::now() - DAY,
            until: SystemTime::now() + DAY,
            usages: vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth],
            authority: false,
        }
    }

    /// A workload by its SPIFFE id.
    #[must_use]
    pub fn workload(spiffe_id: &str) -> Self {
        Self { uris: vec![spiffe_id.to_owned()], ..Self::valid_now() }
    }

    /// A server, or a back end known by name: DNS names, and addresses where a name is one.
    #[must_use]
    pub fn named(names: &[&str]) -> Self {
        let mut request = Self::valid_now();
        for name in names {
            match name.parse() {
                Ok(address) => request.addresses.push(address),
                Err(_) => request.names.push((*name).to_owned()),
            }
        }
        request
    }

    /// The same, over since yesterday.
    #[must_use]
    pub fn expired(self) -> Self {
        let now = SystemTime::now();
        Self { from: now - 3 * DAY, until: now - DAY, ..self }
    }

    /// The same, from tomorrow on.
    #[must_use]
    pub fn not_yet_valid(self) -> Self {
        let now = SystemTime::now();
        Self { from: now + DAY, until: now + 3 * DAY, ..self }
    }

    /// The same, valid for this long from now.
    #[must_use]
    pub fn for_only(self, life: Duration) -> Self {
        Self { until: SystemTime::now() + life, ..self }
    }

    /// A certificate that nobody but its own key vouches for.
    ///
    /// # Panics
    /// When a name or URI is not one.
    #[must_use]
    pub fn self_signed(&self) -> Leaf {
        let key = KeyPair::generate().expect("a key");
        let certificate = self.params().self_signed(&key).expect("a leaf certificate");
        Leaf::new(&certificate, &key)
    }

    fn params(&self) -> CertificateParams {
        let mut params = CertificateParams::default();
        let uris = self.uris.iter().map(|uri| SanType::URI(uri.as_str().try_into().expect("an ASCII URI")));
        let names = self.names.iter().map(|name| SanType::DnsName(name.as_str().try_into().expect("an ASCII name")));
        let addresses = self.addresses.iter().copied().map(SanType::IpAddress);
        params.subject_alt_names = uris.chain(names).chain(addresses).collect();
        params.not_before = OffsetDateTime::from(self.from);
        params.not_after = OffsetDateTime::from(self.until);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages.clone_from(&self.usages);
        params.use_authority_key_identifier_extension = true;
        params.is_ca = if self.authority { IsCa::Ca(BasicConstraints::Unconstrained) } else { IsCa::ExplicitNoCa };
        if self.authority {
            params.key_usages.push(KeyUsagePurpose::KeyCertSign);
        }
        params
    }
}

impl Root {
    /// A new authority of this name; two with the same name are still two.
    ///
    /// # Panics
    /// When rcgen cannot make it.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).expect("a root certificate");
        Self { der: certificate.der().clone(), pem: certificate.pem(), issuer: Issuer::new(params, key) }
    }

    /// The root certificate, DER.
    #[must_use]
    pub const fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// The root certificate, PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The root's key, PKCS #8 in PEM, for `trust.root: { certificate, key }`.
    #[must_use]
    pub fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// Signs a leaf.
    ///
    /// # Panics
    /// When a name or URI is not one.
    #[must_use]
    pub fn issue(&self, request: &LeafRequest) -> Leaf {
        let key = KeyPair::generate().expect("a key");
        let certificate = request.params().signed_by(&key, &self.issuer).expect("a leaf certificate");
        Leaf::new(&certificate, &key)
    }

    /// Signs what a request (PKCS #10, DER) asks for, valid from then until then; PEM.
    ///
    /// # Panics
    /// When it is not one, or its signature is wrong.
    #[must_use]
    pub fn sign(&self, request: &[u8], from: SystemTime, until: SystemTime) -> String {
        let mut request = CertificateSigningRequestParams::from_der(&request.into()).expect("a request");
        request.params.not_before = OffsetDateTime::from(from);
        request.params.not_after = OffsetDateTime::from(until);
        request.signed_by(&self.issuer).expect("a leaf certificate").pem()
    }

    /// A workload's certificate by its SPIFFE id.
    #[must_use]
    pub fn workload(&self, spiffe_id: &str) -> Leaf {
        self.issue(&LeafRequest::workload(spiffe_id))
    }

    /// A server's certificate for names and addresses.
    #[must_use]
    pub fn server(&self, names: &[&str]) -> Leaf {
        self.issue(&LeafRequest::named(names))
    }
}

impl Leaf {
    fn new(certificate: &Certificate, key: &KeyPair) -> Self {
        Self {
            der: certificate.der().clone(),
            pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            key_der: key.serialize_der(),
            public_key_der: key.subject_public_key_info(),
        }
    }

    /// The hash of its public key, as a file has it under `pin`.
    ///
    /// # Panics
    /// Never: SHA-256 is there.
    #[must_use]
    pub fn pin(&self) -> String {
        let suite = rustls::crypto::aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256;
        let hash = suite.tls13().expect("a suite of TLS 1.3").common.hash_provider.hash(&self.public_key_der);
        let hex: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256:{hex}")
    }

    /// The key, for a TLS library.
    #[must_use]
    pub fn key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key_der.clone()).into()
    }
}
