//! What OpenID Connect adds to OAuth: who the person is, and how they leave.

mod end_session;
mod user_info;

pub use self::end_session::Leaving;
