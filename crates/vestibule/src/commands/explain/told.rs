//! An explanation as it is told: a table for people, one object for scripts.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use config::{Loaded, Origin};
use gateway::{Explanation, Verdict};
use model::{Caller, Problem};
use serde_json::{Map, Value, json};

use super::asked::Asked;
use super::stages::{self, Facts, Line, Result};
use crate::terminal::{Style, Terminal};

/// Everything there is to tell.
pub(super) struct Account<'a> {
    pub(super) asked: &'a Asked,
    pub(super) from: IpAddr,
    pub(super) door: usize,
    pub(super) explanation: &'a Explanation,
    pub(super) loaded: &'a Loaded,
}

impl Account<'_> {
    fn lines(&self) -> Vec<Line> {
        stages::lines(&Facts {
            settings: &self.loaded.plan.gateway,
            origins: &self.loaded.report.origins,
            door: self.door,
            explanation: self.explanation,
            method: &self.asked.method,
        })
    }

    /// The verdict, then a line for each stage that the request came to.
    pub(super) fn print(&self, terminal: &Terminal) {
        let at = stages::number(self.explanation.reached);
        let place = format!("at stage {at} of {}", stages::COUNT);
        match &self.explanation.verdict {
            Verdict::Forwarded { request_line, .. } => {
                let line = format!("allowed; the service would see `{request_line}`");
                terminal.result(terminal.paint(Style::Green, line));
            }
            Verdict::Answered { with } => {
                let line = format!("allowed; the house would answer with {with}");
                terminal.result(terminal.paint(Style::Green, line));
            }
            Verdict::Refused { truth, seen } => {
                let line = format!("refused with {} `{}` {place}", truth.status(), truth.code.as_str());
                terminal.result(terminal.paint(Style::Yellow, line));
                if seen.code != truth.code {
                    terminal.result(format_args!("the caller sees {} `{}`", seen.status(), seen.code.as_str()));
                }
            }
            Verdict::Closed { .. } => {
                terminal.result(terminal.paint(Style::Yellow, format_args!("no connection: refused before {place}")));
            }
        }
        terminal.result("");
        let lines = self.lines();
        let lines: Vec<&Line> = lines.iter().filter(|line| line.result != Result::Skipped).collect();
        let width = lines.iter().map(|line| line.because.chars().count()).max().unwrap_or_default().min(64);
        for (number, line) in (1..).zip(lines) {
            let result = if line.result == Result::Passed { "ok" } else { "refused" };
            let origin = line.origin.as_ref().map(Origin::words).unwrap_or_default();
            let loosened = line.loosened_by.iter().map(|name| format!("  loosened: {name}")).collect::<String>();
            let stage = line.stage.as_str();
            let text = format!("{number:>2} {stage:<9} {result:<8} {:<width$}  {origin}{loosened}", line.because);
            terminal.result(text.trim_end());
        }
        if let Verdict::Forwarded { identity: Some(identity), .. } = &self.explanation.verdict {
            terminal.result("");
            terminal.result(format_args!("in `Vestibule-Identity`: {}", Value::Object(identity.clone())));
        }
    }

    /// The object of `--json`.
    pub(super) fn to_json(&self, ok: bool) -> Value {
        let mut object = Map::new();
        let mut say = |key: &str, value: Value| {
            object.insert(key.to_owned(), value);
        };
        say("format", 1.into());
        say("command", "explain".into());
        say("ok", ok.into());
        say("request", self.request_json());
        if let Some(caller) = &self.explanation.caller {
            say("caller", caller_json(caller));
        }
        let settings = &self.loaded.plan.gateway;
        if let Some(door) = settings.doors.get(self.door) {
            say("door", json!({ "name": &*door.door.name, "kind": door.door.kind.as_str() }));
        }
        let id = self.explanation.operation.and_then(|id| usize::try_from(id.0).ok());
        if let Some(operation) = id.and_then(|id| settings.operations.get(id)) {
            say("api", (*operation.api).into());
            say("operation", (*operation.name).into());
        }
        match &self.explanation.verdict {
            Verdict::Forwarded { .. } | Verdict::Answered { .. } => say("outcome", "allowed".into()),
            Verdict::Refused { truth, seen } => {
                say("outcome", "refused".into());
                say("status", truth.status().into());
                say("problem", truth.code.as_str().into());
                say("seen_by_caller", problem_json(seen));
            }
            // No HTTP answer at all, as in the requests of `demo --json`.
            Verdict::Closed { .. } => {
                say("outcome", "refused".into());
                say("status", 0.into());
                say("seen_by_caller", json!({ "status": 0 }));
            }
        }
        say("stages", self.lines().iter().map(line_json).collect());
        if let Verdict::Forwarded { service, request_line, identity } = &self.explanation.verdict {
            let service = usize::try_from(service.0).ok().and_then(|at| settings.services.get(at));
            let name = service.map_or("", |service| &service.name);
            let mut upstream = json!({ "service": name, "request_line": request_line });
            if let (Some(members), Some(identity)) = (upstream.as_object_mut(), identity) {
                members.insert("identity".to_owned(), Value::Object(identity.clone()));
            }
            let operation = id.and_then(|id| settings.operations.get(id));
            if let (Some(members), Some(operation)) = (upstream.as_object_mut(), operation) {
                let millis = |time: Duration| Value::from(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
                members.insert("deadline_ms".to_owned(), millis(operation.deadline));
                // The deadline is for the beginning of a stream; this ends it.
                if operation.streams.answer {
                    members.insert("idle_ms".to_owned(), millis(operation.idle));
                }
            }
            say("upstream", upstream);
        }
        Value::Object(object)
    }

    fn request_json(&self) -> Value {
        let mut request = json!({ "method": self.asked.method, "url": self.asked.url, "from": self.from.to_string() });
        if let (Some(members), Some((host, path))) = (request.as_object_mut(), &self.explanation.canonical) {
            members.insert("canonical".to_owned(), json!({ "host": host, "path": path }));
        }
        request
    }
}

