//! People who are known here: what an account is, and how somebody proves to be its owner.
//!
//! # Words
//!
//! - The **address** is an e-mail address; it is how a person is found, and where links go. No two accounts have one.
//! - A **link** is mailed, works once, and proves that whoever follows it reads the mail of an address.
//! - The **generation** of an account counts up whenever everything that was given out before is to end: at a new
//!   password, a lock, a "sign out everywhere". What was made under an older generation is void.
//!
//! # An account is made behind its link
//!
//! Who registers names an address and nothing more. The account comes into being when the link is followed, with the
//! password that is chosen there. So there is never an account of somebody who does not read the address, and nobody
//! can leave a password of their own behind for the person who confirms it later (docs/decisions/0031).

mod address;
mod commitment;
mod device;
mod enrolment;
mod hash;
pub mod mail;
mod password;
mod passwords;
pub mod people;
pub mod recovery;
#[cfg(any(test, feature = "conformance"))]
pub mod stopped_clock;
mod throttle;
mod tickets;
pub mod totp;
mod totp_secret;

pub use address::{Address, AddressError};
pub use commitment::{Commitment, Departure};
pub use device::{DEVICE_LIFETIME, DeviceId, Devices};
pub use enrolment::Enrolment;
pub use hash::{PasswordHash, PasswordHashError, Work};
pub use mail::{Letter, MailError, Mailer, Post, Print, Smtp, SmtpSettings};
pub use password::{Password, Weakness, known_about};
pub use passwords::{Passwords, PoolError, PoolSettings, Verdict};
pub use people::{Endings, Holdings, Lasting, People};
pub use throttle::{Lane, Pace, Taken, Throttle, Wait, source};
pub use tickets::{Stage, Tickets};
pub use totp_secret::TotpSecret;
