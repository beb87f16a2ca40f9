//! A trailing slash beside a catch-all: another path, which goes to other callers (decision 0008).

use std::collections::{HashMap, HashSet};

use super::{Rules, effective};
use crate::draft::{Api, Operation};
use crate::fault::{Collector, Fault, FaultCode};
use crate::source::Span;

/// An operation with the API that it belongs to.
type Published<'d> = (&'d Api, &'d Operation);

/// What is published at one door, by host and path.
#[derive(Default)]
struct Paths<'d> {
    /// Catch-alls, by what stands before `/**`.
    catch_alls: HashMap<(Option<&'d str>, String), Published<'d>>,
    others: HashSet<(Option<&'d str>, String)>,
}

impl Rules<'_> {
    pub(super) fn slashes(&self, faults: &mut Collector) {
        let mut doors: HashMap<&str, Paths<'_>> = HashMap::new();
        for api in &self.draft.apis {
            let Some(door) = &api.door else { continue };
            let paths = doors.entry(door.value.as_str()).or_default();
            for operation in &api.operations {
                let Some(path) = path(api, operation) else { continue };
                let host = host(api);
                match path.strip_suffix("/**") {
                    Some(before) => drop(paths.catch_alls.insert((host, before.to_owned()), (api, operation))),
                    None => drop(paths.others.insert((host, path))),
                }
            }
        }
        // One warning for each catch-all: a file that has one beside a hundred routes has made one decision.
        let mut found: Vec<(Published<'_>, Published<'_>, usize)> = Vec::new();
        let mut told: HashMap<Span, usize> = HashMap::new();
        for (one, paths) in self.published_with(&doors) {
            let Some(catch_all) = paths.taker(one) else { continue };
            let at = *told.entry(catch_all.1.name.span).or_insert(found.len());
            match found.get_mut(at) {
                Some((_, _, more)) => *more += 1,
                None => found.push((one, catch_all, 0)),
            }
        }
        for (one, catch_all, more) in found {
            tell(one, catch_all, more, faults);
        }
    }

    /// Every operation in the order of the file, with the paths of its door.
    fn published_with<'p, 'd>(
        &'d self,
        doors: &'p HashMap<&str, Paths<'d>>,
    ) -> impl Iterator<Item = (Published<'d>, &'p Paths<'d>)> {
        let paths = |api: &Api| doors.get(api.door.as_ref()?.value.as_str());
        let apis = self.draft.apis.iter().filter_map(move |api| Some((api, paths(api)?)));
        apis.flat_map(|(api, paths)| api.operations.iter().map(move |operation| ((api, operation), paths)))
    }
}

impl<'d> Paths<'d> {
    /// The catch-all that takes an operation's path with a slash at its end, where others come in by it.
    fn taker(&self, one: Published<'d>) -> Option<Published<'d>> {
        let host = host(one.0);
        let path = path(one.0, one.1).filter(|path| !path.ends_with("/**") && !path.ends_with('/'))?;
        let written = self.others.contains(&(host, format!("{path}/")));
        self.catch_all(host, &path).filter(|catch_all| !written && goes_to_others(one, *catch_all))
    }

    /// The nearest catch-all above a path, at its host or at any.
    fn catch_all(&self, host: Option<&'d str>, path: &str) -> Option<Published<'d>> {
        let mut above = path;
        loop {
            let found = [host, None].into_iter().find_map(|host| self.catch_alls.get(&(host, above.to_owned())));
            match (found, above.rfind('/')) {
                (Some(found), _) => return Some(*found),
                (None, Some(end)) => above = above.get(..end).unwrap_or_default(),
                (None, None) => return None,
            }
        }
    }
}

fn host(api: &Api) -> Option<&str> {
    api.host.as_ref().map(|host| host.value.as_str())
}

/// The path of an operation with its parameters unnamed; `None` where it has its own fault.
fn path(api: &Api, operation: &Operation) -> Option<String> {
    let prefix = api.path.as_ref().map_or("", |path| path.value.trim_end_matches('/'));
    let template = &operation.route.as_ref()?.value.template;
    let unnamed = |segment: &str| if segment.starts_with('{') { "{}".to_owned() } else { segment.to_owned() };
    Some(format!("{prefix}{template}").split('/').map(unnamed).collect::<Vec<_>>().join("/"))
}

/// Whether the catch-all takes the method and lets others in; whoever is public already can only become stricter.
fn goes_to_others(one: Published<'_>, catch_all: Published<'_>) -> bool {
    let method = |(_, operation): Published<'_>| operation.route.as_ref().map(|route| route.value.method.clone());
    let any = |method: &Option<String>| method.as_deref() == Some("ANY");
    let (own, its) = (method(one), method(catch_all));
    let takes = own == its || any(&own) || any(&its);
    let (access, other) = (effective(one.0, one.1), effective(catch_all.0, catch_all.1));
    let scopes =
        |(_, operation): Published<'_>| operation.scopes.iter().map(|scope| scope.value.clone()).collect::<Vec<_>>();
    let same = std::ptr::eq(access, other) && scopes(one) == scopes(catch_all);
    takes && !same && access.public.is_none()
}

fn tell(one: Published<'_>, catch_all: Published<'_>, more: usize, faults: &mut Collector) {
    let words =
        |(_, operation): Published<'_>| operation.route.as_ref().map_or(operation.name.span, |route| route.span);
    let Some(route) = &one.1.route else { return };
    let named = |(api, operation): Published<'_>| format!("{}.{}", api.name.value, operation.name.value);
    let with_slash = format!("{} {}/", route.value.method, route.value.template);
    let more = match more {
        0 => String::new(),
        1 => ", and so does one more".to_owned(),
        more => format!(", and so do {more} more"),
    };
    let message = format!("`{with_slash}` goes to `{}` and its callers{more}", named(catch_all));
    let fault = Fault::new(FaultCode::TrailingSlash, words(one), message).warning();
    faults.push(
        fault
            .label("with a slash at its end it is another path")
            .related(words(catch_all), "this takes it")
            .help(format!("publish `{with_slash}` as well, or name the paths that the catch-all is for")),
    );
}
