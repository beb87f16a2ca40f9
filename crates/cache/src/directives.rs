//! `Cache-Control`: what a service allows and what a caller wishes (RFC 9111 §5.2).
//!
//! Names are read in any case, arguments with or without quotes (§5.2). Of an argument that stands twice the smallest
//! counts, and one that cannot be read is 0: a cache may take the first, but none is closed more often (§4.2.1).

use wire::fields::{Fields, Name};

/// What counts as forever, in seconds (RFC 9111 §1.2.2).
const FOREVER: u64 = 1 << 31;

/// What an answer says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnswerDirectives {
    /// `public`.
    pub public: bool,
    /// `private`, with or without names of fields.
    pub private: bool,
    /// `no-store`.
    pub no_store: bool,
    /// `no-cache`, with or without names of fields.
    pub no_cache: bool,
    /// `must-understand`.
    pub must_understand: bool,
    /// `must-revalidate` or `proxy-revalidate`.
    pub must_revalidate: bool,
    /// `max-age` in seconds.
    pub max_age: Option<u64>,
    /// `s-maxage` in seconds.
    pub s_maxage: Option<u64>,
    /// `stale-while-revalidate` in seconds (RFC 5861 §3).
    pub stale_while_revalidate: Option<u64>,
    /// `stale-if-error` in seconds (RFC 5861 §4).
    pub stale_if_error: Option<u64>,
    /// Something in it is no directive, so that nobody can say what was meant.
    pub malformed: bool,
}

/// What a request wishes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallerDirectives {
    /// `no-store`.
    pub no_store: bool,
    /// `no-cache`.
    pub no_cache: bool,
    /// `only-if-cached`.
    pub only_if_cached: bool,
    /// `max-age` in seconds.
    pub max_age: Option<u64>,
    /// `min-fresh` in seconds.
    pub min_fresh: Option<u64>,
    /// `max-stale` in seconds; without an argument any.
    pub max_stale: Option<u64>,
}

impl AnswerDirectives {
    /// Reads those of an answer.
    #[must_use]
    pub fn read(fields: &Fields) -> Self {
        let mut all = Self::default();
        each(fields, |member| match member {
            None => all.malformed = true,
            Some(Member { name, argument }) => {
                let is = |word: &str| name.eq_ignore_ascii_case(word.as_bytes());
                all.public |= is("public");
                all.private |= is("private");
                all.no_store |= is("no-store");
                all.no_cache |= is("no-cache");
                all.must_understand |= is("must-understand");
                all.must_revalidate |= is("must-revalidate") || is("proxy-revalidate");
                if is("max-age") {
                    all.max_age = smaller(all.max_age, argument);
                } else if is("s-maxage") {
                    all.s_maxage = smaller(all.s_maxage, argument);
                } else if is("stale-while-revalidate") {
                    all.stale_while_revalidate = smaller(all.stale_while_revalidate, argument);
                } else if is("stale-if-error") {
                    all.stale_if_error = smaller(all.stale_if_error, argument);
                }
            }
        });
        all
    }
}

impl CallerDirectives {
    /// Reads those of a request. What is no directive is no wish.
    #[must_use]
    pub fn read(fields: &Fields) -> Self {
        let mut all = Self::default();
        each(fields, |member| {
            let Some(Member { name, argument }) = member else { return };
            let is = |word: &str| name.eq_ignore_ascii_case(word.as_bytes());
            all.no_store |= is("no-store");
            all.no_cache |= is("no-cache");
            all.only_if_cached |= is("only-if-cached");
            if is("max-age") {
                all.max_age = smaller(all.max_age, argument);
            } else if is("min-fresh") {
                // Of two, the larger asks for more.
                all.min_fresh = Some(argument.and_then(seconds).unwrap_or(FOREVER).max(all.min_fresh.unwrap_or(0)));
            } else if is("max-stale") {
                let any = argument.map_or(Some(FOREVER), seconds).unwrap_or(0);
                all.max_stale = Some(any.min(all.max_stale.unwrap_or(u64::MAX)));
            }
        });
        all
    }
}

fn smaller(earlier: Option<u64>, argument: Option<&[u8]>) -> Option<u64> {
    let this = argument.and_then(seconds).unwrap_or(0);
    Some(earlier.map_or(this, |earlier| earlier.min(this)))
}

/// Reads delta-seconds; what is too large is forever (RFC 9111 §1.2.2).
#[must_use]
pub fn seconds(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digit = |octet: &u8| u64::from(octet - b'0');
    Some(digits.iter().fold(0, |number: u64, octet| (number * 10 + digit(octet)).min(FOREVER)))
}

/// One directive.
struct Member<'a> {
    name: &'a [u8],
    argument: Option<&'a [u8]>,
}

/// Calls `with` for each directive, and with `None` for each member that is none.
fn each<'a>(fields: &'a Fields, mut with: impl FnMut(Option<Member<'a>>)) {
    for line in fields.all(Name::CacheControl) {
        let mut rest = line;
        while let Some(start) = rest.iter().position(|octet| !matches!(octet, b',' | b' ' | b'\t')) {
            let (member, after) = read(rest.get(start..).unwrap_or_default());
            with(member);
            rest = after;
        }
    }
}

/// The member at the front of a list, and what follows it.
fn read(text: &[u8]) -> (Option<Member<'_>>, &[u8]) {
    let (name, rest) = token(text);
    let (argument, rest) = match rest {
        [b'=', b'"', rest @ ..] => match quoted(rest) {
            Some((argument, rest)) => (Some(argument), rest),
            None => return (None, &[]),
        },
        [b'=', rest @ ..] => {
            let (argument, rest) = token(rest);
            (Some(argument), rest)
        }
        rest => (None, rest),
    };
    let end = rest.iter().position(|octet| *octet == b',').unwrap_or(rest.len());
    let (behind, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
    let is_alone = behind.iter().all(|octet| matches!(octet, b' ' | b'\t'));
    ((!name.is_empty() && is_alone).then_some(Member { name, argument }), after)
}

/// A token at the front (RFC 9110 §5.6.2); may be empty.
fn token(text: &[u8]) -> (&[u8], &[u8]) {
    let is_token = |octet: &u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(octet);
    let end = text.iter().position(|octet| !is_token(octet)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, &[]))
}

/// What stands before the closing quote (RFC 9110 §5.6.4), with its escapes, and what follows.
fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut escaped = false;
    let end = text.iter().position(|octet| {
        let ends = !escaped && *octet == b'"';
        escaped = !escaped && *octet == b'\\';
        ends
    })?;
    let (inside, rest) = text.split_at_checked(end)?;
    Some((inside, rest.get(1..)?))
}

#[cfg(test)]
mod tests;
