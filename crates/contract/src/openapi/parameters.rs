//! Parameters: those of the path and those of the operation, which replace them by name and place.

use std::collections::HashMap;

use document::{Fault, FaultCode};

use super::{flag, operation::Reading, template, text};
use crate::contract::{Parameter, ParameterPlace, Style};
use crate::documents::Cursor;

/// All parameters of an operation; each of the path's template has its own, and none else is of the path.
pub(super) fn read(reading: &mut Reading<'_, '_>, item: &Cursor<'_>, operation: &Cursor<'_>) -> Vec<Parameter> {
    let mut parameters = list(reading, item);
    for own in list(reading, operation) {
        parameters.retain(|shared| (shared.place, &shared.name) != (own.place, &own.name));
        parameters.push(own);
    }
    compare_with_path(reading, &parameters);
    parameters
}

fn list(reading: &mut Reading<'_, '_>, holder: &Cursor<'_>) -> Vec<Parameter> {
    let Some(list) = holder.get("parameters") else { return Vec::new() };
    let mut seen = HashMap::new();
    let mut parameters = Vec::new();
    for written in list.items() {
        let span = written.span();
        let Some(cursor) = reading.documents.resolve(written) else { continue };
        let Some(parameter) = one(reading, &cursor) else { continue };
        if let Some(first) = seen.insert((parameter.place, parameter.name.clone()), span) {
            let message = format!("the parameter `{}` stands twice", parameter.name);
            let fault = Fault::new(FaultCode::BadContract, span, message);
            reading.faults.push(fault.label("and again here").related(first, "first here"));
            continue;
        }
        parameters.push(parameter);
    }
    parameters
}

fn one(reading: &mut Reading<'_, '_>, cursor: &Cursor<'_>) -> Option<Parameter> {
    let faults = &mut reading.faults;
    let (Some((name, _)), Some((place, place_span))) = (text(cursor, "name", faults), text(cursor, "in", faults))
    else {
        faults.push(Fault::new(FaultCode::BadContract, cursor.span(), "a parameter has a `name` and an `in`"));
        return None;
    };
    let Some(place) = place_of(place) else {
        let fault = Fault::new(FaultCode::BadContract, place_span, format!("a parameter is not in `{place}`"));
        faults.push(fault.label("write `path`, `query`, `header` or `cookie`"));
        return None;
    };
    let default = match place {
        ParameterPlace::Path | ParameterPlace::Header => Style::Simple,
        ParameterPlace::Query | ParameterPlace::Cookie => Style::Form,
    };
    let style = text(cursor, "style", faults).map_or(Some(default), |(style, span)| {
        let known = style_of(style, place);
        if known.is_none() {
            let message = format!("`{style}` is not a style in `{}`", place.as_str());
            faults.push(Fault::new(FaultCode::BadContract, span, message));
        }
        known
    })?;
    let content = cursor.get("content");
    let content = content.as_ref().and_then(|content| content.entries().next());
    let schema = content.as_ref().map_or_else(|| cursor.get("schema"), |(_, media)| media.get("schema"));
    Some(Parameter {
        // Names of header fields are compared without case (RFC 9110 §5.1).
        name: if place == ParameterPlace::Header { name.to_ascii_lowercase() } else { name.to_owned() },
        place,
        // A segment that is not there makes another path.
        required: flag(cursor, "required", faults).unwrap_or(false) || place == ParameterPlace::Path,
        style,
        explode: flag(cursor, "explode", faults).unwrap_or(style == Style::Form),
        schema: schema.map(|schema| schema.at().clone()),
        content: content.map(|(entry, _)| entry.key.to_ascii_lowercase()),
        at: cursor.at().clone(),
    })
}

fn place_of(text: &str) -> Option<ParameterPlace> {
    use ParameterPlace::{Cookie, Header, Path, Query};
    [Path, Query, Header, Cookie].into_iter().find(|place| place.as_str() == text)
}

/// OpenAPI 3.1 §4.8.12.2.
fn style_of(text: &str, place: ParameterPlace) -> Option<Style> {
    use ParameterPlace::{Cookie, Header, Path, Query};
    match (text, place) {
        ("matrix", Path) => Some(Style::Matrix),
        ("label", Path) => Some(Style::Label),
        ("simple", Path | Header) => Some(Style::Simple),
        ("form", Query | Cookie) => Some(Style::Form),
        ("spaceDelimited", Query) => Some(Style::SpaceDelimited),
        ("pipeDelimited", Query) => Some(Style::PipeDelimited),
        ("deepObject", Query) => Some(Style::DeepObject),
        _ => None,
    }
}

fn compare_with_path(reading: &mut Reading<'_, '_>, parameters: &[Parameter]) {
    let path = reading.path;
    let declared = |name: &str| parameters.iter().any(|p| p.place == ParameterPlace::Path && p.name == name);
    for name in template::parameters(path).filter(|name| !declared(name)) {
        let message = format!("`{{{name}}}` of `{path}` is not among its parameters");
        let fault = Fault::new(FaultCode::BadContract, reading.route, message);
        reading.faults.push(fault.label(format!("declare it: `{{ name: {name}, in: path, required: true, … }}`")));
    }
    for parameter in parameters.iter().filter(|parameter| parameter.place == ParameterPlace::Path) {
        if !template::parameters(path).any(|name| name == parameter.name) {
            let span = reading.documents.node(&parameter.at).map_or(reading.route, |node| node.span);
            let message = format!("the path `{path}` has no `{{{}}}`", parameter.name);
            let fault = Fault::new(FaultCode::BadContract, span, message);
            reading
                .faults
                .push(fault.label("a parameter of the path that is not in it").related(reading.route, "the path"));
        }
    }
}
