//! Why a command ends otherwise than with 0: an exit code, a stable word, a sentence, and what to do.

use std::borrow::Cow;

use serde_json::{Value, json};

/// The exit codes; their meaning is the same for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; or the answer is yes.
    Done = 0,
    /// The answer is no.
    No = 1,
    /// Used wrongly.
    Usage = 2,
    /// The configuration has faults.
    Faulty = 3,
    /// Cannot reach the gateway, or it timed out.
    Unreachable = 4,
    /// Not allowed.
    NotAllowed = 5,
    /// No such thing.
    NoSuchThing = 6,
    /// Exists already, or the address is in use.
    Conflict = 7,
    /// Applied, then taken back.
    TakenBack = 8,
    /// A fault of the program itself.
    Ours = 70,
    /// SIGINT before it had finished.
    Interrupted = 130,
    /// SIGTERM before it had finished.
    Terminated = 143,
}

/// A command that did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    /// How the process ends.
    pub(crate) exit: Exit,
    /// A stable word for it, in kebab-case.
    pub(crate) code: Cow<'static, str>,
    /// What happened, in one sentence.
    pub(crate) message: String,
    /// What to write or run.
    pub(crate) help: Option<String>,
    /// The place in the file that it is about, as `--json` tells it.
    pub(crate) at: Option<Box<Value>>,
    /// The error below, shown with `--verbose`.
    pub(crate) causes: Vec<String>,
    /// Nothing is left to print: the command has said it all.
    pub(crate) told: bool,
}

impl Failure {
    /// A failure that ends the process with `exit`.
    pub(crate) fn new(exit: Exit, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { exit, code: code.into(), message: message.into(), help: None, at: None, causes: Vec::new(), told: false }
    }

    /// An end that needs no further words.
    pub(crate) fn told(exit: Exit) -> Self {
        Self { told: true, ..Self::new(exit, "", "") }
    }

    /// A mistake of this program; the message is for whoever mends it.
    pub(crate) fn ours(message: impl Into<String>) -> Self {
        Self::new(Exit::Ours, "internal", message)
            .help("this is a fault of vestibule itself; please report it as SECURITY.md or README.md say")
    }

    /// A file or folder that could not be read or written.
    pub(crate) fn file(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let exit = match error.kind() {
            std::io::ErrorKind::NotFound => Exit::NoSuchThing,
            std::io::ErrorKind::PermissionDenied => Exit::NotAllowed,
            std::io::ErrorKind::AlreadyExists => Exit::Conflict,
            _ => Exit::Unreachable,
        };
        Self::new(exit, "file", format!("cannot {doing} `{}`: {error}", path.display()))
    }

    /// Says what to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Keeps what lies below.
    pub(crate) fn because(mut self, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            self.causes.push(error.to_string());
            next = error.source();
        }
        self
    }

    /// The form for `--json`.
    pub(crate) fn to_json(&self, command: &str) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(members) = error.as_object_mut() {
            members.extend(self.help.as_ref().map(|help| ("help".to_owned(), json!(help))));
            members.extend(self.at.as_deref().map(|at| ("at".to_owned(), at.clone())));
        }
        json!({ "format": 1, "command": command, "ok": false, "error": error })
    }
}
