//! API keys: from where they may be used, and finding those that leaked.

mod bounds;
mod scanned;
