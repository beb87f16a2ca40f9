//! Everything of the grammar that a file can have: keys, words, forms and loosenings that are built, each by its place.

use std::collections::BTreeSet;

use config::shape::{LOOSENINGS, Record, Shape, Spot, State, root};

/// Not drawn: what a contract publishes stands in that contract, which this walk does not know. `contracts` tries it.
const ELSEWHERE: &str = ".apis.*.contract";

/// Every element of the grammar; names of things are `*` in the places.
pub(super) fn all() -> BTreeSet<String> {
    let mut elements = BTreeSet::new();
    record(root(), "", &mut elements);
    elements.retain(|element| !element.starts_with(ELSEWHERE));
    elements
}

/// The loosenings that a place can have.
pub(super) fn loosenings(spot: Spot) -> impl Iterator<Item = &'static str> {
    LOOSENINGS.iter().filter(move |loosening| loosening.built && loosening.spots.contains(&spot)).map(|it| it.name)
}

/// Whether anything can be written in this shape.
pub(super) fn is_built(shape: &Shape) -> bool {
    match shape {
        Shape::Words(words) => words.iter().any(|word| word.state == State::Built),
        Shape::Record(record) => record.keys.iter().any(|key| key.state == State::Built),
        Shape::List(item) => is_built(item),
        Shape::Either(shapes) => shapes.iter().any(is_built),
        Shape::Scalar(_) | Shape::Names(_) | Shape::Loosenings(_) => true,
    }
}

/// The name of an alternative: which of its forms a value has.
pub(super) const fn form(shape: &Shape) -> &'static str {
    match shape {
        Shape::Scalar(_) | Shape::Words(_) => "text",
        Shape::List(_) => "list",
        Shape::Record(_) | Shape::Names(_) | Shape::Loosenings(_) => "map",
        Shape::Either(_) => "either",
    }
}

fn record(record: &Record, place: &str, elements: &mut BTreeSet<String>) {
    for key in record.keys.iter().filter(|key| key.state == State::Built && is_built(&key.shape)) {
        let place = format!("{place}.{}", key.name);
        elements.insert(place.clone());
        within(&key.shape, &place, elements);
    }
}

fn within(shape: &Shape, place: &str, elements: &mut BTreeSet<String>) {
    match shape {
        Shape::Scalar(_) => {}
        Shape::Words(words) => {
            let built = words.iter().filter(|word| word.state == State::Built);
            elements.extend(built.map(|word| format!("{place}={}", word.text)));
        }
        Shape::Record(inside) => record(inside, place, elements),
        Shape::Names(names) => within(&names.value, &format!("{place}.*"), elements),
        Shape::List(item) => within(item, place, elements),
        Shape::Either(shapes) => {
            for alternative in shapes.iter().filter(|shape| is_built(shape)) {
                elements.insert(format!("{place} ({})", form(alternative)));
                within(alternative, place, elements);
            }
        }
        Shape::Loosenings(spot) => elements.extend(loosenings(*spot).map(|name| format!("{place}.{name}"))),
    }
}
