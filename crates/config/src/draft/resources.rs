//! APIs that take tokens say who gives them out (RFC 9728): one more operation for each, at a place that is not theirs to choose.

use contract::Streams;
use model::Via;
use wire::coding::Codings;

use super::{Access, Addresses, Api, Bounds, Draft, Operation, Own, OwnAnswer, Said};
use crate::source::Span;
use crate::value::RouteText;

/// Where it is said who gives out tokens, before the path of the API (RFC 9728 §3.1).
pub(crate) const METADATA: &str = "/.well-known/oauth-protected-resource";

/// Whether tokens open something of an access.
pub(crate) fn takes_tokens(access: &Access) -> bool {
    let Some(callers) = &access.callers else { return false };
    let by_token = |via: &[Said<Via>]| via.is_empty() || via.iter().any(|via| via.value == Via::Token);
    callers.apps.is_some() || callers.users.as_ref().is_some_and(|users| by_token(&users.via))
}

impl Draft {
    /// Adds the operation for each API that takes tokens; at a server door it is for whoever came through the door.
    pub(super) fn add_metadata(&mut self) {
        if self.identity.is_none() && self.issuers.is_empty() {
            return;
        }
        let mut added: Vec<Api> = Vec::new();
        for api in &self.apis {
            let accesses = std::iter::once(&api.access).chain(api.operations.iter().map(|operation| &operation.access));
            let Some(span) = accesses.filter(|access| takes_tokens(access)).find_map(users_span) else { continue };
            let one = metadata(api, span);
            // Two APIs at one path have one metadata; the first speaks.
            if !added.iter().any(|known| is_same_place(known, &one)) {
                added.push(one);
            }
        }
        self.apis.extend(added);
    }
}

fn users_span(access: &Access) -> Option<Span> {
    let callers = access.callers.as_ref()?;
    callers.users.as_ref().map(|users| users.span).or(callers.apps.as_ref().map(|apps| apps.span))
}

fn is_same_place(one: &Api, other: &Api) -> bool {
    let route =
        |api: &Api| api.operations.first().and_then(|first| first.route.as_ref()).map(|route| route.value.clone());
    let text = |said: &Option<Said<String>>| said.as_ref().map(|said| said.value.clone());
    (text(&one.door), text(&one.host), route(one)) == (text(&other.door), text(&other.host), route(other))
}

fn metadata(api: &Api, span: Span) -> Api {
    let path = api.path.as_ref().map_or("", |path| path.value.trim_end_matches('/'));
    let route = RouteText { method: "GET".to_owned(), template: format!("{METADATA}{path}") };
    let operation = Operation {
        route: Some(Said { value: route, span }),
        streams: Streams::default(),
        ..Operation::named(Said { value: "metadata".to_owned(), span })
    };
    Api {
        // No name of the file has a dot.
        name: Said { value: format!("vestibule.resource.{}", api.name.value), span },
        door: api.door.clone(),
        host: api.host.clone(),
        path: None,
        service: None,
        own: vec![Own { span, answer: OwnAnswer::Metadata(api.name.value.clone()) }],
        access: Access { callers: None, public: Some(span), unclear: false },
        operations: vec![operation],
        addresses: Addresses::default(),
        bounds: Bounds::default(),
        errors: None,
        compress: Some(Said { value: Codings::NONE, span }),
        upstream_errors: None,
        contract: None,
        retire: None,
        ask: None,
        cache: None,
        loosen: Vec::new(),
    }
}
