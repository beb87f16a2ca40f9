//! Reference numbers of orders and charges: short enough to read out, too many to guess.

use std::fmt::Write as _;

/// A new reference: the prefix and 80 random bits in hexadecimal.
///
/// An order's number is all that a customer shows to see the order again, so it
/// comes from the same generator as keys do.
pub(crate) fn new(prefix: &str) -> Option<String> {
    let mut random = [0_u8; 10];
    rustls::crypto::aws_lc_rs::default_provider().secure_random.fill(&mut random).ok()?;
    let mut reference = format!("{prefix}-");
    for byte in random {
        write!(reference, "{byte:02x}").ok()?;
    }
    Some(reference)
}
