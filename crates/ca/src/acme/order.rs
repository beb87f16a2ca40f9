//! One order, from the account to a certificate that was looked at (RFC 8555 §7.4).

use std::time::{Duration, SystemTime};

use instant_acme::{
    Account, AuthorizationStatus, ChallengeType, Error, ExternalAccountKey, Identifier, NewAccount, NewOrder, Order,
    OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::parse_x509_certificate;

use super::https::Https;
use super::{AcmeError, AcmeSettings, Challenge, Proof, Store};
use crate::Leaf;

/// How long a CA may take to check, and to sign; it is asked now and then.
const POLLS: RetryPolicy =
    RetryPolicy::new().initial_delay(Duration::from_millis(500)).backoff(1.5).timeout(Duration::from_secs(90));
/// For the whole order.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// The account that is kept, or a new one, which is kept before it is used.
pub(super) async fn account(settings: &AcmeSettings, store: &Store) -> Result<Account, AcmeError> {
    let builder = Account::builder_with_http(Box::new(Https::new(&settings.anchors)?));
    if let Some(kept) = store.account()? {
        return Ok(builder.from_credentials(kept).await?);
    }
    let contact = match settings.contact.starts_with("mailto:") {
        true => settings.contact.clone(),
        false => format!("mailto:{}", settings.contact),
    };
    let wanted = NewAccount {
        contact: &[contact.as_str()],
        // Whoever writes the CA into the file agrees to its terms; the page of certificates says so.
        terms_of_service_agreed: true,
        only_return_existing: false,
    };
    let binding = settings.binding.as_ref();
    let binding = binding.map(|binding| ExternalAccountKey::new(binding.id.clone(), binding.key.expose()));
    let (account, credentials) = builder.create(&wanted, settings.directory.clone(), binding.as_ref()).await?;
    store.keep_account(&credentials)?;
    Ok(account)
}

/// A key and a chain for the names of the settings. `show` shows proofs, and returns when everybody who may be asked
/// for them has them.
pub(super) async fn issue<S, F>(
    account: &Account,
    settings: &AcmeSettings,
    show: S,
) -> Result<(String, String), AcmeError>
where
    S: FnOnce(Vec<Proof>) -> F + Send,
    F: Future<Output = Result<(), AcmeError>> + Send,
{
    let ordered = tokio::time::timeout(PATIENCE, order(account, settings, show)).await;
    ordered.map_err(|_| AcmeError::TooLong)?
}

async fn order<S, F>(account: &Account, settings: &AcmeSettings, show: S) -> Result<(String, String), AcmeError>
where
    S: FnOnce(Vec<Proof>) -> F + Send,
    F: Future<Output = Result<(), AcmeError>> + Send,
{
    let identifiers: Vec<_> = settings.names.iter().cloned().map(Identifier::Dns).collect();
    let mut order = account.new_order(&NewOrder::new(&identifiers)).await?;
    let proofs = proofs(&mut order, settings.challenge).await?;
    if !proofs.is_empty() {
        show(proofs).await?;
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            if authorization.status == AuthorizationStatus::Pending
                && let Some(mut challenge) = authorization.challenge(settings.challenge.as_type())
            {
                challenge.set_ready().await?;
            }
        }
    }
    match order.poll_ready(&POLLS).await {
        Ok(OrderStatus::Ready) => {}
        Ok(_) => return Err(unproven(&mut order).await.unwrap_or_else(AcmeError::without_a_reason)),
        Err(Error::Api(problem)) => {
            return Err(unproven(&mut order).await.unwrap_or(AcmeError::Server(Error::Api(problem))));
        }
        Err(error) => return Err(error.into()),
    }
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(settings.names.clone())?;
    params.distinguished_name = DistinguishedName::new();
    order.finalize_csr(params.serialize_request(&key)?.der()).await?;
    let chain = order.poll_certificate(&POLLS).await?;
    judge(&chain, &key, settings)?;
    Ok((key.serialize_pem(), chain))
}

/// What the CA wants to see; names that it has checked lately it does not check again.
async fn proofs(order: &mut Order, challenge: Challenge) -> Result<Vec<Proof>, AcmeError> {
    let mut proofs = Vec::new();
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        let name = authorization.identifier().to_string();
        match authorization.status {
            AuthorizationStatus::Pending => {}
            AuthorizationStatus::Valid => continue,
            status => return Err(AcmeError::Unproven { name, why: format!("it is {status:?} already") }),
        }
        let Some(asked) = authorization.challenge(challenge.as_type()) else {
            return Err(AcmeError::NotOffered { name });
        };
        let (token, key_authorization) = (asked.token.clone(), asked.key_authorization().as_str().to_owned());
        proofs.push(Proof { challenge, name, token, key_authorization });
    }
    Ok(proofs)
}

/// The reason that the CA gives, which stands with the challenge.
async fn unproven(order: &mut Order) -> Option<AcmeError> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization.ok()?;
        let name = authorization.identifier().to_string();
        let state = authorization.refresh().await.ok()?;
        if let Some(problem) = state.challenges.iter().find_map(|challenge| challenge.error.as_ref()) {
            return Some(AcmeError::Unproven { name, why: problem.to_string() });
        }
    }
    None
}

/// Nothing is put into a door that a caller would refuse.
fn judge(chain_pem: &str, key: &KeyPair, settings: &AcmeSettings) -> Result<(), AcmeError> {
    let wrong = |what| AcmeError::Wrong { what };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain_pem.as_bytes()).collect();
    let chain = chain.map_err(|_| wrong("is not PEM"))?;
    let leaf = Leaf::of_chain(&chain).ok_or_else(|| wrong("cannot be read"))?;
    let read = chain.first().and_then(|der| parse_x509_certificate(der).ok());
    let same_key = |(_, read): (_, x509_parser::certificate::X509Certificate<'_>)| {
        *read.public_key().subject_public_key.data == *key.public_key_raw()
    };
    if !read.is_some_and(same_key) {
        return Err(wrong("is not for our key"));
    }
    if !settings.names.iter().all(|name| leaf.is_for(name)) {
        return Err(wrong("is not for all of the names"));
    }
    if leaf.not_after <= SystemTime::now() {
        return Err(wrong("has expired already"));
    }
    Ok(())
}

impl Challenge {
    const fn as_type(self) -> ChallengeType {
        match self {
            Self::Http => ChallengeType::Http01,
            Self::TlsAlpn => ChallengeType::TlsAlpn01,
        }
    }
}
