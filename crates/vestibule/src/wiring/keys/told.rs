//! Keys as the admin socket tells of them: everything but what could be used.

use std::sync::Arc;
use std::time::SystemTime;

use auth::{KeyRecord, KeySecret};
use model::KeyKind;
use serde_json::{Map, Value, json};

use super::super::desk::timestamp;

/// A key that is kept. What is not there is absent.
pub(super) fn record(record: &KeyRecord, state: &str) -> Value {
    let mut members = Map::new();
    let mut put = |member: &str, value: Value| {
        if !value.is_null() && value != json!([]) {
            members.insert(member.to_owned(), value);
        }
    };
    let time = |at: Option<SystemTime>| at.map(timestamp).map_or(Value::Null, Value::String);
    let text = |text: &Option<Arc<str>>| text.as_deref().map_or(Value::Null, Value::from);
    let networks = record.bounds.networks.iter().flatten().map(ToString::to_string);
    put("name", json!(*record.name));
    put("kind", json!(record.kind.as_str()));
    put("state", json!(state));
    put("apis", texts(&record.apis));
    put("scopes", texts(&record.scopes));
    put("origins", record.bounds.origins.iter().map(|origin| Value::from(origin.as_str())).collect());
    put("networks", networks.map(Value::String).collect());
    put("tier", text(&record.tier));
    put("owner", text(&record.owner));
    put("purpose", text(&record.purpose));
    put("made_at", time(Some(record.made_at)));
    put("expires", time(record.expires));
    put("revoked_at", time(record.revoked_at));
    put("last_used", time(record.last_used));
    put("secrets", record.secrets.iter().map(secret).collect());
    Value::Object(members)
}

fn secret(secret: &KeySecret) -> Value {
    let mut object = json!({ "id": secret.id.as_str(), "made_at": timestamp(secret.made_at) });
    if let (Some(until), Some(members)) = (secret.until, object.as_object_mut()) {
        members.insert("until".to_owned(), Value::String(timestamp(until)));
    }
    object
}

/// A key of the file.
pub(super) fn pinned(name: &str, kind: KeyKind, apis: &[Arc<str>], stands: &str) -> Value {
    let mut object = json!({ "name": name, "kind": kind.as_str(), "apis": texts(apis), "place": stands });
    if let (Some(at), Some(members)) = (place(name, stands), object.as_object_mut()) {
        members.insert("at".to_owned(), at);
    }
    object
}

/// `file:line:column` as objects have it.
pub(super) fn place(name: &str, place: &str) -> Option<Value> {
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let (line, column): (u64, u64) = (line.parse().ok()?, column.parse().ok()?);
    Some(json!({ "file": file, "line": line, "column": column, "path": format!("keys.{name}") }))
}

fn texts(texts: &[Arc<str>]) -> Value {
    texts.iter().map(|text| Value::from(&**text)).collect()
}
