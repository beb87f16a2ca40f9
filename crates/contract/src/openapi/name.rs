//! Names of operations: the contract's own, in the characters that names have, or one made of method and path.

use std::collections::HashMap;

use document::{Collector, Fault, FaultCode};

use crate::contract::Operation;

/// The longest name.
pub(crate) const LENGTH_AT_MOST: usize = 128;

/// The contract's own id; what names do not have is written as `-`.
pub(super) fn of_id(id: &str) -> String {
    id.trim().chars().map(|c| if stands_in_names(c) { c } else { '-' }).collect()
}

/// `get_users_id` for `GET /users/{id}`.
pub(super) fn of_route(method: &str, path: &str) -> String {
    let words = path.split('/').map(|segment| segment.trim_matches(['{', '}'])).filter(|word| !word.is_empty());
    let words = words.map(|word| word.chars().map(|c| if stands_in_names(c) { c } else { '-' }).collect());
    std::iter::once(method.to_ascii_lowercase()).chain(words).collect::<Vec<String>>().join("_")
}

fn stands_in_names(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-')
}

/// Tells names that are too long or that two operations have, and leaves the later of two out.
pub(super) fn settle(operations: &mut Vec<Operation>, faults: &mut Collector) {
    let mut seen = HashMap::new();
    operations.retain_mut(|operation| {
        if !(1..=LENGTH_AT_MOST).contains(&operation.name.len()) {
            let message = format!("an operation's name has 1 to {LENGTH_AT_MOST} characters");
            let fault = Fault::new(FaultCode::BadContract, operation.span, message);
            faults.push(fault.label("give it an `operationId`"));
            return false;
        }
        if let Some(first) = seen.get(&operation.name) {
            let message = format!("two operations are called `{}`", operation.name);
            let fault = Fault::new(FaultCode::DuplicateOperation, operation.span, message);
            faults.push(fault.label("give it an `operationId` of its own").related(*first, "first here"));
            return false;
        }
        seen.insert(operation.name.clone(), operation.span);
        true
    });
}
