//! The methods that one template is published with.

use model::OperationId;

use crate::MethodRule;
use crate::table::Choice;

/// What is published under one template; at most a handful, so a list is quickest.
#[derive(Debug, Default)]
pub(crate) struct Methods {
    named: Vec<(Box<str>, OperationId)>,
    any: Option<OperationId>,
    /// The value of `Allow`, kept ready.
    allow: Box<str>,
}

impl Methods {
    /// Publishes one more; answers with the one that is published already.
    pub(crate) fn insert(&mut self, method: &MethodRule, operation: OperationId) -> Result<(), OperationId> {
        match (method, self.published(method)) {
            (_, Some(first)) => return Err(first),
            (MethodRule::Any, None) => self.any = Some(operation),
            (MethodRule::One(method), None) => self.named.push((method.as_str().into(), operation)),
        }
        self.allow = self.allowed().into();
        Ok(())
    }

    /// The method itself, for HEAD also GET (RFC 9110 §9.3.2), then every method.
    pub(crate) fn choose(&self, method: &str) -> Choice<'_> {
        let for_head = || if method == "HEAD" { self.named("GET") } else { None };
        match self.named(method).or_else(for_head).or(self.any) {
            Some(operation) => Choice::Operation(operation),
            None => Choice::OtherMethods(&self.allow),
        }
    }

    fn published(&self, method: &MethodRule) -> Option<OperationId> {
        match method {
            MethodRule::Any => self.any,
            MethodRule::One(method) => self.named(method),
        }
    }

    fn named(&self, method: &str) -> Option<OperationId> {
        self.named.iter().find(|(named, _)| **named == *method).map(|(_, operation)| *operation)
    }

    fn allowed(&self) -> String {
        let mut methods: Vec<&str> = self.named.iter().map(|(method, _)| &**method).collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.sort_unstable();
        methods.dedup();
        methods.join(", ")
    }
}
