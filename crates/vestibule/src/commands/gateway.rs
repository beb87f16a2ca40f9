//! Talking to the running gateway over its admin socket.

use std::path::{Path, PathBuf};

use admin::client::{Answer, ClientError};
use admin::{NounAnswer, NounFailure};
use hyper::body::Bytes;

use super::load;
use crate::cli::EveryCommand;
use crate::failure::{Exit, Failure};

/// Where the socket is when neither the file nor anybody else says so.
const STANDING: &str = "vestibule-data/admin.sock";

/// Sends one request and waits for its answer.
///
/// # Errors
/// No gateway, or none that answers in time (4), or somebody else's (5).
pub(super) fn ask(every: &EveryCommand, method: &str, target: &str) -> Result<Answer, Failure> {
    send(every, method, target, Bytes::new())
}

/// The same with a body.
///
/// # Errors
/// As [`ask`].
pub(super) fn send(every: &EveryCommand, method: &str, target: &str, body: Bytes) -> Result<Answer, Failure> {
    let socket = socket(every)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::ours("no runtime").because(&error))?;
    let sent = admin::client::send(&socket, method, target, body, every.timeout);
    runtime.block_on(sent).map_err(|error| failed(&error))
}

/// Asks for one thing of a kind, such as a key; what stands against it is a failure with the gateway's own words.
///
/// # Errors
/// As [`ask`], and used wrongly (2), no such thing (6), conflict (7), or a store that does not answer (4).
pub(super) fn noun(
    every: &EveryCommand,
    noun: &str,
    verb: &str,
    asked: &serde_json::Value,
) -> Result<NounAnswer, Failure> {
    let answer = send(every, "POST", &format!("/{noun}/{verb}"), Bytes::from(asked.to_string()))?;
    let Ok(said) = serde_json::from_slice::<NounAnswer>(&answer.body) else {
        return Err(match answer.status {
            404 => Failure::new(Exit::NoSuchThing, "no-such-noun", format!("the running gateway keeps no {noun}"))
                .help("it may be an earlier version, or have no store"),
            413 => Failure::new(Exit::Usage, "too-long", "more was asked than the gateway takes"),
            _ => Failure::new(Exit::Unreachable, "broken", "the gateway's answer is none"),
        });
    };
    let Some(error) = said.error else { return Ok(said) };
    let exit = match NounFailure::of_status(answer.status) {
        Some(NounFailure::Wrong) => Exit::Usage,
        Some(NounFailure::Missing) => Exit::NoSuchThing,
        Some(NounFailure::Conflict) => Exit::Conflict,
        Some(NounFailure::Unavailable) => Exit::Unreachable,
        Some(NounFailure::Ours) | None => Exit::Ours,
    };
    let failure = Failure::new(exit, error.code, error.message);
    let failure = Failure { at: error.at, ..failure };
    Err(match error.help {
        Some(help) => failure.help(help),
        None => failure,
    })
}

/// Why there is no answer, as a command ends with it.
pub(super) fn failed(error: &ClientError) -> Failure {
    let failure = match error {
        ClientError::Unreachable { .. } => Failure::new(Exit::Unreachable, "unreachable", error.to_string())
            .help("start it with `vestibule run`, or name it with `--admin`"),
        ClientError::TimedOut { .. } => Failure::new(Exit::Unreachable, "timed-out", error.to_string()),
        ClientError::NotAllowed { .. } => Failure::new(Exit::NotAllowed, "not-allowed", error.to_string())
            .help("run this as the user that runs the gateway"),
        ClientError::Broken { .. } => Failure::new(Exit::Unreachable, "broken", error.to_string()),
        ClientError::Request { .. } => Failure::ours(error.to_string()),
    };
    failure.because(error)
}

/// `--admin`, `$VESTIBULE_ADMIN`, what the file says, then the socket in the data directory beside where a file would be.
pub(super) fn socket(every: &EveryCommand) -> Result<PathBuf, Failure> {
    let named = every.admin.clone().or_else(|| std::env::var("VESTIBULE_ADMIN").ok().filter(|text| !text.is_empty()));
    if let Some(address) = named {
        return address.strip_prefix("unix:").filter(|path| !path.is_empty()).map(PathBuf::from).ok_or_else(|| {
            Failure::new(Exit::Usage, "bad-address", format!("`{address}` is not the address of an admin socket"))
                .help("write `unix:PATH`")
        });
    }
    // The file may have been moved since the gateway read it: its socket is still where it was, beside the old place.
    let beside = |file: &Path| file.parent().unwrap_or_else(|| Path::new("")).join(STANDING);
    let file = match (load::find(every), load::said(every)) {
        (Ok(file), _) => file,
        (Err(missing), said) => {
            let socket = beside(&said.unwrap_or_default());
            let help = "name the gateway's socket with `--admin unix:PATH`: `run` prints it when it starts; \
                        or write a file with `vestibule init`";
            return if socket.exists() { Ok(socket) } else { Err(missing.help(help)) };
        }
    };
    // A file that has faults now is no reason not to reach the gateway that runs an earlier state of it.
    Ok(match load::load(&file) {
        Ok(loaded) => loaded.plan.admin_socket,
        Err(_) => beside(&file),
    })
}

/// A path as the value of a query (RFC 3986 §2.1).
pub(super) fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(byte) {
            text.push(char::from(*byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
