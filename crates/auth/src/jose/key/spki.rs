//! A `SubjectPublicKeyInfo` in DER (RFC 5280 §4.1.2.7, RFC 5480, RFC 8410) to the parts of a key.

use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::{Curve, KeyError, Parts};

const EC: &str = "1.2.840.10045.2.1";
const RSA: &str = "1.2.840.113549.1.1.1";
const ED25519: &str = "1.3.101.112";

pub(super) fn read(der: &[u8]) -> Result<Parts, KeyError> {
    let (rest, key) = SubjectPublicKeyInfo::from_der(der).map_err(|_| KeyError::Member("spki"))?;
    if !rest.is_empty() {
        return Err(KeyError::Member("spki"));
    }
    match key.algorithm.algorithm.to_id_string().as_str() {
        EC => point(&key),
        RSA => rsa(&key),
        ED25519 if key.subject_public_key.data.len() == 32 => {
            Ok(Parts::Edwards { x: Box::from(key.subject_public_key.data.as_ref()) })
        }
        _ => Err(KeyError::UnknownType),
    }
}

fn point(key: &SubjectPublicKeyInfo<'_>) -> Result<Parts, KeyError> {
    let name = key.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
    let curve = match name.map(|name| name.to_id_string()).as_deref() {
        Some("1.2.840.10045.3.1.7") => Curve::P256,
        Some("1.3.132.0.34") => Curve::P384,
        Some("1.3.132.0.35") => Curve::P521,
        _ => return Err(KeyError::Curve),
    };
    // Uncompressed alone (SEC 1 §2.3.3), and of the full length.
    let coordinates = key.subject_public_key.data.strip_prefix(&[4]).unwrap_or_default();
    match coordinates.split_at_checked(curve.field_len()) {
        Some((x, y)) if y.len() == curve.field_len() => Ok(Parts::Point { curve, x: Box::from(x), y: Box::from(y) }),
        _ => Err(KeyError::Point),
    }
}

fn rsa(key: &SubjectPublicKeyInfo<'_>) -> Result<Parts, KeyError> {
    match key.parsed() {
        Ok(PublicKey::RSA(numbers)) => Ok(Parts::Rsa { n: unsigned(numbers.modulus), e: unsigned(numbers.exponent) }),
        _ => Err(KeyError::Modulus),
    }
}

/// DER writes a zero before a number whose first bit is set.
fn unsigned(number: &[u8]) -> Box<[u8]> {
    Box::from(number.strip_prefix(&[0]).unwrap_or(number))
}
