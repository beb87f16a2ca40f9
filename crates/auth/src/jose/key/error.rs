//! Why a public key is not used.

use thiserror::Error;

/// Why a public key is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// A type of key (`kty`) that is not known; RFC 7517 §5 has it passed over.
    #[error("its type is not known")]
    UnknownType,
    /// A member that is missing, or not of the form that it must have.
    #[error("its member `{0}` is missing or malformed")]
    Member(&'static str),
    /// A key with its secret part (RFC 7518 §6): whoever published it has lost it.
    #[error("it has secret parts")]
    Private,
    /// A symmetric key.
    #[error("it is symmetric")]
    Symmetric,
    /// Made for something else than signatures (`use`).
    #[error("its use is not `sig`")]
    Use,
    /// Made for something else than checking signatures (`key_ops`).
    #[error("its operations do not have `verify`")]
    Operations,
    /// An algorithm that is none of ours.
    #[error("its algorithm is none that is accepted")]
    Algorithm,
    /// An algorithm that does not go with the type of key or its curve.
    #[error("its algorithm does not fit its type")]
    AlgorithmOfType,
    /// A curve that is not known.
    #[error("its curve is not known")]
    Curve,
    /// Coordinates of no point of the curve.
    #[error("it is no point of its curve")]
    Point,
    /// A modulus of less than 2,048 or more than 8,192 bits, or an even one.
    #[error("its modulus is not odd and of 2048 to 8192 bits")]
    Modulus,
    /// A public exponent that is even, less than 65,537, or longer than 32 bits (NIST SP 800-56B §6.2 has 2^16 as bound).
    #[error("its exponent is not odd and of 65537 to 4294967295")]
    Exponent,
    /// A modulus made by the library of CVE-2017-15361 (ROCA), whose factors can be found.
    #[error("its modulus comes from a weak generator")]
    WeakGenerator,
}
