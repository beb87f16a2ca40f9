//! What people ask about a configuration: how much is in it, what is reachable, what is loosened, and where each value
//! comes from. Made of the same draft as the plan, beside it, and never read by a request.

mod loosenings;
mod origins;
pub(crate) mod routes;
mod show;

use model::{DoorKind, OperationId};
use routing::Route;

use crate::draft::Draft;
use crate::plan::{Plan, Planner};
use crate::rules;

pub use loosenings::LooseningLine;
pub use origins::{OperationOrigins, Origin};
pub use routes::RouteLine;
pub use show::ShownLine;

/// The answers.
#[derive(Clone, Debug)]
pub struct Report {
    /// How much there is.
    pub summary: Summary,
    /// Every reachable operation, door by door, in the order of the file.
    pub routes: Vec<RouteLine>,
    /// Every loosening, in the order of doors, services and APIs, then every `public: true`.
    pub loosenings: Vec<LooseningLine>,
    /// Where the rules of each operation come from; the index is the number of the operation.
    pub origins: Vec<OperationOrigins>,
    /// The route of each operation; the index is its number.
    pub published: Vec<Route>,
    /// The file with everything filled in that it leaves out.
    pub shown: Vec<ShownLine>,
}

/// An API as the file publishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedApi {
    /// Its name.
    pub name: String,
    /// The kind of its door, where it names one that there is.
    pub door: Option<DoorKind>,
}

impl PublishedApi {
    /// Every API of a draft, in the order of the file.
    pub(crate) fn all(draft: &Draft) -> Vec<Self> {
        let index = rules::Index::new(draft);
        let one = |api: &crate::draft::Api| Self {
            name: api.name.value.clone(),
            door: index.door_of(api).and_then(|door| door.kind),
        };
        draft.written_apis().map(one).collect()
    }
}

/// How much there is in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Published APIs.
    pub apis: usize,
    /// Published operations.
    pub operations: usize,
    /// Doors that an API names.
    pub doors: usize,
    /// Services.
    pub services: usize,
    /// Loosenings, with every `public: true`.
    pub loosenings: usize,
    /// Operations, or whole APIs, that say `public`.
    pub public: usize,
}

impl Summary {
    pub(crate) fn new(draft: &Draft) -> Self {
        let operations =
            || draft.written_apis().flat_map(|api| api.operations.iter().map(move |operation| (api, operation)));
        let index = rules::Index::new(draft);
        Self {
            apis: draft.written_apis().count(),
            operations: operations().count(),
            doors: draft.doors.iter().filter(|door| index.is_used(door)).count(),
            services: draft.services.iter().filter(|service| !service.decides).count(),
            loosenings: rules::loosenings(draft).count() + rules::public_places(draft).count(),
            public: operations().filter(|(api, operation)| rules::effective(api, operation).public.is_some()).count(),
        }
    }

    /// `3 APIs, 41 operations at 2 doors`.
    #[must_use]
    pub fn line(&self) -> String {
        let counted = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        format!(
            "{}, {} at {}",
            counted(self.apis, "API", "APIs"),
            counted(self.operations, "operation", "operations"),
            counted(self.doors, "door", "doors")
        )
    }
}

/// The routes in the order of the file, which is that of their numbers.
fn published(planner: &Planner<'_>) -> Vec<Route> {
    let operations = planner.draft.apis.iter().flat_map(|api| api.operations.iter().map(move |one| (api, one)));
    let numbered = (0..).map(OperationId).zip(operations);
    numbered.filter_map(|(id, (api, operation))| rules::published(api, operation, id)).collect()
}

impl Report {
    pub(crate) fn new(planner: &Planner<'_>, plan: &Plan) -> Self {
        Self {
            summary: Summary::new(planner.draft),
            routes: routes::list(planner, plan),
            loosenings: loosenings::list(planner),
            origins: origins::list(planner),
            published: published(planner),
            shown: show::show(planner, plan),
        }
    }

    /// The whole file as YAML, or the part below a dotted key, with a comment of where each value comes from.
    ///
    /// `None` where nothing has that key.
    #[must_use]
    pub fn show(&self, path: Option<&str>) -> Option<String> {
        show::write(&self.shown, path)
    }
}
