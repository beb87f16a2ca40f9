//! What can keep the admin server from starting.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

/// Why the admin server did not start.
#[derive(Debug, Error)]
pub enum AdminError {
    /// The path of the socket has no directory, or is too long for an address.
    #[error("`{}` cannot be the path of a socket: it needs a directory, and at most 107 bytes", path.display())]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// The directory cannot be made or looked at.
    #[error("the directory `{}` of the admin socket cannot be used", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others could replace the socket.
    #[error("the directory `{}` of the admin socket may be written to by others; `chmod go-w` it, or name another", path.display())]
    DirectoryOpen {
        /// The directory.
        path: PathBuf,
    },
    /// Something else is there, which is not ours to remove.
    #[error("`{}` exists and is not a socket", path.display())]
    Occupied {
        /// The path.
        path: PathBuf,
    },
    /// Another process has it.
    #[error("another gateway answers at `{}`", path.display())]
    InUse {
        /// The path.
        path: PathBuf,
    },
    /// The socket cannot be made.
    #[error("the admin socket `{}` cannot be opened", path.display())]
    Bind {
        /// The path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A plain address cannot be listened at.
    #[error("`{address}` cannot be listened at")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}
