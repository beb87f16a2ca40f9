//! Faults as tools read them: the `faults` list of `check --json`.

use serde_json::{Value, json};

use super::{Fault, Faults};
use crate::source::Span;

impl Faults {
    /// One object for each fault: severity, code, message, place, and what to write instead where that is known.
    #[must_use]
    pub fn to_json(&self) -> Vec<Value> {
        self.faults.iter().map(|fault| self.fault_json(fault)).collect()
    }

    fn fault_json(&self, fault: &Fault) -> Value {
        let mut object = json!({
            "severity": fault.severity.as_str(),
            "code": fault.code.as_str(),
            "message": fault.message,
            "at": { "file": self.source().name() },
        });
        if let Some(span) = fault.span {
            let mut at = self.place_json(span);
            set(&mut at, "path", (!fault.path.is_empty()).then(|| fault.path.clone().into()));
            set(&mut object, "at", Some(at));
        }
        set(&mut object, "suggestion", fault.replace.as_ref().map(|words| json!({ "replace": words })));
        let help = [&fault.label, &fault.help].into_iter().flatten().cloned().collect::<Vec<_>>().join("; ");
        set(&mut object, "help", (!help.is_empty()).then(|| help.into()));
        let related = fault.related.iter().map(|(span, what)| json!({ "message": what, "at": self.place_json(*span) }));
        set(&mut object, "related", Some(related.collect()));
        set(&mut object, "page", Some(fault.code.page().into()));
        object
    }

    fn place_json(&self, span: Span) -> Value {
        let place = self.sources.place(span);
        json!({ "file": place.file, "line": place.line, "column": place.column, "length": place.length })
    }
}

fn set(object: &mut Value, key: &str, value: Option<Value>) {
    if let (Some(object), Some(value)) = (object.as_object_mut(), value) {
        object.insert(key.to_owned(), value);
    }
}
