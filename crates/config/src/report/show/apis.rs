//! The APIs and operations as they hold.

use gateway::UpstreamErrors;
use model::DoorKind;

use super::doors::errors_word;
use super::{Lines, quoted_always, text};
use crate::defaults::NetworksDefault;
use crate::draft::{Access, Api, Ask, Cache, Door, Operation, Own, OwnAnswer, Retire, loosened};
use crate::plan::{Effective, From, MEDIA_TYPE, REDIRECT_STATUS};
use crate::report::routes;
use crate::shape::codings_word;
use crate::value::{write_duration, write_size};

/// What says so where the file does not.
const DEFAULT: &str = "default";

impl Lines<'_, '_> {
    pub(super) fn apis(&mut self) {
        let planner = self.planner;
        self.below("apis", |lines| {
            for api in planner.draft.written_apis() {
                let Some(door) = planner.index.door_of(api) else { continue };
                let Some(kind) = door.kind else { continue };
                lines.below(&api.name.value, |lines| lines.api(api, door, kind));
            }
        });
    }

    fn api(&mut self, api: &Api, door: &Door, kind: DoorKind) {
        let planner = self.planner;
        let holds = Effective::new(planner.defaults, door, kind, api, None);
        self.said("door", &door.name.value, api.door.as_ref().map_or(api.name.span, |door| door.span));
        if let Some(host) = &api.host {
            self.said("host", &text(&host.value), host.span);
        }
        match &api.path {
            Some(path) => self.said("path", &text(&path.value), path.span),
            None => self.value("path", "/", "default"),
        }
        if let Some(service) = &api.service {
            self.said("service", &service.value, service.span);
        }
        self.own(&api.own);
        // What it says is shown as operations: with the contract beside them it would be said twice.
        if let Some(file) = api.contract.as_ref().and_then(|contract| contract.file.as_ref()) {
            let origin = self.origin(crate::plan::From::Words(file.span));
            self.comment("contract", &file.value.display().to_string(), origin);
        }
        self.retire(api.retire.as_ref());
        self.access(&api.access);
        self.bounds(&holds);
        self.inherited("errors", holds.errors, |errors| errors_word(errors).to_owned());
        self.inherited("upstream_errors", holds.upstream_errors, |errors| match errors {
            UpstreamErrors::Replace => "replace".to_owned(),
            UpstreamErrors::Pass => "pass".to_owned(),
        });
        self.cache(api.cache.as_ref());
        self.inherited("compress", holds.compress, codings_word);
        self.api_networks(api, kind);
        self.below("operations", |lines| {
            for operation in &api.operations {
                lines.below(&operation.name.value, |lines| {
                    let holds = Effective::new(planner.defaults, door, kind, api, Some(operation));
                    lines.operation(operation, &holds);
                });
            }
        });
        self.ask(api.ask.as_ref());
        self.loosen(&api.loosen);
    }

    fn cache(&mut self, cache: Option<&Cache>) {
        let Some(cache) = cache else { return self.value("cache", "none", DEFAULT) };
        if cache.none.is_some() {
            return self.said("cache", "none", cache.span);
        }
        let defaults = &self.planner.defaults.service;
        self.below("cache", |lines| {
            match &cache.size {
                Some(said) => lines.said("size", &write_size(said.value), said.span),
                None => lines.value("size", &write_size(defaults.cache_bytes), DEFAULT),
            }
            match &cache.at_most {
                Some(said) => lines.said("at_most", &write_duration(said.value), said.span),
                None => lines.value("at_most", &write_duration(defaults.cache_at_most), DEFAULT),
            }
        });
    }

    fn api_networks(&mut self, api: &Api, kind: DoorKind) {
        let private = self.planner.defaults.of(kind).networks == NetworksDefault::Private;
        match (&api.addresses.networks, private && !loosened(&api.loosen, "any-network")) {
            (Some(networks), _) => self.networks("networks", networks),
            (None, true) => self.value("networks", "[private, loopback]", format!("default of {kind} doors")),
            (None, false) => match api.loosen.iter().find(|loosening| loosening.name.value == "any-network") {
                Some(loosening) => {
                    let origin =
                        format!("{}, loosened by `any-network`", self.origin(From::Words(loosening.name.span)));
                    self.comment("networks", "any address", origin);
                }
                None => self.comment("networks", "any address", format!("default of {kind} doors")),
            },
        }
        self.networks("deny", &api.addresses.deny);
    }

