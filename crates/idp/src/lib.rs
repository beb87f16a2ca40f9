//! The OpenID provider in the box: accounts, sign-in, OAuth 2.1 grants and browser sessions.
//!
//! # Words
//!
//! - An **account** is a person known here, by a [`UserId`] that never changes and is never given again.
//! - An **app** is an OAuth client: an application that acts for people, or for itself.
//! - A **grant** is what one person allowed one app, from the authorization to its end; all refresh tokens that
//!   follow one another belong to one grant (a family), and it ends as a whole.
//! - A **sign-in** is one browser in which a person is signed in at this provider; a **session** is one browser in
//!   which an app's person is known at a client door. A session comes of a grant and ends with it.
//! - A [`Bearer`] is a random text that whoever holds it may use: a code, a refresh token, a session's cookie, the
//!   link of a mail. Only its [`Digest`] is ever kept.
//!
//! # How it is joined to the house
//!
//! An endpoint is an ordinary route of a door; the gateway hands its request over as an `http::Request<Bytes>` whose
//! body is bounded already, with an [`Arrival`], and takes an `http::Response<Bytes>`. Whatever is kept goes through
//! the traits of [`store`], each of whose methods is one change that happens whole or not at all.
//!
//! Deliberately absent: sockets, SQL, the file, and any clock or randomness that a test could not replace.

pub mod accounts;
pub mod apps;
mod arrival;
mod bearer;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod cookie;
pub mod desk;
mod endpoint;
pub mod external;
mod form;
mod grants;
mod id;
pub mod issuers;
pub mod keyring;
pub mod oauth;
pub mod oidc;
pub mod pages;
pub mod provider;
pub mod reply;
mod return_to;
pub mod same_origin;
mod scopes;
pub mod sessions;
mod settings;
mod signed_in;
pub mod store;

pub use arrival::Arrival;
pub use bearer::{Bearer, Digest, NoRandomness};
pub use cookie::Cookie;
pub use endpoint::Endpoint;
pub use form::{Form, FormError, push_parameter};
pub use id::{GrantId, SessionId, SignInId, UserId};
pub use return_to::{ReturnTo, ReturnToError};
pub use scopes::{Scopes, ScopesError};
pub use settings::{
    AccountsMode, Brand, IssuerUrl, IssuerUrlError, Lifetimes, MailServer, MailSettings, MailTls, SecondFactor,
    Settings,
};
pub use signed_in::SignedIn;
