//! The rules of one configuration, and the decision.

use std::net::IpAddr;
use std::time::SystemTime;

use model::{Caller, OperationId};

use crate::rule::{Fit, OperationRule, Way};
use crate::{DeniedError, Permit};

/// The rules of all operations of one configuration; immutable and shared by all threads.
#[derive(Debug, Default)]
pub struct Rules {
    rules: Box<[OperationRule]>,
}

impl Rules {
    /// The rules in the order of their operations: [`OperationId`] is the index.
    #[must_use]
    pub fn new(rules: Vec<OperationRule>) -> Self {
        Self { rules: rules.into_boxed_slice() }
    }

    /// Decides about one call that came at this time. Costs no allocation where the answer is yes.
    ///
    /// # Errors
    /// [`DeniedError`] says what stands against it: the nearest miss among the ways in.
    pub fn decide(
        &self,
        operation: OperationId,
        caller: &Caller,
        address: IpAddr,
        at: SystemTime,
    ) -> Result<Permit, DeniedError> {
        let Some(rule) = self.rule(operation) else {
            return Err(DeniedError::UnknownOperation { operation: operation.0 });
        };
        if rule.admits(caller, address, at) {
            Ok(Permit::new(operation, rule.service))
        } else {
            Err(rule.denial(caller, address, at))
        }
    }

    /// The rule of an operation, for listings and explanations.
    #[must_use]
    pub fn rule(&self, operation: OperationId) -> Option<&OperationRule> {
        self.rules.get(usize::try_from(operation.0).ok()?)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

impl OperationRule {
    fn admits(&self, caller: &Caller, address: IpAddr, at: SystemTime) -> bool {
        let asks_nobody = self.public && (self.ways.is_empty() || matches!(caller, Caller::Anonymous));
        asks_nobody || self.ways.iter().any(|way| way.fit(&self.api, caller, address, at) == Fit::Admitted)
    }

    #[cold]
    fn denial(&self, caller: &Caller, address: IpAddr, at: SystemTime) -> DeniedError {
        let (api, operation, place) = (self.api.clone(), self.operation.clone(), self.place.clone());
        if matches!(caller, Caller::Anonymous) {
            return DeniedError::CredentialRequired { api, operation, place };
        }
        let nearest =
            self.ways.iter().map(|way| (way.fit(&self.api, caller, address, at), way)).max_by_key(|(fit, _)| *fit);
        let words = || format!("{} `{}`", caller.kind(), caller.name()).into_boxed_str();
        match nearest {
            Some((Fit::ScopeMissing, way)) => DeniedError::ScopeMissing { api, operation, scopes: joined(way), place },
            Some((Fit::NotFresh, way)) => DeniedError::NotFresh { api, operation, seconds: way.fresh_seconds(), place },
            Some((Fit::NotBound, _)) => DeniedError::NotBound { api, operation, caller: words(), place },
            Some((Fit::WrongNetwork, _)) => DeniedError::NetworkNotAllowed { api, operation, caller: words(), place },
            _ => DeniedError::CallerNotAllowed { api, operation, caller: words(), place },
        }
    }
}

fn joined(way: &Way) -> Box<str> {
    let scopes: Vec<&str> = way.scopes().iter().map(|scope| &**scope).collect();
    scopes.join(" ").into()
}

#[cfg(test)]
mod tests;
