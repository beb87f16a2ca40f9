//! Talking to the running gateway over its admin socket.

use std::path::{Path, PathBuf};

use admin::client::{Answer, ClientError};
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
