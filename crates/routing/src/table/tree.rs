//! The paths of one host as a tree of segments.

mod methods;

use model::OperationId;

use super::BySegment;
use crate::Route;
use crate::template::Segment;
pub(crate) use methods::Methods;

/// One place in the tree: the segments before it have been matched.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    literals: BySegment<Tree>,
    parameter: Option<Box<Tree>>,
    /// Published where a path ends here.
    here: Option<Methods>,
    /// Published for whatever follows, also nothing.
    rest: Option<Methods>,
}

impl Tree {
    /// Publishes one more route; answers with the one that is published there already.
    pub(crate) fn insert(&mut self, route: &Route) -> Result<(), OperationId> {
        let mut place = self;
        for segment in route.template.segments() {
            place = match segment {
                Segment::Literal(text) => place.literals.entry(text.clone()).or_default(),
                Segment::Parameter(_) => place.parameter.get_or_insert_default(),
                Segment::Rest => return place.rest.get_or_insert_default().insert(&route.method, route.operation),
            };
        }
        place.here.get_or_insert_default().insert(&route.method, route.operation)
    }

    /// The most specific template that covers a decoded path, given without its first slash.
    pub(crate) fn find(&self, path: &str) -> Option<&Methods> {
        self.find_rest(Some(path))
    }

    /// `None` is the end of the path, which a trailing slash, `Some("")`, is not.
    ///
    /// Each call is for another place of the tree, so the search ends after as
    /// many steps as there are published prefixes that fit the path; it nests no
    /// deeper than the longest template.
    fn find_rest(&self, path: Option<&str>) -> Option<&Methods> {
        let Some(path) = path else { return self.here.as_ref().or(self.rest.as_ref()) };
        let (segment, after) = first_segment(path);
        let literal = || self.literals.get(segment)?.find_rest(after);
        let parameter = || {
            let tree = self.parameter.as_ref()?;
            if segment.is_empty() || has_parameters(segment) { None } else { tree.find_rest(after) }
        };
        let rest = || self.rest.as_ref().filter(|_| !has_parameters(path));
        literal().or_else(parameter).or_else(rest)
    }
}

/// The segment at the front of a path, and what follows its slash. Octet by octet: segments are short, and to set up a
/// search takes longer than to look.
fn first_segment(path: &str) -> (&str, Option<&str>) {
    let end = path.bytes().position(|octet| octet == b'/');
    let cut = end.and_then(|end| Some((path.get(..end)?, path.get(end + 1..)?)));
    cut.map_or((path, None), |(segment, after)| (segment, Some(after)))
}

/// Whether a segment has parameters (`;`), which servers cut off each in its own way.
fn has_parameters(text: &str) -> bool {
    text.bytes().any(|octet| octet == b';')
}
