//! Who may call, from nodes: `callers` with its short and long forms, and `public`.

use super::read::Reader;
use super::{Access, Callers, KeyCallers, WorkloadCallers};
use crate::node::{Entry, Node};
use crate::value::{self, Wrong};

/// Reads `callers` and `public` of an API or an operation.
pub(super) fn read(reader: &mut Reader, node: &Node) -> Access {
    let public = reader.one(node.get("public"), |text| match text {
        "true" => Ok(()),
        _ => Err(Wrong::new("", "")),
    });
    Access {
        unclear: public.is_none() && node.entry("public").is_some(),
        callers: node.entry("callers").map(|entry| callers(reader, entry)),
        public: public.and(node.entry("public")).map(|entry| entry.key_span),
    }
}

fn callers(reader: &mut Reader, entry: &Entry) -> Callers {
    Callers {
        span: entry.key_span,
        keys: entry.node.entry("keys").map(|entry| keys(reader, entry)),
        workloads: entry.node.entry("workloads").map(|entry| workloads(reader, entry)),
    }
}

fn keys(reader: &mut Reader, entry: &Entry) -> KeyCallers {
    let long = entry.node.map().is_some();
    let kinds = if long { entry.node.get("kinds") } else { Some(&entry.node) };
    KeyCallers {
        span: entry.key_span,
        kinds: reader.kinds(kinds),
        names: reader.maybe_list(entry.node.get("names"), |text| Ok(text.to_owned())),
        scopes: reader.scopes(entry.node.get("scopes")),
    }
}

fn workloads(reader: &mut Reader, entry: &Entry) -> WorkloadCallers {
    let long = entry.node.map().is_some();
    let names = if long { entry.node.get("names") } else { Some(&entry.node) };
    WorkloadCallers {
        span: entry.key_span,
        names: reader.list(names, value::workload_pattern),
        networks: reader.networks(entry.node.get("networks")),
    }
}
