//! The grammar as a JSON Schema (draft 2020-12), for editors.
//!
//! Keys that are not built yet are there with their sentence and match nothing,
//! so that an editor says the same as `check` does.

use serde_json::{Map, Value, json};

use super::{Key, LOOSENINGS, Loosening, Names, Record, Scalar, Shape, Spot, State, Word, check, root};

/// Any reference, where one may stand.
const REFERENCE: &str = "\\$\\{(env|file):.+\\}";

/// The schema of the whole file.
#[must_use]
pub fn schema() -> Value {
    let mut schema = record(root());
    if let Some(object) = schema.as_object_mut() {
        let mut whole = Map::new();
        whole.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
        whole.insert("title".to_owned(), "vestibule.yaml, format 1".into());
        whole.append(object);
        return Value::Object(whole);
    }
    schema
}

fn record(record: &Record) -> Value {
    let properties: Map<String, Value> = record.keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let needed: Vec<_> =
        record.keys.iter().filter(|key| key.needed && !key.or_contract && !key.or_own).map(|key| key.name).collect();
    let mut object = json!({
        "type": "object",
        "description": record.doc,
        "properties": properties,
        "additionalProperties": false,
        "minProperties": 1,
    });
    if !needed.is_empty() {
        set(&mut object, "required", json!(needed));
    }
    if record.alternatives {
        set(&mut object, "maxProperties", json!(1));
    }
    if !record.one_of.is_empty() {
        let each: Vec<_> = record.one_of.iter().map(|name| json!({ "required": [name] })).collect();
        set(&mut object, "oneOf", json!(each));
    }
    object
}

fn property(key: &Key) -> Value {
    if let State::NotYet(meanwhile) = key.state {
        return json!({ "not": {}, "description": format!("{} Not built yet: {meanwhile}.", key.meaning()) });
    }
    let mut schema = shape(&key.shape);
    set(&mut schema, "description", key.meaning().into());
    schema
}

fn shape(shape: &Shape) -> Value {
    match shape {
        Shape::Scalar(one) => scalar(*one),
        Shape::Words(words) => json!({ "enum": as_editors_read(built(words)) }),
        Shape::Record(inside) => record(inside),
        Shape::Names(inside) => names(inside),
        Shape::List(item) => {
            let item = self::shape(item);
            json!({ "anyOf": [item, { "type": "array", "items": item, "minItems": 1 }] })
        }
        Shape::Either(shapes) => {
            let alternatives: Vec<_> = shapes.iter().filter(|shape| shape.any_built()).map(self::shape).collect();
            json!({ "anyOf": alternatives })
        }
        Shape::Loosenings(spot) => loosenings(*spot),
    }
}

fn built(words: &[Word]) -> Vec<&'static str> {
    words.iter().filter(|word| word.state == State::Built).map(|word| word.text).collect()
}

/// An editor reads a word of digits as a number.
fn as_editors_read(words: Vec<&'static str>) -> Vec<Value> {
    words
        .into_iter()
        .flat_map(|word| word.parse::<u64>().ok().map(Value::from).into_iter().chain([word.into()]))
        .collect()
}

fn names(names: &Names) -> Value {
    let mut object = json!({ "type": "object", "additionalProperties": shape(&names.value), "minProperties": 1 });
    if let Some(pattern) = names.name.pattern() {
        set(&mut object, "propertyNames", json!({ "pattern": pattern }));
    }
    object
}

fn scalar(scalar: Scalar) -> Value {
    match scalar {
        Scalar::Format => json!({ "const": 1 }),
        Scalar::Boolean => json!({ "type": "boolean" }),
        Scalar::True => json!({ "const": true }),
        Scalar::Count => json!({ "anyOf": [
            { "type": "integer", "minimum": 1 },
            { "type": "string", "pattern": format!("^([0-9_]+|{REFERENCE})$") },
        ] }),
        Scalar::AnswerStatus | Scalar::RedirectStatus => json!({ "anyOf": [
            { "type": "integer", "minimum": 200, "maximum": 599 },
            { "type": "string", "pattern": format!("^([0-9]{{3}}|{REFERENCE})$") },
        ] }),
        _ => match scalar.pattern() {
            Some(pattern) if scalar.takes_reference() && !scalar.is_secret() => {
                json!({ "type": "string", "pattern": format!("{pattern}|{REFERENCE}"), "examples": scalar.examples() })
            }
            Some(pattern) => json!({ "type": "string", "pattern": pattern, "examples": scalar.examples() }),
            None => json!({ "type": "string", "minLength": 1, "examples": scalar.examples() }),
        },
    }
}

fn loosenings(spot: Spot) -> Value {
    let reason = shape(&check::REASON);
    let here = |loosening: &&Loosening| loosening.built && loosening.spots.contains(&spot);
    let property = |loosening: &Loosening| {
        let mut schema = reason.clone();
        set(&mut schema, "description", format!("Opens: {}.", loosening.opens).into());
        (loosening.name.to_owned(), schema)
    };
    let properties: Map<String, Value> = LOOSENINGS.iter().filter(here).map(property).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false, "minProperties": 1 })
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}
