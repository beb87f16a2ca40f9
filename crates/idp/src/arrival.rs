//! How a request came to an endpoint: what its head and body do not say.

use std::net::IpAddr;

use model::RequestId;

/// What the door knows of a request that it hands over, in the extensions of the `http::Request`.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The address of the caller, as the door sees it behind the proxies that it trusts.
    pub address: IpAddr,
    /// The host that was asked, without a port; one of the door's own.
    pub host: Box<str>,
    /// `https://host[:port]`, as pages of this door have it.
    pub origin: Box<str>,
    /// What the access log calls this request.
    pub id: RequestId,
    /// The SHA-256 of the certificate that the caller showed, where it is one that the door believes.
    pub certificate: Option<[u8; 32]>,
}
