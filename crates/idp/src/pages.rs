//! The pages that people see: written on the server, whole without a script, with one style sheet of our own.
//!
//! Each file below has one subject. A page is made of plain values that were looked up before; nothing here reads a
//! store, and every text that comes from outside is escaped by the templates.

mod account;
mod agent;
mod colour;
mod consent;
mod device;
mod layout;
mod moment;
mod notice;
mod parts;
mod password;
mod register;
mod second_factor;
mod sign_in;
mod sign_out;
mod style;

pub use account::{
    AccountPage, AppRow, AuthenticatorPage, ElsewhereRow, KeyRow, SignInRow, account, address_change, authenticator,
    delete_account, new_recovery_codes, recovery_codes, remove_second_factor,
};
pub use agent::short_agent;
pub use colour::Colour;
pub use consent::{ConsentPage, ScopeWords, consent};
pub use device::{DevicePage, device_code, device_decision};
pub use layout::Look;
pub use notice::{Notice, notice};
pub use parts::Fault;
pub use password::{PasswordPage, forgot, password_change, reset};
pub use register::{JoinPage, LinkPage, confirm_address, join, register};
pub use second_factor::{SecondFactorPage, second_factor};
pub use sign_in::{External, SignInPage, sign_in};
pub use sign_out::sign_out;
pub use style::Style;

#[cfg(test)]
mod tests;
