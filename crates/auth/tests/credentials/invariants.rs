//! What must hold of any text as a key and of any octets as a certificate; shared by the tests and the fuzz targets.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, OnceLock};

use auth::certificate::{self, CertificateError};
use auth::keys::{KeyBounds, KeyHash, Origin, has_form};
use auth::{AuthError, Directory, KeySettings, Settings, WorkloadSettings, identify};
use model::{Caller, DoorKind, KeyKind, SpiffeId};
use wire::{HeadLimits, Http2Request, RequestHead};

/// A key that was made for these tests and opens nothing else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GoodKey {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    kind: KeyKind,
    hash: &'static str,
}

/// One of each kind.
pub(crate) const KEYS: [GoodKey; 3] = [
    GoodKey {
        name: "page",
        text: "vst_publishable_Ux4w2zUfdF_BG4XSis9ehIJPzGDGXktzdQV5sHg3i5dJC6CVDXPjDI3HSTqy",
        kind: KeyKind::Publishable,
        hash: "sha256:Ux4w2zUfdF:f2536453029a0ed151a259e634f2e4eb3992ad0b62c865d553b5fdfd96c895cb",
    },
    GoodKey {
        name: "laptop",
        text: "vst_restricted_epDDFYiytj_mfsNcUKOTjsFzSSe5MMygAf3f9lTEK3yNg2MdpdzR2i3SG9Rz",
        kind: KeyKind::Restricted,
        hash: "sha256:epDDFYiytj:ffec51abeb950b80ef7558a74f53ed79606f1ce4fb79c6c8885eaafe5211c5d1",
    },
    GoodKey {
        name: "erp",
        text: "vst_secret_MmnbBjy5sg_9yiE90jluVqERAew0lPXi1NKurUq8PByztU4MkxU7HA2BJ46W",
        kind: KeyKind::Secret,
        hash: "sha256:MmnbBjy5sg:1538ab170a64474ebd01ad0555e904db78b59a2947f7eef7559b2e12b9745130",
    },
];

/// From where the publishable key is used; no server door minds where a request was linked from.
const PAGE: &str = "https://shop.example";
const DOMAIN: &str = "shop.test";
const LEGACY: &str = "legacy.test";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The keys above and one workload known by its host's name.
fn directory() -> &'static Directory {
    static DIRECTORY: OnceLock<Directory> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let key = |key: &GoodKey| KeySettings {
            name: key.name.into(),
            kind: key.kind,
            hash: KeyHash::parse(key.hash).expect("a hash"),
            apis: Vec::new(),
            scopes: Vec::new(),
            tier: None,
            bounds: match key.kind {
                KeyKind::Publishable => {
                    KeyBounds { origins: vec![Origin::parse(PAGE).expect("an origin")], networks: None }
                }
                _ => KeyBounds::default(),
            },
            expires: None,
            place: "".into(),
        };
        let legacy = WorkloadSettings {
            name: "legacy".into(),
            id: None,
            dns: vec![LEGACY.to_owned()],
            networks: None,
            place: "".into(),
        };
        let keys = KEYS.iter().map(key).collect();
        let settings = Settings { trust_domain: Some(DOMAIN.into()), keys, workloads: vec![legacy] };
        Directory::new(settings).expect("no faults")
    })
}

/// A text that is sent as a key is one of the keys, letter for letter, at a door that it fits, or is refused.
/// Whose it is at either door.
pub(crate) fn any_key(text: &str) -> Option<&'static str> {
    let holder = KEYS.iter().find(|key| key.text == text);
    if has_form(text) {
        assert!(text.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'_'), "{text}");
        assert!(text.len() <= "vst_publishable_".len() + 10 + 1 + 43 + 6, "{text}");
        is_refused_in_the_target(text);
    }
    if let Ok(hash) = KeyHash::parse(text) {
        assert_eq!(hash.to_string(), text, "a hash has one form");
    }
    for door in [DoorKind::Client, DoorKind::Server] {
        let fits = holder.filter(|key| (key.kind == KeyKind::Secret) == (door == DoorKind::Server));
        for (field, value) in [("x-api-key", text.to_owned()), ("authorization", format!("Bearer {text}"))] {
            // What cannot stand in a field cannot be sent.
            let Some(head) = head("/", &[(field.as_bytes(), value.as_bytes()), (b"referer", PAGE.as_bytes())]) else {
                continue;
            };
            match (identify(door, &head, HERE, None, directory()), fits) {
                (Ok(Caller::Key(found)), Some(key)) => assert_eq!(&*found.name, key.name),
                (Err(_), None) => {}
                (other, _) => panic!("{field}: {value:?} is {other:?}"),
            }
        }
    }
    holder.map(|key| key.name)
}

fn is_refused_in_the_target(text: &str) {
    for (target, error) in [(format!("/a/{text}"), AuthError::InPath), (format!("/a?b={text}"), AuthError::InQuery)] {
        let head = head(&target, &[]).expect("letters and digits");
        assert_eq!(identify(DoorKind::Client, &head, HERE, None, directory()), Err(error));
    }
}

fn head(path: &str, fields: &[(&[u8], &[u8])]) -> Option<RequestHead> {
    let request = Http2Request { method: "GET", scheme: "https", authority: Some("a"), path, end_stream: true };
    let mut head = RequestHead::new();
    head.assemble(request, fields.iter().copied(), &HeadLimits::default()).ok()?;
    Some(head)
}

/// Octets are refused, or are one whole certificate that names whom it stands for: the workload, by name.
pub(crate) fn any_certificate(der: &[u8]) -> Option<String> {
    let read = certificate::read(der).ok()?;
    let and_more = [der, &[0]].concat();
    assert_eq!(certificate::read(&and_more), Err(CertificateError::Malformed), "something came after it");
    let cut = der.split_last().map(|(_, front)| front).unwrap_or_default();
    assert!(certificate::read(cut).is_err(), "the last octet does not matter");
    assert!(read.serial.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')), "{}", read.serial);
    assert!(read.dns.len() <= 64 && read.dns.iter().all(|name| name.len() <= 255 && *name == name.to_lowercase()));
    let workload = match &read.spiffe {
        Some(id) => {
            assert_eq!(SpiffeId::parse(id.as_str()).as_ref(), Ok(id));
            assert!(!id.path().is_empty(), "the domain itself is no workload");
            let workload = directory().workload(&read, HERE);
            assert_eq!(workload.is_ok(), id.trust_domain() == DOMAIN, "{id:?}: {workload:?}");
            let workload = workload.ok()?;
            assert_eq!(workload.id.as_ref(), Some(id), "another one's id");
            workload
        }
        None => {
            assert!(!read.dns.is_empty(), "names nobody");
            let workload = directory().workload(&read, HERE);
            assert_eq!(workload.is_ok(), read.dns.iter().any(|name| name == LEGACY), "{:?}: {workload:?}", read.dns);
            workload.ok()?
        }
    };
    Some(Arc::clone(&workload).name.to_string())
}
