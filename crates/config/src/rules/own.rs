//! Rules of what the house answers itself: one thing at a time, and nothing that it could not do.

use gateway::Redirect;

use crate::draft::{Api, Operation, Own, OwnAnswer, Said};
use crate::fault::{Collector, Fault, FaultCode};

/// An API goes to a service or is answered by the house, in one way.
pub(super) fn check(api: &Api, faults: &mut Collector) {
    if let (Some(service), Some(own)) = (&api.service, api.own.first()) {
        let message = format!("`{}` goes to a service, and is answered by the house", api.name.value);
        let fault = Fault::new(FaultCode::WrongShape, own.span, message);
        let fault = fault.label(format!("write `service` or `{}`; one operation may have its own", own.word()));
        faults.push(fault.related(service.span, "the service"));
    }
    one(&api.own, faults);
    dead(api, faults);
    for operation in &api.operations {
        one(&operation.own, faults);
        if let Some(own) = own(api, operation) {
            fits(api, operation, own, faults);
        }
    }
}

/// What an API says of all its operations, and each of them says otherwise, is a line that nobody ever meets.
fn dead(api: &Api, faults: &mut Collector) {
    let Some(own) = api.own.first() else { return };
    if !api.operations.is_empty() && api.operations.iter().all(|operation| !operation.own.is_empty()) {
        let message = format!("`{}` is never answered: each operation has its own answer", own.word());
        let fault = Fault::new(FaultCode::WrongShape, own.span, message).warning();
        faults.push(fault.label("take it out, or write the operation that it is for"));
    }
}

/// What the house answers to an operation: its own word, or its API's.
pub(crate) fn own<'d>(api: &'d Api, operation: &'d Operation) -> Option<&'d Own> {
    operation.own.first().or_else(|| api.own.first())
}

fn one(all: &[Own], faults: &mut Collector) {
    let mut all = all.iter();
    let Some(first) = all.next() else { return };
    for other in all {
        let message = format!("`{}` and `{}` are both written", first.word(), other.word());
        let fault = Fault::new(FaultCode::WrongShape, other.span, message);
        faults.push(fault.label("write one of them").related(first.span, "the other"));
    }
}

fn fits(api: &Api, operation: &Operation, own: &Own, faults: &mut Collector) {
    if let Some(websocket) = operation.websocket.as_ref().filter(|said| said.value) {
        let fault = Fault::new(FaultCode::BadValue, websocket.span, "the house answers this, and speaks no WebSocket");
        faults.push(fault.label("leave it out, or let it go to a service").related(own.span, "answered here"));
    }
    match &own.answer {
        OwnAnswer::Redirect(redirect) => {
            let (Some(to), Some(template)) = (&redirect.to, template(api, operation)) else { return };
            if let Err(error) = Redirect::new(&to.value, 308, &template) {
                let message = format!("`{}` cannot be made from the route `{template}`", to.value);
                faults.push(Fault::new(FaultCode::BadValue, to.span, message).label(error.to_string()));
            }
        }
        OwnAnswer::Files(_) | OwnAnswer::IdentityKeys => {
            let Some(route) = operation.route.as_ref() else { return };
            if !matches!(route.value.method.as_str(), "GET" | "HEAD") {
                let (what, short) = match own.answer {
                    OwnAnswer::Files(_) => ("the files of a folder are", "the folder"),
                    _ => ("the keys of assertions are", "the keys"),
                };
                let message = format!("{what} served to GET and HEAD, not to {}", route.value.method);
                let fault = Fault::new(FaultCode::BadRoute, route.span, message);
                faults.push(fault.label("write the route as `GET …`").related(own.span, short));
            }
        }
        OwnAnswer::Identity | OwnAnswer::Machines | OwnAnswer::Metadata(_) => {}
        OwnAnswer::Respond(respond) => {
            let none = respond.status.as_ref().is_some_and(|status| status.value == 204);
            if let Some(Said { span, .. }) = respond.body.as_ref().filter(|_| none) {
                let fault = Fault::new(FaultCode::BadValue, *span, "an answer with status 204 has no content");
                faults.push(fault.label("leave `body` out, or write another status"));
            }
            if let (Some(media_type), None) = (&respond.media_type, &respond.body) {
                let fault = Fault::new(FaultCode::BadValue, media_type.span, "there is no content that has this type");
                faults.push(fault.label("write `body`, or leave `type` out"));
            }
        }
    }
}

/// The template of an operation with its API's path.
pub(crate) fn template(api: &Api, operation: &Operation) -> Option<String> {
    let prefix = api.path.as_ref().map_or("", |path| path.value.trim_end_matches('/'));
    Some(format!("{prefix}{}", operation.route.as_ref()?.value.template))
}
