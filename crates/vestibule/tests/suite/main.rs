//! The end-to-end suite: the real program, over real sockets. One test binary, one module per subject.
//!
//! A module owns what it starts: its gateway, its services, its ports, its
//! folder. Names of tests are facts; `docs/features.md` names them.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that breaks is a test that fails"
)]

mod accounts_house;
mod acme;
mod ask;
mod assertion;
mod attacks_on_tokens;
mod backends;
mod balance;
mod beside;
mod browser;
#[expect(clippy::disallowed_types, reason = "what a scripted service has said, told to the test that asked it")]
mod caching;
mod certificates;
mod change;
mod closed_by_default;
mod command_line;
mod compression;
mod contracts;
mod cors;
mod demo;
mod desk;
mod device;
mod diff;
mod doors;
mod events;
mod explain;
mod external;
mod flood;
mod grpc;
mod handed_over;
mod house;
mod http2;
mod http2_attacks;
mod issuers;
mod keys;
mod killed;
mod machines;
mod mixed;
mod open_house;
mod person;
mod proxies;
mod readme;
mod refreshing;
mod reload;
mod relying_parties;
mod restored;
mod shop;
mod smuggling;
mod standing;
mod store;
mod store_refused;
mod system_calls;
mod tls_sessions;
mod top;
mod two_doors;
mod upgrade;
mod upstream_http2;
mod upstream_tls;
mod upstreams;
mod websocket;
