//! Codes on paper, for when the authenticator app is gone: ten, each of which works once.

use aws_lc_rs::rand;
use model::Secret;

use crate::{Digest, NoRandomness, UserId};

/// How many there are.
pub const RECOVERY_CODES: usize = 10;

const LETTERS: usize = 16;
/// Crockford's alphabet: nobody misreads one for another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// New codes, to be shown once, as `xxxx-xxxx-xxxx-xxxx`: 80 random bits each.
///
/// # Errors
/// The system gave no randomness.
pub fn generate() -> Result<Vec<Secret<String>>, NoRandomness> {
    (0..RECOVERY_CODES).map(|_| one()).collect()
}

fn one() -> Result<Secret<String>, NoRandomness> {
    let mut random = [0; LETTERS];
    rand::fill(&mut random).map_err(|_| NoRandomness)?;
    let mut text = String::with_capacity(LETTERS + 3);
    for (place, octet) in random.into_iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET.get(usize::from(octet % 32)).copied().unwrap_or(b'0')));
    }
    Ok(Secret::new(text))
}

/// By what a code of that person is kept; none where what was typed has not the form of one.
///
/// Case, dashes and spaces are overlooked, and letters that the alphabet leaves out are read as what they look like.
#[must_use]
pub fn digest(user: UserId, typed: &str) -> Option<Digest> {
    let letters: String = typed.chars().filter(|at| !at.is_whitespace() && *at != '-').map(read).collect();
    let known = letters.bytes().all(|octet| ALPHABET.contains(&octet));
    (letters.len() == LETTERS && known).then(|| Digest::of(&format!("recovery {user} {letters}")))
}

const fn read(letter: char) -> char {
    match letter.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    }
}

#[cfg(test)]
mod tests;
