//! API keys: those that a running gateway makes, from where they may be used, and finding those that leaked.

mod bounds;
mod kept;
mod scanned;
