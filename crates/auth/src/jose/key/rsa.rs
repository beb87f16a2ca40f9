//! What an RSA key must be for its signatures to mean anything.

use super::KeyError;

const BITS_AT_LEAST: usize = 2048;
const BITS_AT_MOST: usize = 8192;
const EXPONENT_AT_LEAST: u64 = 65_537;

/// Checks size, exponent and the generator's trace.
pub(super) fn check(n: &[u8], e: &[u8]) -> Result<(), KeyError> {
    // RFC 7518 §6.3.1.1: no leading zeros, so that there is one way to write a number.
    let leading = n.first().copied().unwrap_or_default().leading_zeros() as usize;
    let bits = (n.len() * 8).saturating_sub(leading);
    let odd = n.last().is_some_and(|octet| octet % 2 == 1);
    if leading == 8 || !odd || !(BITS_AT_LEAST..=BITS_AT_MOST).contains(&bits) {
        return Err(KeyError::Modulus);
    }
    if e.first() == Some(&0) || e.len() > 4 {
        return Err(KeyError::Exponent);
    }
    let exponent = e.iter().fold(0, |number: u64, octet| (number << 8) | u64::from(*octet));
    if exponent < EXPONENT_AT_LEAST || exponent % 2 == 0 {
        return Err(KeyError::Exponent);
    }
    if is_of_weak_generator(n) { Err(KeyError::WeakGenerator) } else { Ok(()) }
}

/// Whether the modulus has the trace of CVE-2017-15361: its primes were `k·M + 65537^a mod M`, where `M` is the product
/// of the first primes, so the modulus itself is a power of 65537 modulo each of them. Moduli of 2,048 bits and more
/// have all primes up to 701 in `M`; another modulus passes the first few primes by chance, and never all of them.
fn is_of_weak_generator(n: &[u8]) -> bool {
    (3..=701).filter(|candidate| is_prime(*candidate)).all(|prime| is_power_of_65537(remainder(n, prime), prime))
}

fn is_prime(number: u32) -> bool {
    (2..).take_while(|divisor| divisor * divisor <= number).all(|divisor| !number.is_multiple_of(divisor))
}

fn remainder(n: &[u8], prime: u32) -> u32 {
    n.iter().fold(0, |rest, octet| ((rest << 8) | u32::from(*octet)) % prime)
}

fn is_power_of_65537(rest: u32, prime: u32) -> bool {
    let mut power = 1;
    // The powers come round after at most `prime` of them.
    for _ in 0..prime {
        if power == rest {
            return true;
        }
        power = power * (65_537 % prime) % prime;
    }
    false
}
