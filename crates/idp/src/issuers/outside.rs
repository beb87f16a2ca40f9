//! How an issuer is reached; a trait, so that a test can be the issuer and say what time it is.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use http::Response;
use policy::HouseWork;
use upstream::{FetchError, Fetcher, HouseRequest, house};

/// An answer that is under way.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, FetchError>> + Send + 'a>>;

/// Sends what the house asks issuers.
pub trait Outside: Send + Sync + 'static {
    /// For metadata and keys.
    fn keys<'a>(&'a self, request: &'a HouseRequest) -> Fetching<'a>;
    /// About a token.
    fn introspection<'a>(&'a self, request: &'a HouseRequest) -> Fetching<'a>;
}

impl Outside for Fetcher {
    fn keys<'a>(&'a self, request: &'a HouseRequest) -> Fetching<'a> {
        Box::pin(self.fetch(house(HouseWork::IssuerKeys), request))
    }

    fn introspection<'a>(&'a self, request: &'a HouseRequest) -> Fetching<'a> {
        Box::pin(self.fetch(house(HouseWork::Introspection), request))
    }
}