    fn operation(&mut self, operation: &Operation, holds: &Effective<'_>) {
        if let Some(route) = &operation.route {
            let value = quoted_always(&format!("{} {}", route.value.method, route.value.template));
            self.said("route", &value, route.span);
        }
        if operation.access.callers.is_some() || operation.access.public.is_some() {
            self.access(&operation.access);
        } else {
            self.comment("callers", &routes::callers(&routes::taken(holds.access, operation)).join(", "), "of the API");
        }
        self.own(&operation.own);
        self.scopes(operation);
        self.retire(operation.retire.as_ref());
        if let Some(said) = &operation.websocket {
            self.said("websocket", if said.value { "true" } else { "false" }, said.span);
        }
        let sides = [("requests", operation.streams.client), ("answers", operation.streams.server)];
        let sides: Vec<_> = sides.iter().filter(|(_, streams)| *streams).map(|(side, _)| *side).collect();
        if !sides.is_empty() {
            self.comment("streams", &sides.join(" and "), "of the contract");
        }
        self.bounds(holds);
    }

    fn own(&mut self, own: &[Own]) {
        for own in own {
            if matches!(own.answer, OwnAnswer::IdentityKeys) {
                self.said("identity_keys", "true", own.span);
                continue;
            }
            if let OwnAnswer::Files(folder) = &own.answer {
                if let Some(folder) = folder {
                    self.said("files", &text(&folder.value.to_string_lossy()), folder.span);
                }
                continue;
            }
            self.below(own.word(), |lines| match &own.answer {
                OwnAnswer::Respond(respond) => {
                    match &respond.status {
                        Some(status) => lines.said("status", &status.value.to_string(), status.span),
                        None => lines.value("status", "200", "default"),
                    }
                    if let Some(body) = &respond.body {
                        lines.said("body", &text(&body.value), body.span);
                        match &respond.media_type {
                            Some(media_type) => lines.said("type", &text(&media_type.value), media_type.span),
                            None => lines.value("type", &text(MEDIA_TYPE), "default"),
                        }
                    }
                }
                OwnAnswer::Files(_)
                | OwnAnswer::Identity
                | OwnAnswer::Machines
                | OwnAnswer::Metadata(_)
                | OwnAnswer::IdentityKeys => {}
                OwnAnswer::Redirect(redirect) => {
                    if let Some(to) = &redirect.to {
                        lines.said("to", &text(&to.value), to.span);
                    }
                    match &redirect.status {
                        Some(status) => lines.said("status", &status.value.to_string(), status.span),
                        None => lines.value("status", &REDIRECT_STATUS.to_string(), "default"),
                    }
                }
            });
        }
    }

    fn scopes(&mut self, operation: &Operation) {
        match operation.contract_scopes.as_slice() {
            [] => self.texts("scopes", &operation.scopes),
            [one] => self.texts("scopes", &operation.scopes.iter().chain(one).cloned().collect::<Vec<_>>()),
            _ => {
                self.texts("scopes", &operation.scopes);
                let words = routes::scopes(operation).pop().unwrap_or_default();
                self.comment("scopes", &words, "of the contract");
            }
        }
    }

    fn retire(&mut self, retire: Option<&Retire>) {
        let Some(retire) = retire else { return };
        self.below("retire", |lines| {
            for (key, day) in [("since", &retire.since), ("on", &retire.on)] {
                if let Some(day) = day {
                    lines.said(key, &day.value.to_string(), day.span);
                }
            }
            if let Some(link) = &retire.link {
                lines.said("link", &text(&link.value), link.span);
            }
        });
    }

    fn ask(&mut self, ask: Option<&Ask>) {
        let Some(ask) = ask else { return };
        let default = self.planner.defaults.ask_deadline;
        self.below("ask", |lines| {
            if let Some(http) = &ask.http {
                let (url, target) = &http.value;
                lines.said("http", &text(&format!("{url}{target}")), http.span);
            }
            if let Some(grpc) = &ask.grpc {
                lines.said("grpc", &text(&grpc.value.to_string()), grpc.span);
            }
            lines.duration("deadline", ask.deadline.as_ref(), default);
            lines.texts("headers", &ask.headers);
        });
    }

    fn access(&mut self, access: &Access) {
        if let Some(callers) = &access.callers {
            self.callers(callers);
        }
        if let Some(public) = access.public {
            self.said("public", "true", public);
        }
    }

    fn bounds(&mut self, holds: &Effective<'_>) {
        self.inherited("deadline", holds.deadline, write_duration);
        self.inherited("idle", holds.idle, write_duration);
        self.inherited("body", holds.body, write_size);
    }
}
