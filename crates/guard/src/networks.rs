//! Address ranges that may come in, and those that may not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};

use crate::GuardError;

/// Which addresses are admitted: some ranges, or any, less the denied ones.
///
/// An address written as IPv4 within IPv6 (`::ffff:10.0.0.1`, RFC 4291 §2.5.5.2)
/// is the IPv4 address, in the ranges as in the callers: otherwise a dual-stack
/// socket would let a denied address in by its other name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks {
    allow: Box<[IpNet]>,
    deny: Box<[IpNet]>,
}

/// RFC 1918, loopback (RFC 1122 §3.2.1.3), link-local (RFC 3927); RFC 4193, loopback, link-local (RFC 4291).
const PRIVATE: [IpNet; 8] = [
    v4([10, 0, 0, 0], 8),
    v4([172, 16, 0, 0], 12),
    v4([192, 168, 0, 0], 16),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
];

const fn v4(octets: [u8; 4], prefix: u8) -> IpNet {
    let [a, b, c, d] = octets;
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix)
}

const fn v6(segments: [u16; 8], prefix: u8) -> IpNet {
    let [a, b, c, d, e, f, g, h] = segments;
    IpNet::new_assert(IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, g, h)), prefix)
}

impl Networks {
    /// Admits what is in one of `allow` (in an empty one: any address) and in none of `deny`.
    #[must_use]
    pub fn new(allow: Vec<IpNet>, deny: Vec<IpNet>) -> Self {
        let plain = |nets: Vec<IpNet>| nets.into_iter().map(unmapped).collect();
        Self { allow: plain(allow), deny: plain(deny) }
    }

    /// Admits every address.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Admits private, loopback and link-local addresses: the default of server doors.
    #[must_use]
    pub fn private_and_loopback() -> Self {
        Self::new(PRIVATE.to_vec(), Vec::new())
    }

    /// The same networks less these as well.
    #[must_use]
    pub fn denying(self, deny: Vec<IpNet>) -> Self {
        let deny = self.deny.into_iter().chain(deny.into_iter().map(unmapped)).collect();
        Self { allow: self.allow, deny }
    }

    /// Whether this address is admitted; a denied range wins over an allowed one.
    #[must_use]
    pub fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let holds = |nets: &[IpNet]| nets.iter().any(|net| net.contains(&address));
        !holds(&self.deny) && (self.allow.is_empty() || holds(&self.allow))
    }

    /// The same question as the step of a request.
    ///
    /// # Errors
    /// [`GuardError::AddressNotAdmitted`] where the address is not admitted.
    pub fn check(&self, address: IpAddr) -> Result<(), GuardError> {
        if self.admits(address) { Ok(()) } else { Err(GuardError::AddressNotAdmitted { address }) }
    }

    /// The allowed ranges; empty for any.
    #[must_use]
    pub fn allow(&self) -> &[IpNet] {
        &self.allow
    }

    /// The denied ranges.
    #[must_use]
    pub fn deny(&self) -> &[IpNet] {
        &self.deny
    }
}

/// Whether an address is private, loopback or link-local: where a server door may listen without a loosening.
///
/// The unspecified addresses (`0.0.0.0`, `::`) stand for every interface and are not private.
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    let address = address.to_canonical();
    PRIVATE.iter().any(|net| net.contains(&address))
}

/// A range of IPv4 addresses written within IPv6, as the IPv4 range that it is.
fn unmapped(net: IpNet) -> IpNet {
    let IpNet::V6(range) = net else { return net };
    let (Some(address), Some(prefix)) = (range.network().to_ipv4_mapped(), range.prefix_len().checked_sub(96)) else {
        return net;
    };
    Ipv4Net::new(address, prefix).map_or(net, IpNet::V4)
}

#[cfg(test)]
mod tests;
