//! Mail over SMTP (RFC 5321), always with TLS.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE32_NOPAD;
use lettre::address::AddressError as BadAddress;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use model::Secret;
use policy::HouseWork;
use upstream::{Destination, Dialler, house};

use super::{Letter, MailError, Mailer};
use crate::accounts::Address;
use crate::{MailServer, MailTls};

/// Connecting to one address, or looking its name up.
const PATIENCE: Duration = Duration::from_secs(10);
/// Addresses of the server that are tried.
const ADDRESSES: usize = 3;

/// All that sending needs to know.
#[derive(Debug)]
pub struct SmtpSettings {
    /// Where mail is handed over.
    pub server: MailServer,
    /// From whom it is.
    pub from: Address,
    /// The name beside that address.
    pub name: Box<str>,
    /// User and password at the server.
    pub credentials: Option<(Box<str>, Arc<Secret<String>>)>,
    /// Whose certificates are believed, in DER; with none, no server is.
    pub anchors: Vec<Vec<u8>>,
}

/// Hands mails over to a server.
pub struct Smtp {
    settings: SmtpSettings,
    destination: Destination,
    dialler: Dialler,
    tls: TlsParameters,
    hello: ClientId,
    from: Mailbox,
}

impl Smtp {
    /// Prepares sending; nothing is connected yet.
    ///
    /// # Errors
    /// A certificate among the anchors cannot be read, or the destination may not be called.
    pub fn new(settings: SmtpSettings, dialler: Dialler) -> Result<Self, MailError> {
        let refused = |error: &dyn std::fmt::Display| MailError::Refused(error.to_string().into());
        let MailServer { host, port, .. } = &settings.server;
        let destination = Destination::configured(host, *port).map_err(|error| refused(&error))?;
        let mut tls = TlsParameters::builder(host.to_string()).certificate_store(CertificateStore::None);
        for anchor in &settings.anchors {
            tls = tls.add_root_certificate(Certificate::from_der(anchor.clone()).map_err(|error| refused(&error))?);
        }
        let tls = tls.build_rustls().map_err(|error| refused(&error))?;
        let from = mailbox(&settings.from, Some(&settings.name)).map_err(|error| refused(&error))?;
        let domain = settings.from.as_str().rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let hello = ClientId::Domain(domain.to_owned());
        Ok(Self { destination, dialler, tls, hello, from, settings })
    }

    async fn hand_over(&self, letter: &Letter) -> Result<(), MailError> {
        let message = self.message(letter)?;
        let away = |error: &dyn std::fmt::Display| MailError::Away(error.to_string().into());
        let found = self.dialler.resolve(house(HouseWork::Mail), &self.destination, PATIENCE).await;
        let mut last = MailError::Away("the server has no address".into());
        for address in found.map_err(|error| away(&error))?.into_iter().take(ADDRESSES) {
            match self.hand_over_at(address, &message).await {
                Err(error @ MailError::Away(_)) => last = error,
                done => return done,
            }
        }
        Err(last)
    }

    async fn hand_over_at(&self, address: SocketAddr, message: &Message) -> Result<(), MailError> {
        let implicit = (self.settings.server.tls == MailTls::AtOnce).then(|| self.tls.clone());
        let connected = AsyncSmtpConnection::connect_tokio1(address, Some(PATIENCE), &self.hello, implicit, None);
        let mut server = connected.await.map_err(|error| told(&error))?;
        if self.settings.server.tls == MailTls::StartTls {
            if !server.can_starttls() {
                server.abort().await;
                return Err(MailError::Refused("the server offers no STARTTLS".into()));
            }
            server.starttls(self.tls.clone(), &self.hello).await.map_err(|error| told(&error))?;
        }
        if let Some((user, password)) = &self.settings.credentials {
            let credentials = Credentials::new(user.to_string(), password.expose().clone());
            let signed = server.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
            signed.map_err(|error| told(&error))?;
        }
        let sent = server.send(message.envelope(), &message.formatted()).await;
        // It is the server's already; how the connection ends changes nothing.
        let _ = server.quit().await;
        sent.map(|_| ()).map_err(|error| told(&error))
    }

    fn message(&self, letter: &Letter) -> Result<Message, MailError> {
        let refused = |error: &dyn std::fmt::Display| MailError::Refused(error.to_string().into());
        let to = mailbox(&letter.to, None).map_err(|error| refused(&error))?;
        let mut random = [0; 16];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| MailError::Away("no randomness".into()))?;
        let id = format!("<{}@{}>", BASE32_NOPAD.encode(&random).to_ascii_lowercase(), self.hello_domain());
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject.clone())
            .message_id(Some(id))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.expose().clone())
            .map_err(|error| refused(&error))
    }

    fn hello_domain(&self) -> &str {
        self.settings.from.as_str().rsplit_once('@').map_or("localhost", |(_, domain)| domain)
    }
}

impl Mailer for Smtp {
    fn send<'a>(&'a self, letter: &'a Letter) -> Pin<Box<dyn Future<Output = Result<(), MailError>> + Send + 'a>> {
        Box::pin(self.hand_over(letter))
    }
}

fn mailbox(address: &Address, name: Option<&str>) -> Result<Mailbox, BadAddress> {
    Ok(Mailbox::new(name.map(ToOwned::to_owned), address.as_str().parse()?))
}

/// What the server said: a 5xx is a refusal, as is a certificate that is not believed; all else may pass.
fn told(error: &lettre::transport::smtp::Error) -> MailError {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(deeper) = source {
        text = format!("{text}: {deeper}");
        source = deeper.source();
    }
    // What a server says goes to the log; it is bounded there as here.
    let text: String = text.chars().filter(|at| !at.is_control()).take(300).collect();
    if error.is_permanent() || error.is_tls() { MailError::Refused(text.into()) } else { MailError::Away(text.into()) }
}

/// RFC 3834 §5: so that no holiday notice answers.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
