//! Who an order is from: what the gateway says in `Vestibule-Identity`, believed only by its signature.
//!
//! As a back end should: the keys come through the server door, and are asked for again
//! where a token names one that is not known, once a minute at most.

use std::sync::Arc;
use std::time::{Duration, Instant};

use auth::jose::{Algorithm, Expected, Jwks, TokenType, verify};
use axum::http::HeaderMap;
use model::{Clock as _, SystemClock};
use tokio::sync::Mutex;

use super::server_door::{ServerDoor, ServerDoorError};

const FIELD: &str = "vestibule-identity";
/// Who says so, to whom.
const ISSUER: &str = "vestibule";
const AUDIENCE: &str = "ordering";
/// Where the server door has the keys.
const KEYS: &str = "/house-keys";
/// New keys are published a day before they sign, so that this is no long time.
const ASKED_AGAIN: Duration = Duration::from_secs(60);

/// The keys that were asked for last.
#[derive(Clone, Default)]
pub(crate) struct Customers(Arc<Mutex<Option<Known>>>);

/// Keys, and when they were asked for.
type Known = (Instant, Arc<Jwks>);

impl Customers {
    /// The customer of a request, where it has one; whoever is not a person is none.
    ///
    /// # Errors
    /// The keys cannot be had.
    pub(crate) async fn of(&self, fields: &HeaderMap, door: &ServerDoor) -> Result<Option<String>, ServerDoorError> {
        let Some(token) = fields.get(FIELD).and_then(|value| value.to_str().ok()) else { return Ok(None) };
        let known = self.0.lock().await.clone();
        if let Some((_, keys)) = &known
            && let Some(customer) = customer(token, keys)
        {
            return Ok(Some(customer));
        }
        if known.is_some_and(|(asked, _)| asked.elapsed() < ASKED_AGAIN) {
            return Ok(None);
        }
        let keys = self.ask(door).await?;
        Ok(customer(token, &keys))
    }

    async fn ask(&self, door: &ServerDoor) -> Result<Arc<Jwks>, ServerDoorError> {
        let answer = door.connect(None).await?.get(KEYS).await?;
        if answer.status != 200 {
            return Err(ServerDoorError::Status(answer.status));
        }
        let keys =
            Jwks::parse(&answer.body, Algorithm::Es256).map_err(|error| ServerDoorError::Answer(Box::new(error)))?;
        let keys = Arc::new(keys);
        *self.0.lock().await = Some((Instant::now(), Arc::clone(&keys)));
        Ok(keys)
    }
}

fn customer(token: &str, keys: &Jwks) -> Option<String> {
    let expected = Expected {
        kind: TokenType::PLAIN,
        issuer: ISSUER,
        audience: &[AUDIENCE],
        now: SystemClock.wall(),
        leeway: Duration::from_secs(5),
    };
    let claims = verify(token, keys, &expected).ok()?;
    let is_person = claims.text("kind") == Some("user");
    is_person.then(|| claims.subject().map(str::to_owned)).flatten()
}
