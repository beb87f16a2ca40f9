//! How the doors and the admin socket are had, in which order, and what is said where one cannot be had.

use std::net::SocketAddr;
use std::sync::Arc;

use gateway::{Gateway, GatewayError, Identification, Options};
use observe::Observatory;

use super::desk::Desk;
use super::reload;
use crate::failure::{Exit, Failure};
use crate::handover::Heritage;
use crate::holder;

/// What the doors and the admin socket are opened with.
pub(super) struct Start<'a> {
    pub(super) fixed: &'a reload::Fixed,
    pub(super) desk: &'a Arc<Desk>,
    pub(super) observatory: &'a Arc<Observatory>,
    pub(super) identification: Arc<Identification>,
}

impl Start<'_> {
    fn options(&self) -> Options {
        Options { identification: Arc::clone(&self.identification), ..Options::default() }
    }

    async fn admin(&self) -> Result<admin::Server, admin::AdminError> {
        let desk = Arc::clone(self.desk) as Arc<dyn admin::House>;
        admin::Server::start(&self.fixed.admin, desk, Arc::clone(self.observatory)).await
    }

    /// Both, for a gateway that starts alone, or after another one that left it something.
    pub(super) async fn doors(
        &self,
        settings: gateway::Settings,
        heritage: Option<Heritage>,
    ) -> Result<(Gateway, admin::Server), Failure> {
        match heritage {
            None => self.alone(settings).await,
            Some(heritage) => self.after(settings, heritage).await,
        }
    }

    /// The admin socket comes first: only one gateway has it, so that a second one of the same file opens no door.
    async fn alone(&self, settings: gateway::Settings) -> Result<(Gateway, admin::Server), Failure> {
        let admin = self.admin().await.map_err(|error| admin_failed(&error))?;
        match Gateway::start(settings, self.options(), Arc::clone(self.observatory)).await {
            Ok(gateway) => Ok((gateway, admin)),
            Err(error) => {
                admin.stop().await;
                Err(failed_to_open(&error))
            }
        }
    }

    /// The doors come first: they are those of the process before, which has the admin socket until this one serves.
    async fn after(
        &self,
        settings: gateway::Settings,
        heritage: Heritage,
    ) -> Result<(Gateway, admin::Server), Failure> {
        let Heritage { line, sockets } = heritage;
        let started = Gateway::succeed(settings, self.options(), sockets, Arc::clone(self.observatory)).await;
        let gateway = started.map_err(|error| failed_to_open(&error))?;
        line.serving().await.map_err(|error| Failure::ours("the process before cannot be told").because(&error))?;
        let admin = self.admin().await.map_err(|error| admin_failed(&error))?;
        Ok((gateway, admin))
    }
}

/// A data plane that did not start: 7 where an address is taken, and by whom if that can be known.
pub(super) fn failed_to_open(error: &GatewayError) -> Failure {
    match error {
        GatewayError::Listen { address, source } => cannot_listen(*address, source),
        GatewayError::Tls(_) => Failure::new(Exit::Faulty, "tls", error.to_string()).because(error),
        GatewayError::Thread(_) | GatewayError::ThreadEnded => Failure::ours(error.to_string()).because(error),
    }
}

fn cannot_listen(address: SocketAddr, source: &std::io::Error) -> Failure {
    match source.kind() {
        std::io::ErrorKind::AddrInUse => {
            let by = holder::of(address).map(|holder| format!(" by {holder}")).unwrap_or_default();
            Failure::new(Exit::Conflict, "address-in-use", format!("`{address}` is in use{by}"))
                .help("end that process, or let the door `listen` at another address")
        }
        std::io::ErrorKind::PermissionDenied => {
            let message = format!("this user may not listen at `{address}`");
            Failure::new(Exit::NotAllowed, "address-not-allowed", message)
                .help("ports below 1024 need CAP_NET_BIND_SERVICE: choose a higher one, or grant it to the program")
        }
        _ => Failure::new(Exit::Conflict, "address-unusable", format!("cannot listen at `{address}`: {source}")),
    }
}

fn admin_failed(error: &admin::AdminError) -> Failure {
    match error {
        admin::AdminError::Listen { address, source } => cannot_listen(*address, source),
        _ => Failure::new(Exit::Conflict, "admin-socket", error.to_string()).because(error),
    }
}
