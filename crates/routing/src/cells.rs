//! Requests that stand for all others: enough of them to compare what two sets of routes publish.
//!
//! For any request there is one here that each of the two sets leads to the same
//! template as that request. Why: let `q` be a request, `a` and `b` the
//! templates that win it. The request made of what `a` and `b` have in common,
//! with their literals and otherwise with segments that occur nowhere, fits
//! no template that `q` does not fit, and fits `a` and `b`. So the same two win it.
//! A template that ends in `**` is tried at every length that another template
//! could tell apart, with and without a slash at the end.
//!
//! Left out are segments with a `;`, which only a literal that has one matches.

use std::collections::{BTreeSet, HashSet};

use crate::template::Segment;
use crate::{HostPattern, Route, Template};

/// A host and a path, as a request would have them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    /// In lower case, without port.
    pub host: String,
    /// Percent-encoded, without query.
    pub path: String,
}

/// More cells than this are not made.
const AT_MOST: usize = 1 << 20;

/// One cell for each way in which a request can be led by both sets; `None` where they would be too many.
///
/// `hosts` are further hosts that something depends on, such as the names of a door.
#[must_use]
pub fn cells(first: &[Route], second: &[Route], hosts: &[HostPattern]) -> Option<Vec<Cell>> {
    let fresh = fresh_segment(first.iter().chain(second));
    let depth = first.iter().chain(second).map(|route| route.template.segments().len()).max().unwrap_or_default();
    let patterns = first.iter().chain(second).filter_map(|route| route.host.as_ref()).chain(hosts);
    let mut all = HashSet::new();
    for host in hosts_of(patterns) {
        let (first, second) = (covering(first, &host), covering(second, &host));
        let made = Maker { fresh: &fresh, depth, paths: HashSet::new() }.make(&first, &second);
        all.extend(made.into_iter().map(|path| Cell { host: host.clone(), path }));
        if all.len() > AT_MOST {
            return None;
        }
    }
    let mut all: Vec<Cell> = all.into_iter().collect();
    all.sort();
    Some(all)
}

/// A host for each set of patterns that can cover one.
fn hosts_of<'r>(patterns: impl Iterator<Item = &'r HostPattern>) -> BTreeSet<String> {
    let patterns: BTreeSet<&HostPattern> = patterns.collect();
    let is_free =
        |host: &str| !patterns.iter().any(|pattern| matches!(pattern, HostPattern::Exact(name) if name == host));
    let below = |name: &str| (0..).map(|n| format!("any{n}.{name}")).find(|host| is_free(host));
    let mut hosts: BTreeSet<String> = patterns
        .iter()
        .filter_map(|pattern| match pattern {
            HostPattern::Exact(name) => Some(name.clone()),
            HostPattern::Wildcard(name) => below(name),
        })
        .collect();
    // Three labels deep under a name that is nobody's (RFC 2606 §2): no pattern covers it that does not cover all.
    let nobody = |n: u32| format!("any.any{n}.invalid");
    hosts.extend((0..).map(nobody).find(|host| !patterns.iter().any(|pattern| pattern.covers(host))));
    hosts
}

fn covering<'r>(routes: &'r [Route], host: &str) -> Vec<&'r Template> {
    let mut seen = HashSet::new();
    routes
        .iter()
        .filter(|route| route.host.as_ref().is_none_or(|pattern| pattern.covers(host)))
        .map(|route| &route.template)
        .filter(|template| seen.insert(template.segments()))
        .collect()
}

/// A segment that no template has as a literal.
fn fresh_segment<'r>(routes: impl Iterator<Item = &'r Route>) -> String {
    let literals: HashSet<&str> = routes
        .flat_map(|route| route.template.segments())
        .filter_map(|segment| match segment {
            Segment::Literal(text) => Some(&**text),
            Segment::Parameter(_) | Segment::Rest => None,
        })
        .collect();
    (0_u64..).map(|n| format!("any{n}")).find(|text| !literals.contains(text.as_str())).unwrap_or_default()
}

struct Maker<'a> {
    fresh: &'a str,
    depth: usize,
    paths: HashSet<String>,
}

impl Maker<'_> {
    fn make(mut self, first: &[&Template], second: &[&Template]) -> HashSet<String> {
        for template in first.iter().chain(second) {
            self.instances(&Shape::of(template));
        }
        for one in first {
            for other in second {
                if let Some(shape) = Shape::common(one.segments(), other.segments()) {
                    self.instances(&shape);
                }
                if self.paths.len() > AT_MOST {
                    return self.paths;
                }
            }
        }
        self.paths
    }

    fn instances(&mut self, shape: &Shape<'_>) {
        let mut path = String::new();
        for segment in &shape.segments {
            path.push('/');
            match segment {
                Some(literal) => encode(&mut path, literal),
                None => path.push_str(self.fresh),
            }
        }
        if !shape.rest {
            self.paths.insert(path);
            return;
        }
        // One more than the longest template: what is longer still is told apart by none.
        for _ in shape.segments.len()..=self.depth + 1 {
            self.paths.insert(format!("{path}/"));
            if !path.is_empty() {
                self.paths.insert(path.clone());
            }
            path.push('/');
            path.push_str(self.fresh);
        }
        self.paths.insert(path);
    }
}

/// What paths look like: literals, any segment where there is none, and whether anything may follow.
struct Shape<'t> {
    segments: Vec<Option<&'t str>>,
    rest: bool,
}

impl<'t> Shape<'t> {
    fn of(template: &'t Template) -> Self {
        let mut shape = Self { segments: Vec::new(), rest: false };
        shape.follow(template.segments());
        shape
    }

    fn follow(&mut self, segments: &'t [Segment]) {
        for segment in segments {
            match segment {
                Segment::Literal(text) => self.segments.push(Some(text)),
                Segment::Parameter(_) => self.segments.push(None),
                Segment::Rest => self.rest = true,
            }
        }
    }

    /// What fits both; `None` where nothing does.
    fn common(mut one: &'t [Segment], mut other: &'t [Segment]) -> Option<Self> {
        let mut shape = Self { segments: Vec::new(), rest: false };
        loop {
            let segment = match (one.split_first(), other.split_first()) {
                (None, None) => return Some(shape),
                (Some((Segment::Rest, _)), _) => {
                    shape.follow(other);
                    return Some(shape);
                }
                (_, Some((Segment::Rest, _))) => {
                    shape.follow(one);
                    return Some(shape);
                }
                (None, _) | (_, None) => return None,
                (Some((first, after_one)), Some((second, after_other))) => {
                    (one, other) = (after_one, after_other);
                    match (first, second) {
                        (Segment::Literal(a), Segment::Literal(b)) if a == b => Some(&**a),
                        (Segment::Literal(text), Segment::Parameter(_))
                        | (Segment::Parameter(_), Segment::Literal(text))
                            if !text.is_empty() && !text.contains(';') =>
                        {
                            Some(&**text)
                        }
                        (Segment::Parameter(_), Segment::Parameter(_)) => None,
                        _ => return None,
                    }
                }
            };
            shape.segments.push(segment);
        }
    }
}

/// A decoded segment as a path has it (RFC 3986 §3.3).
fn encode(path: &mut String, segment: &str) {
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()+,;=:@".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests;
