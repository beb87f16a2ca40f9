//! How accounts and keyring of this room are what the protocol asks for.

use std::sync::Arc;

use auth::jose::{Jwks, Object};

use super::{People, Person, TokenKeys};
use crate::UserId;
use crate::apps::TokenAlgorithm;
use crate::keyring::{Keyring, KeyringError};
use crate::store::accounts::{Account, Accounts};
use crate::store::{Answer, StoreError};

/// The people of a store of accounts.
pub struct KnownPeople(pub Arc<dyn Accounts>);

impl People for KnownPeople {
    fn person(&self, user: UserId) -> Answer<'_, Option<Person>> {
        Box::pin(async move { Ok(self.0.by_id(user).await?.map(person)) })
    }
}

fn person(account: Account) -> Person {
    Person {
        generation: account.generation,
        locked: account.locked,
        name: account.name,
        address: account.address.as_str().into(),
        verified: account.verified,
        changed: account.changed,
    }
}

impl TokenKeys for Keyring {
    fn sign(&self, algorithm: TokenAlgorithm, typ: &'static str, claims: Object) -> Answer<'_, String> {
        Box::pin(async move {
            let key = self.signing_key(algorithm).await.map_err(|error| match error {
                KeyringError::Store(error) => error,
                other => StoreError::Unreadable(other.to_string().into()),
            })?;
            key.sign(typ, &claims).map_err(|error| StoreError::Unreadable(error.to_string().into()))
        })
    }

    fn published(&self) -> Arc<Jwks> {
        Self::published(self)
    }
}
