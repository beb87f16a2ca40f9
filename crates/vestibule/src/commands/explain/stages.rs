//! The stages of an explained request in their order: how each ended, why, and the line that said so.

use config::value::write_duration;
use config::{OperationOrigins, Origin};
use gateway::{Explanation, OperationSettings, Settings, Verdict};
use model::{Caller, Stage};

/// The stages that there are, in the order in which a request passes them.
const ORDER: [Stage; 8] = [
    Stage::Intake,
    Stage::Route,
    Stage::Address,
    Stage::Identify,
    Stage::Policy,
    Stage::Inspect,
    Stage::Ask,
    Stage::Forward,
];

/// How many there are.
pub(super) const COUNT: usize = ORDER.len();

/// How a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Result {
    Passed,
    Refused,
    Skipped,
}

/// One stage of one request.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) stage: Stage,
    pub(super) result: Result,
    pub(super) because: String,
    pub(super) origin: Option<Origin>,
    pub(super) loosened_by: Vec<&'static str>,
}

/// What the lines are written from.
pub(super) struct Facts<'a> {
    pub(super) settings: &'a Settings,
    pub(super) origins: &'a [OperationOrigins],
    pub(super) door: usize,
    pub(super) explanation: &'a Explanation,
    pub(super) method: &'a str,
}

/// The number of a stage, from 1.
pub(super) fn number(stage: Stage) -> usize {
    ORDER.iter().position(|each| *each == stage).map_or(0, |at| at + 1)
}

/// Every stage.
pub(super) fn lines(facts: &Facts<'_>) -> Vec<Line> {
    let reached = facts.explanation.reached;
    let forwarded = matches!(facts.explanation.verdict, Verdict::Forwarded { .. } | Verdict::Answered { .. });
    ORDER
        .iter()
        .map(|stage| {
            let result = match number(*stage).cmp(&number(reached)) {
                std::cmp::Ordering::Less => Result::Passed,
                std::cmp::Ordering::Equal if forwarded => Result::Passed,
                std::cmp::Ordering::Equal => Result::Refused,
                std::cmp::Ordering::Greater => Result::Skipped,
            };
            facts.line(*stage, result)
        })
        .collect()
}

impl Facts<'_> {
    fn line(&self, stage: Stage, result: Result) -> Line {
        if result == Result::Skipped {
            return Line { stage, result, because: String::new(), origin: None, loosened_by: Vec::new() };
        }
        let because = match (result, &self.explanation.verdict) {
            (Result::Refused, Verdict::Refused { truth, .. }) => truth.detail.to_string(),
            (Result::Refused, Verdict::Closed { why }) => (*why).to_owned(),
            _ => self.passed(stage),
        };
        let origin = self.origin(stage);
        Line { stage, result, because, origin, loosened_by: self.loosened_by(stage) }
    }

    fn operation(&self) -> Option<&OperationSettings> {
        self.settings.operations.get(usize::try_from(self.explanation.operation?.0).ok()?)
    }

    fn origins(&self) -> Option<&OperationOrigins> {
        self.origins.get(usize::try_from(self.explanation.operation?.0).ok()?)
    }

    fn door_name(&self) -> &str {
        self.settings.doors.get(self.door).map_or("", |door| &door.door.name)
    }

    /// Why a stage was passed.
    fn passed(&self, stage: Stage) -> String {
        let operation = self.operation();
        match stage {
            Stage::Intake => self
                .explanation
                .canonical
                .as_ref()
                .map_or_else(String::new, |(host, path)| format!("{} {path}, host {host}", self.method)),
            Stage::Route => operation.map_or_else(String::new, |operation| {
                format!("door {}, api {}, operation {}", self.door_name(), operation.api, operation.name)
            }),
            Stage::Address if operation.is_some_and(|operation| operation.networks.is_empty()) => {
                "any network".to_owned()
            }
            Stage::Address => "the address is inside the networks".to_owned(),
            Stage::Identify => self.explanation.caller.as_ref().map_or_else(String::new, caller_words),
            Stage::Policy => self.admitted(),
            Stage::Inspect => operation.map_or_else(String::new, |operation| {
                format!("a body of at most {}", config::value::write_size(operation.body_bytes))
            }),
            Stage::Ask => operation.and_then(|operation| operation.ask.as_ref()).map_or_else(
                || "nobody else is asked".to_owned(),
                |ask| format!("{} is asked at {}{}, and may refuse", ask.name, ask.authority, ask.target),
            ),
            _ => self.forwarded(),
        }
    }

    fn admitted(&self) -> String {
        let rule = self.explanation.operation.and_then(|id| self.settings.rules.rule(id));
        let anonymous = self.explanation.caller == Some(Caller::Anonymous);
        match rule {
            Some(rule) if rule.public && (anonymous || rule.ways.is_empty()) => "anyone may call".to_owned(),
            _ => "one of the callers".to_owned(),
        }
    }

    fn forwarded(&self) -> String {
        let (service, request_line) = match &self.explanation.verdict {
            Verdict::Forwarded { service, request_line, .. } => (service, request_line),
            Verdict::Answered { with } => return format!("the house answers with {with}"),
            Verdict::Refused { .. } | Verdict::Closed { .. } => return String::new(),
        };
        let service = usize::try_from(service.0).ok().and_then(|at| self.settings.services.get(at));
        let name = service.map_or("", |service| &service.name);
        let Some(operation) = self.operation() else { return String::new() };
        let deadline = write_duration(operation.deadline);
        let silence = match operation.streams.answer {
            true => format!(" to begin, idle {}", write_duration(operation.idle)),
            false => String::new(),
        };
        format!("service {name} sees {request_line}, deadline {deadline}{silence}")
    }

    fn origin(&self, stage: Stage) -> Option<Origin> {
        let origins = self.origins()?;
        match stage {
            Stage::Route => Some(origins.operation.clone()),
            Stage::Address => Some(origins.networks.clone()),
            Stage::Policy => Some(origins.callers.clone()),
            Stage::Inspect => Some(origins.body.clone()),
            Stage::Ask => origins.ask.clone(),
            Stage::Forward => Some(origins.deadline.clone()),
            _ => None,
        }
    }

    /// The loosenings of the API and its door that touch a stage.
    fn loosened_by(&self, stage: Stage) -> Vec<&'static str> {
        let touching: &[&str] = match stage {
            Stage::Intake => &["plaintext", "tls-1.2", "certificate-optional", "public-address"],
            Stage::Address => &["any-network"],
            Stage::Identify => &["no-certificate"],
            _ => &[],
        };
        let loosened = self.origins().map(|origins| origins.loosened.as_slice()).unwrap_or_default();
        loosened.iter().copied().filter(|name| touching.contains(name)).collect()
    }
}

/// Who, in words.
fn caller_words(caller: &Caller) -> String {
    match caller {
        Caller::Anonymous => "nobody said who they are".to_owned(),
        Caller::Key(key) if key.name.starts_with("any ") => key.name.to_string(),
        Caller::Key(key) => format!("{} key {}", key.kind, key.name),
        Caller::Workload(workload) => format!("workload {}", workload.name),
        Caller::User(user) => format!("user {} by {} through {}", user.name, user.via, user.app),
        Caller::App(app) => format!("app {}", app.name),
    }
}
