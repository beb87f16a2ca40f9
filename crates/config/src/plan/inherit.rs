//! Inheritance: built-in, door, API, operation. The nearest wins whole, and it is known who that was.

use std::time::Duration;

use gateway::{Errors, UpstreamErrors};
use model::DoorKind;
use wire::coding::Codings;

use crate::defaults::Defaults;
use crate::draft::{Access, Api, Door, Loosened, Operation, Said};
use crate::rules::effective;
use crate::source::Span;

/// A value that holds, and who said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Inherited<T> {
    pub(crate) value: T,
    pub(crate) from: From,
}

/// Who said a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// The default of this kind of door.
    Default(DoorKind),
    /// These words.
    Words(Span),
}

/// What holds for an operation, or for an API as a whole.
#[derive(Clone, Debug)]
pub(crate) struct Effective<'d> {
    pub(crate) deadline: Inherited<Duration>,
    pub(crate) idle: Inherited<Duration>,
    pub(crate) body: Inherited<u64>,
    pub(crate) errors: Inherited<Errors>,
    pub(crate) upstream_errors: Inherited<UpstreamErrors>,
    pub(crate) compress: Inherited<Codings>,
    pub(crate) access: &'d Access,
}

impl<'d> Effective<'d> {
    /// Works out what holds; without an operation, what holds for the API.
    pub(crate) fn new(
        defaults: &Defaults,
        door: &'d Door,
        kind: DoorKind,
        api: &'d Api,
        operation: Option<&'d Operation>,
    ) -> Self {
        let built_in = defaults.of(kind);
        let own = operation.map(|operation| &operation.bounds);
        let near = |pick: fn(&crate::draft::Bounds) -> &Option<Said<Duration>>| {
            [own.map(pick), Some(pick(&api.bounds)), Some(pick(&door.bounds))]
        };
        let body = [own.map(|own| &own.body), Some(&api.bounds.body), Some(&door.bounds.body)];
        Self {
            deadline: nearest(near(|bounds| &bounds.deadline), built_in.deadline, kind),
            idle: nearest(near(|bounds| &bounds.idle), built_in.idle, kind),
            body: nearest(body, built_in.body_bytes, kind),
            errors: api_errors(door, kind, api, built_in.errors),
            upstream_errors: nearest([Some(&api.upstream_errors)], built_in.upstream_errors, kind),
            compress: nearest([Some(&api.compress)], built_in.compress, kind),
            access: operation.map_or(&api.access, |operation| effective(api, operation)),
        }
    }
}

fn nearest<'s, T: Copy + 's>(
    said: impl IntoIterator<Item = Option<&'s Option<Said<T>>>>,
    built_in: T,
    kind: DoorKind,
) -> Inherited<T> {
    match said.into_iter().flatten().flatten().next() {
        Some(said) => Inherited { value: said.value, from: From::Words(said.span) },
        None => Inherited { value: built_in, from: From::Default(kind) },
    }
}

/// The loosening `detailed-errors` says the same as `errors: detailed` beside it.
fn api_errors(door: &Door, kind: DoorKind, api: &Api, built_in: Errors) -> Inherited<Errors> {
    said_errors(api.errors.as_ref(), &api.loosen)
        .or_else(|| said_errors(door.errors.as_ref(), &door.loosen))
        .unwrap_or(Inherited { value: built_in, from: From::Default(kind) })
}

/// What a door or API says of errors, by `errors` or by its loosening.
pub(crate) fn said_errors(errors: Option<&Said<Errors>>, loosen: &[Loosened]) -> Option<Inherited<Errors>> {
    if let Some(said) = errors {
        return Some(Inherited { value: said.value, from: From::Words(said.span) });
    }
    let loosening = loosen.iter().find(|loosening| loosening.name.value == "detailed-errors")?;
    Some(Inherited { value: Errors::Detailed, from: From::Words(loosening.name.span) })
}
