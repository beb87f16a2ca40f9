//! Device authorization (RFC 8628): the request of the device, and the page where a person types its code.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use auth::jose::Object;
use aws_lc_rs::rand;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::json;

use super::authorize::Decision;
use super::request::{resources, scopes};
use super::{ErrorCode, OAuthError, Server, reply};
use crate::apps::AppSettings;
use crate::grants::GrantType;
use crate::store::devices::{Device, Waiting};
use crate::store::grants::Grant;
use crate::{Bearer, Digest, Endpoint, GrantId, NoRandomness, Scopes, SignedIn};

/// How long a person may take.
const LIFE: Duration = Duration::from_secs(10 * 60);
/// How long a device has to wait between two questions (RFC 8628 §3.5).
const INTERVAL: Duration = Duration::from_secs(5);
/// Letters that make no words and are not mistaken for one another (RFC 8628 §6.1).
const LETTERS: [char; 20] =
    ['B', 'C', 'D', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Z'];
/// Letters of a user code: 34 bits, for ten minutes, behind a sign-in.
const LEN: usize = 8;
/// Codes that one person may type wrong in an hour.
const WRONG_AT_MOST: usize = 20;

/// What the page for devices shows.
#[derive(Clone, Debug)]
pub enum DevicePage {
    /// There is no such code, or it is too late, or somebody was faster.
    NoSuchCode,
    /// Too many codes were wrong; nothing is looked up for a while (RFC 8628 §5.1).
    SlowDown,
    /// The person is asked. They have to compare the code with what the device shows (RFC 8628 §5.4).
    Ask {
        /// Which app asks.
        app: Arc<AppSettings>,
        /// The code in its plain form, `BCDF-GHJK`.
        user_code: Box<str>,
        /// For what.
        scopes: Scopes,
        /// For which resources.
        resources: Box<[Box<str>]>,
    },
    /// It is done; the person may go back to the device.
    Done(Decision),
}

impl Server {
    pub(super) async fn device_authorization(&self, request: &Request<Bytes>) -> Response<Bytes> {
        self.begin(request).await.unwrap_or_else(|error| reply::error(&error))
    }

    async fn begin(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, OAuthError> {
        let now = self.now();
        let (form, app) = self.client(request, Endpoint::DeviceAuthorization, now)?;
        if !GrantType::DeviceCode.fits(app.kind) {
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "devices are apps of type native"));
        }
        let (scopes, resources) = (scopes(&form, &app)?, resources(&form, &app)?);
        let code = Bearer::generate("device")?;
        let user_code = self.wait(&app, &code, scopes, resources, now).await?;
        let page = self.url(Endpoint::Device);
        let mut members = Object::new();
        let mut put = |name: &str, value| drop(members.insert(name.to_owned(), value));
        put("device_code", json!(code.text().expose()));
        put("user_code", json!(user_code));
        put("verification_uri", json!(page));
        put("verification_uri_complete", json!(format!("{page}?user_code={user_code}")));
        put("expires_in", json!(LIFE.as_secs()));
        put("interval", json!(INTERVAL.as_secs()));
        Ok(reply::json(StatusCode::OK, members))
    }

    /// Lets the device wait under a user code that no other has.
    async fn wait(
        &self,
        app: &Arc<AppSettings>,
        code: &Bearer,
        scopes: Scopes,
        resources: Box<[Box<str>]>,
        now: SystemTime,
    ) -> Result<String, OAuthError> {
        const TRIES: usize = 4;
        for _ in 0..TRIES {
            let user_code = new_user_code()?;
            let device = Device {
                device: code.digest(),
                user_code: Digest::of(&user_code),
                app: Arc::clone(&app.name),
                scopes: scopes.clone(),
                resources: resources.clone(),
                interval: INTERVAL,
                expires: now.checked_add(LIFE).unwrap_or(now),
            };
            match self.foundation.store.wait(device, now).await? {
                Waiting::Begun => return Ok(user_code),
                Waiting::Taken => {}
                Waiting::Crowded => break,
            }
        }
        Err(OAuthError::new(ErrorCode::TemporarilyUnavailable, "too many devices of this app wait"))
    }

    /// Looks up what a signed-in person typed.
    ///
    /// # Errors
    /// The store cannot answer.
    pub async fn device(&self, typed: &str, signed_in: &SignedIn) -> Result<DevicePage, OAuthError> {
        let now = self.now();
        if !self.may_type(signed_in, now) {
            return Ok(DevicePage::SlowDown);
        }
        let found = match plain(typed) {
            Some(user_code) => {
                let device = self.foundation.store.by_user_code(Digest::of(&user_code), now).await?;
                device.map(|device| (user_code, device))
            }
            None => None,
        };
        let known = found.and_then(|(user_code, device)| Some((user_code, self.apps.named(&device.app)?, device)));
        let Some((user_code, app, device)) = known else {
            self.note_wrong(signed_in, now);
            return Ok(DevicePage::NoSuchCode);
        };
        let (scopes, resources) = (device.scopes, device.resources);
        Ok(DevicePage::Ask { app, user_code: user_code.into(), scopes, resources })
    }

    /// What the person said to [`DevicePage::Ask`].
    ///
    /// # Errors
    /// The store cannot answer.
    pub async fn decide_device(
        &self,
        typed: &str,
        signed_in: &SignedIn,
        decision: Decision,
    ) -> Result<DevicePage, OAuthError> {
        let now = self.now();
        let DevicePage::Ask { app, user_code, scopes, resources } = self.device(typed, signed_in).await? else {
            return Ok(DevicePage::NoSuchCode);
        };
        let person = self.foundation.people.person(signed_in.user).await?.filter(|person| !person.locked);
        let Some(person) = person else { return Ok(DevicePage::NoSuchCode) };
        let grant = Grant {
            id: GrantId::generate()?,
            user: signed_in.user,
            generation: person.generation,
            app: Arc::clone(&app.name),
            scopes,
            resources,
            sign_in: None,
            authenticated_at: signed_in.authenticated_at,
            methods: signed_in.methods.clone(),
            bound_to: None,
            begun: now,
            used: now,
            ended: None,
        };
        let grant = (decision == Decision::Allow).then_some(grant);
        let decided = self.foundation.store.decide(Digest::of(&user_code), grant, now).await?;
        Ok(if decided { DevicePage::Done(decision) } else { DevicePage::NoSuchCode })
    }

    fn may_type(&self, signed_in: &SignedIn, now: SystemTime) -> bool {
        self.foundation.wrong.count(signed_in.user, now) < WRONG_AT_MOST
    }

    fn note_wrong(&self, signed_in: &SignedIn, now: SystemTime) {
        self.foundation.wrong.note(signed_in.user, now);
    }
}

