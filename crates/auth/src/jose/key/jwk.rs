//! A JWK (RFC 7517, RFC 7518 §6, RFC 8037 §2) to a key; its text has been read strictly before.

use std::sync::Arc;

use serde_json::Value;

use super::{Curve, KEY_ID_AT_MOST, KeyError, Parts, VerifyingKey};
use crate::jose::{Algorithm, Object, encoding};

/// Members that hold something secret, of any type of key.
const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

pub(super) fn read(members: &Object, otherwise: Algorithm) -> Result<VerifyingKey, KeyError> {
    let kind = text(members, "kty")?.ok_or(KeyError::Member("kty"))?;
    if kind == "oct" {
        return Err(KeyError::Symmetric);
    }
    if SECRET.into_iter().any(|name| members.contains_key(name)) {
        return Err(KeyError::Private);
    }
    let parts = match kind {
        "EC" => point(members)?,
        "OKP" => edwards(members)?,
        "RSA" => Parts::Rsa { n: octets(members, "n")?, e: octets(members, "e")? },
        _ => return Err(KeyError::UnknownType),
    };
    check_use(members)?;
    let algorithm = match (text(members, "alg")?, &parts) {
        (Some(name), _) => Algorithm::parse(name).ok_or(KeyError::Algorithm)?,
        (None, Parts::Point { curve, .. }) => curve.algorithm(),
        (None, Parts::Edwards { .. }) => Algorithm::EdDsa,
        (None, Parts::Rsa { .. }) if otherwise.is_rsa() => otherwise,
        (None, Parts::Rsa { .. }) => Algorithm::Rs256,
    };
    let id = match text(members, "kid")? {
        Some(id) if id.is_empty() || id.len() > KEY_ID_AT_MOST => return Err(KeyError::Member("kid")),
        id => id.map(Arc::from),
    };
    VerifyingKey::new(id, algorithm, parts)
}

/// RFC 7517 §4.2 and §4.3: what a key is for, where it says so.
fn check_use(members: &Object) -> Result<(), KeyError> {
    if text(members, "use")?.is_some_and(|purpose| purpose != "sig") {
        return Err(KeyError::Use);
    }
    match members.get("key_ops") {
        None => Ok(()),
        Some(Value::Array(operations)) if operations.iter().any(|operation| operation == "verify") => Ok(()),
        Some(Value::Array(_)) => Err(KeyError::Operations),
        Some(_) => Err(KeyError::Member("key_ops")),
    }
}

fn point(members: &Object) -> Result<Parts, KeyError> {
    let name = text(members, "crv")?.ok_or(KeyError::Member("crv"))?;
    let curve = Curve::ALL.into_iter().find(|curve| curve.name() == name).ok_or(KeyError::Curve)?;
    let coordinate = |name| match octets(members, name) {
        // RFC 7518 §6.2.1.2: the full length, also where it begins with zeros.
        Ok(octets) if octets.len() == curve.field_len() => Ok(octets),
        _ => Err(KeyError::Member(name)),
    };
    Ok(Parts::Point { curve, x: coordinate("x")?, y: coordinate("y")? })
}

fn edwards(members: &Object) -> Result<Parts, KeyError> {
    if text(members, "crv")?.ok_or(KeyError::Member("crv"))? != "Ed25519" {
        return Err(KeyError::Curve);
    }
    let x = octets(members, "x")?;
    if x.len() == 32 { Ok(Parts::Edwards { x }) } else { Err(KeyError::Member("x")) }
}

/// A member that must be a text where it is there.
fn text<'a>(members: &'a Object, name: &'static str) -> Result<Option<&'a str>, KeyError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(KeyError::Member(name)),
    }
}

fn octets(members: &Object, name: &'static str) -> Result<Box<[u8]>, KeyError> {
    let octets = text(members, name)?.and_then(encoding::decode);
    octets.filter(|octets| !octets.is_empty()).map(Vec::into_boxed_slice).ok_or(KeyError::Member(name))
}
