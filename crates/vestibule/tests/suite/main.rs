//! The end-to-end suite: the real program, over real sockets. One test binary, one module per subject.
//!
//! A module owns what it starts: its gateway, its services, its ports, its
//! folder. Names of tests are facts; `docs/features.md` names them.

mod standing;
