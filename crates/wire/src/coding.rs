//! Content codings, and which of them a caller accepts (RFC 9110 §8.4.1, §12.5.3).

use crate::fields::{Fields, Name};

/// A content coding that the house can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// RFC 8878.
    Zstd,
    /// RFC 7932.
    Brotli,
    /// RFC 1952.
    Gzip,
}

impl Coding {
    /// Every coding.
    pub const ALL: [Self; 3] = [Self::Zstd, Self::Brotli, Self::Gzip];

    /// Its name in `Content-Encoding` and `Accept-Encoding`, and in the file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    const fn place(self) -> usize {
        match self {
            Self::Zstd => 0,
            Self::Brotli => 1,
            Self::Gzip => 2,
        }
    }

    fn named(name: &[u8]) -> Option<Self> {
        let is = |coding: &Self| name.eq_ignore_ascii_case(coding.as_str().as_bytes());
        // RFC 9110 §8.4.1.3: the same by its old name.
        Self::ALL.into_iter().find(is).or_else(|| name.eq_ignore_ascii_case(b"x-gzip").then_some(Self::Gzip))
    }
}

/// A set of codings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Codings(u8);

impl Codings {
    /// Every coding.
    pub const ALL: Self = Self::NONE.with(Coding::Zstd).with(Coding::Brotli).with(Coding::Gzip);
    /// None at all.
    pub const NONE: Self = Self(0);

    /// The same set and this coding.
    #[must_use]
    pub const fn with(self, coding: Coding) -> Self {
        Self(self.0 | 1 << coding.place())
    }

    /// The same set without this coding.
    #[must_use]
    pub const fn without(self, coding: Coding) -> Self {
        Self(self.0 & !(1 << coding.place()))
    }

    /// Whether it is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its codings, those that the house would rather write first.
    pub fn iter(self) -> impl Iterator<Item = Coding> {
        Coding::ALL.into_iter().filter(move |coding| self.0 & 1 << coding.place() != 0)
    }
}

/// How much a caller wants each coding, in thousandths; 0 is never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    codings: [u16; 3],
    identity: u16,
}

impl Accepted {
    /// Reads `Accept-Encoding`. Without the field nothing is known of the caller, and nothing is encoded for it; of a
    /// coding that is named twice the lower weight holds; what cannot be read is passed over.
    #[must_use]
    pub fn of(fields: &Fields) -> Self {
        let (mut named, mut identity, mut others) = ([None; 3], None, None);
        for line in fields.all(Name::AcceptEncoding) {
            for member in line.split(|octet| *octet == b',') {
                let Some((name, weight)) = member_of(member) else { continue };
                let slot = match Coding::named(name) {
                    Some(coding) => named.get_mut(coding.place()),
                    None if name == b"*" => Some(&mut others),
                    None if name.eq_ignore_ascii_case(b"identity") => Some(&mut identity),
                    None => None,
                };
                if let Some(slot) = slot {
                    *slot = Some(slot.map_or(weight, |earlier: u16| earlier.min(weight)));
                }
            }
        }
        let unnamed = others.unwrap_or(0);
        // What is not encoded is accepted unless it is refused, and is wanted least where nothing is said of it.
        Self { codings: named.map(|weight| weight.unwrap_or(unnamed)), identity: identity.or(others).unwrap_or(1) }
    }

    /// How much this coding is wanted, in thousandths.
    #[must_use]
    pub fn weight(&self, coding: Coding) -> u16 {
        self.codings.get(coding.place()).copied().unwrap_or(0)
    }

    /// The most wanted of these codings, the first of them where several are wanted alike; `None` where the caller
    /// wants it unencoded rather.
    #[must_use]
    pub fn best(&self, offered: impl IntoIterator<Item = Coding>) -> Option<Coding> {
        let mut best = None;
        let mut weight = self.identity.saturating_sub(1);
        for coding in offered {
            if self.weight(coding) > weight {
                (best, weight) = (Some(coding), self.weight(coding));
            }
        }
        best
    }
}

/// `name` or `name;q=weight`.
fn member_of(member: &[u8]) -> Option<(&[u8], u16)> {
    let mut parts = member.split(|octet| *octet == b';').map(<[u8]>::trim_ascii);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let Some(parameter) = parts.next() else { return Some((name, 1000)) };
    let [b'q' | b'Q', b'=', weight @ ..] = parameter else { return None };
    parts.next().is_none().then_some((name, thousandths(weight)?))
}

/// A weight of RFC 9110 §12.4.2: `0`, `1`, or up to three digits behind the point.
fn thousandths(weight: &[u8]) -> Option<u16> {
    let (whole, digits) = match weight {
        [whole @ (b'0' | b'1')] => (*whole, [].as_slice()),
        [whole @ (b'0' | b'1'), b'.', digits @ ..] if digits.len() <= 3 => (*whole, digits),
        _ => return None,
    };
    let digit = |place: usize| digits.get(place).map_or(Some(0), |octet| char::from(*octet).to_digit(10));
    let value = u32::from(whole - b'0') * 1000 + digit(0)? * 100 + digit(1)? * 10 + digit(2)?;
    u16::try_from(value).ok().filter(|value| *value <= 1000)
}

#[cfg(test)]
mod tests;
