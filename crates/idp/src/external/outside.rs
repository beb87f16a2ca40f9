//! How a provider is reached; a trait, so that a test can be the provider.

use policy::HouseWork;
use upstream::{Fetcher, HouseRequest, house};

use crate::issuers::{Fetching, Outside};

/// Sends what the house asks a provider by which a person signs in, besides its metadata and keys.
pub trait Beyond: Outside {
    /// To redeem a code, and about the person.
    fn sign_in<'a>(&'a self, request: &'a HouseRequest) -> Fetching<'a>;
    /// For metadata and keys.
    fn as_outside(&self) -> &dyn Outside;
}

impl Beyond for Fetcher {
    fn sign_in<'a>(&'a self, request: &'a HouseRequest) -> Fetching<'a> {
        Box::pin(self.fetch(house(HouseWork::SignIn), request))
    }

    fn as_outside(&self) -> &dyn Outside {
        self
    }
}
