//! A shared cache by RFC 9111: which answers of a service may be kept, for whom, for how long, and what a kept one answers.
//!
//! Words: a *store* keeps the answers of one API, within its bytes; what it keeps is *stored*; a stored answer is
//! *fresh* while it may be given without asking, *stale* afterwards; asking whether a stale one still holds is to
//! *validate* it; what tells variants of one address apart are the *selecting* fields that `Vary` names.
//!
//! A request: [`Store::look`] says what there is. What is fresh answers by [`Found::answer`]. Otherwise the service is
//! asked, with [`Pending::condition`] where something stale can be validated, and [`Pending::settle`] says what its
//! answer means: it is kept as it is sent on ([`Keeping`]), or what was stored holds once more.
//!
//! Who gets what is stored: whoever has a permit for the operation that it came from. An answer to a caller who is
//! known, or showed anything to be known by, is kept only where it says `public`, and is given to such callers only
//! where it says so.
//!
//! Of a crowd that misses the same answer, one asks the service and the others wait for the store ([`Look::Wait`]);
//! where its answer is of no use to them, each asks for itself.
//!
//! A hit takes no lock and copies no content: sets of a few answers each, every set an immutable list that is swapped
//! whole. Every byte kept, being filled or still being sent counts against the size of the store.
//!
//! Deliberately absent: any way to a stored answer without a permit; partial answers; heuristics for answers that do
//! not say that they may be kept.

mod age;
pub mod directives;
mod fetch;
mod keeping;
mod look;
mod memory;
mod pending;
mod selecting;
mod serve;
#[cfg(test)]
mod specimen;
mod store;
mod stored;
mod table;
mod terms;
mod update;

pub use fetch::{Awaited, Waiting};
pub use keeping::Keeping;
pub use look::{Asked, Crowd, Found, Look, Moment};
pub use pending::{Condition, Pending, Settled};
pub use store::{Settings, Standing, Store};
