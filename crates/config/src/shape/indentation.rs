//! Keys that stand at another depth than they belong to: told as what they are, not as what they would mean there.

use super::{Names, Record, Shape, root};
use crate::fault::{Fault, FaultCode};
use crate::node::{Entry, Value};

/// The fault of an entry that stands among names and is none, but a key from one level below or from the top.
pub(super) fn among_names(names: &Names, entries: &[Entry], entry: &Entry) -> Option<Fault> {
    let record = record_of(&names.value)?;
    if record.key(&entry.key).is_some() {
        return key_beside_its_name(names, record, entries, entry);
    }
    let from_the_top = root().key(&entry.key).is_some()
        && entry.node.map().is_some_and(|inside| inside.iter().all(|inside| record.key(&inside.key).is_none()));
    from_the_top.then(|| {
        let message = format!("`{}` is a key of the file, and stands deeper", entry.key);
        Fault::new(FaultCode::Indentation, entry.key_span, message).label("begin it in the first column")
    })
}

/// `door:` below `apis:`, where the name of an API belongs: because that name before it is empty, or because what
/// follows is nothing that a thing of this kind can be.
fn key_beside_its_name(names: &Names, record: &Record, entries: &[Entry], entry: &Entry) -> Option<Fault> {
    let hollow = hollow_before(entries, entry);
    let fits = match &entry.node.value {
        Value::Text(_) => !names.value.for_text().is_empty(),
        Value::List(_) => names.value.for_item().is_some(),
        Value::Map(_) | Value::Missing => true,
    };
    if fits && hollow.is_none() {
        return None;
    }
    let message = format!("`{}` is a key of {}, and stands where the name of one belongs", entry.key, record.noun);
    let fault = Fault::new(FaultCode::Indentation, entry.key_span, message);
    Some(match hollow {
        Some(name) => fault.label(format!("indent it below `{}:`", name.key)),
        None => fault.label(format!("give the {} a name, and indent this below it", names.noun)),
    })
}

/// For a key that a record does not have: the empty key above, below which it may have been meant.
pub(super) fn meant_below<'e>(record: &Record, entries: &'e [Entry], entry: &Entry) -> Option<&'e str> {
    let above = hollow_before(entries, entry)?;
    let takes_a_map = record.key(&above.key).is_some_and(|key| key.shape.for_map().is_some());
    takes_a_map.then_some(above.key.as_str())
}

/// The nearest entry above that has no value.
fn hollow_before<'e>(entries: &'e [Entry], entry: &Entry) -> Option<&'e Entry> {
    let above = entries.iter().rev().filter(|other| other.key_span < entry.key_span);
    above.into_iter().find(|other| matches!(other.node.value, Value::Missing))
}

fn record_of(shape: &Shape) -> Option<&'static Record> {
    match shape.for_map()? {
        Shape::Record(record) => Some(record),
        _ => None,
    }
}
