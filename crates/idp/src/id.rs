//! Names that are given once and never again: of accounts, grants, sign-ins and sessions.

use std::fmt;

use aws_lc_rs::rand;
use data_encoding::Specification;
use thiserror::Error;

use crate::NoRandomness;

/// A text that is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an id has 26 characters of `0-9 a-z` without `i l o u`")]
pub struct IdError;

/// 128 random bits as 26 characters of Crockford's alphabet in lower case, which nobody misreads.
fn generate() -> Result<[u8; 16], NoRandomness> {
    let mut octets = [0; 16];
    rand::fill(&mut octets).map_err(|_| NoRandomness)?;
    Ok(octets)
}

fn encoding() -> data_encoding::Encoding {
    let mut specification = Specification::new();
    specification.symbols.push_str("0123456789abcdefghjkmnpqrstvwxyz");
    // The alphabet is right, as the tests show; were it not, base32hex still gives every id one text.
    specification.encoding().unwrap_or(data_encoding::BASE32HEX_NOPAD)
}

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// A new one.
            ///
            /// # Errors
            /// The system gave no randomness.
            pub fn generate() -> Result<Self, NoRandomness> {
                generate().map(Self)
            }

            /// Reads the printed form, strictly.
            ///
            /// # Errors
            /// Anything but that form.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let octets = encoding().decode(text.as_bytes()).map_err(|_| IdError)?;
                octets.try_into().map(Self).map_err(|_| IdError)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&encoding().encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

id! {
    /// An account; the `sub` of its tokens (OpenID Connect Core §2).
    UserId
}
id! {
    /// What one person allowed one app, until it ends; what a revocation names.
    GrantId
}
id! {
    /// A browser in which a person is signed in at this provider; the `sid` of OpenID Connect.
    SignInId
}
id! {
    /// A browser in which an app's person is known at a client door.
    SessionId
}

#[cfg(test)]
mod tests;
