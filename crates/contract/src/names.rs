//! What holds for the names of operations, whatever format they come from.

use std::collections::HashMap;

use document::{Collector, Fault, FaultCode};

use crate::contract::Operation;

/// The longest name.
const LENGTH_AT_MOST: usize = 128;

/// Tells names that are too long or that two operations have, and leaves the later of two out.
pub(crate) fn settle(operations: &mut Vec<Operation>, faults: &mut Collector) {
    let mut seen = HashMap::new();
    operations.retain_mut(|operation| {
        if !(1..=LENGTH_AT_MOST).contains(&operation.name.len()) {
            let message = format!("an operation's name has 1 to {LENGTH_AT_MOST} characters");
            let fault = Fault::new(FaultCode::BadContract, operation.span, message);
            faults.push(fault.label("give it a shorter one"));
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