fn problem_json(problem: &Problem) -> Value {
    json!({ "status": problem.status(), "problem": problem.code.as_str() })
}

fn caller_json(caller: &Caller) -> Value {
    match caller {
        Caller::Anonymous => json!({ "kind": "anonymous" }),
        Caller::Key(key) => {
            let scopes = words(&key.scopes);
            json!({ "kind": "key", "name": &*key.name, "key_kind": key.kind.as_str(), "scopes": scopes })
        }
        Caller::Workload(workload) => {
            let mut object = json!({ "kind": "workload", "name": &*workload.name });
            if let (Some(members), Some(id)) = (object.as_object_mut(), &workload.id) {
                members.insert("id".to_owned(), id.as_str().into());
            }
            object
        }
        Caller::User(user) => json!({
            "kind": "user", "name": &*user.name, "issuer": &*user.issuer, "app": &*user.app,
            "via": user.via.as_str(), "scopes": words(&user.scopes),
        }),
        Caller::App(app) => {
            json!({ "kind": "app", "name": &*app.name, "issuer": &*app.issuer, "scopes": words(&app.scopes) })
        }
    }
}

fn words(texts: &[Arc<str>]) -> Vec<&str> {
    texts.iter().map(|text| &**text).collect()
}

fn line_json(line: &Line) -> Value {
    let result = match line.result {
        Result::Passed => "passed",
        Result::Refused => "refused",
        Result::Skipped => "skipped",
    };
    let mut object = json!({ "stage": line.stage.as_str(), "result": result });
    let Some(members) = object.as_object_mut() else { return object };
    if line.result == Result::Skipped {
        return object;
    }
    let default = line.origin.as_ref().filter(|origin| origin.at.is_none()).map(|origin| &origin.default);
    let because = match default {
        Some(default) => format!("{} ({default})", line.because),
        None => line.because.clone(),
    };
    members.insert("because".to_owned(), because.into());
    if !line.loosened_by.is_empty() {
        members.insert("loosened_by".to_owned(), line.loosened_by.clone().into());
    }
    if let Some(at) = line.origin.as_ref().and_then(Origin::to_json) {
        members.insert("at".to_owned(), at);
    }
    object
}