/// A new code in its plain form, two groups of four letters.
fn new_user_code() -> Result<String, NoRandomness> {
    let mut code = String::with_capacity(LEN + 1);
    while code.len() < LEN + 1 {
        let mut octet = [0];
        rand::fill(&mut octet).map_err(|_| NoRandomness)?;
        let [octet] = octet;
        // 240 is the greatest multiple of 20: what is above would make the first letters likelier.
        let letter = (octet < 240).then(|| LETTERS.get(usize::from(octet) % LETTERS.len())).flatten();
        code.extend(letter);
        if code.len() == LEN / 2 {
            code.push('-');
        }
    }
    Ok(code)
}

/// The plain form of what somebody typed: case, spaces and dashes do not count (RFC 8628 §6.1).
fn plain(typed: &str) -> Option<String> {
    let letters = typed.chars().filter(|letter| !matches!(letter, ' ' | '-')).map(|letter| letter.to_ascii_uppercase());
    let mut code = String::with_capacity(LEN + 1);
    for letter in letters.take(LEN + 1) {
        if !LETTERS.contains(&letter) || code.len() > LEN {
            return None;
        }
        code.push(letter);
        if code.len() == LEN / 2 {
            code.push('-');
        }
    }
    (code.len() == LEN + 1).then_some(code)
}

#[cfg(test)]
mod tests {
    //! What a user code is.

    use super::{LETTERS, new_user_code, plain};

    #[test]
    fn a_user_code_is_typed_in_any_case_with_or_without_its_dash() {
        let code = new_user_code().expect("random");
        assert_eq!(code.len(), 9);
        assert_eq!(code.find('-'), Some(4));
        assert!(code.chars().all(|letter| letter == '-' || LETTERS.contains(&letter)));
        for typed in [code.clone(), code.to_lowercase(), code.replace('-', ""), code.replace('-', " ")] {
            assert_eq!(plain(&typed), Some(code.clone()));
        }
        for wrong in ["", "BCDF-GHJ", "BCDF-GHJKL", "ACDF-GHJK", "BCDF_GHJK", "BCDFGHJKBCDFGHJK"] {
            assert_eq!(plain(wrong), None, "{wrong}");
        }
    }
}
