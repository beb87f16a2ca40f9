//! `vestibule tokens VERB`: what this house makes of a token that somebody has in hand, and its end.
//!
//! A token comes in whole and is never in an answer. It is looked up as what it may be: a refresh token or the cookie of
//! a session by its digest, else an access token by its signature.

use std::time::{Duration, SystemTime};

use auth::jose::{Claims, Expected, Token, TokenType};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Desk, Outcome, Refusal, Why, members, read};
use crate::accounts::people::moment;
use crate::oauth::GRANT_CLAIM;
use crate::store::grants::{Grant, Standing};
use crate::{Digest, GrantId};

/// Every time there is: whether a token is over is said beside what it says.
const ANY_TIME: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
/// How long an access token that is known by its id alone may live yet.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// Characters of an id.
const ID_AT_MOST: usize = 256;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Show {
    token: String,
}

/// Exactly one of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    token: Option<String>,
    id: Option<String>,
    grant: Option<String>,
}

/// What a text turned out to be.
enum Found {
    Refresh(Grant, Standing),
    Session(crate::store::sessions::Session),
    Access(Claims),
}

impl Desk {
    pub(super) async fn ask_tokens(&self, verb: &str, asked: Value) -> Outcome {
        match verb {
            "show" => {
                let Show { token } = read(asked)?;
                let told = match self.find(&token).await? {
                    Found::Refresh(grant, standing) => self.of_refresh(&grant, standing).await?,
                    Found::Session(session) => self.of_session(&session).await?,
                    Found::Access(claims) => self.of_access(&claims).await?,
                };
                Ok(members([("token", Value::Object(told))]))
            }
            "revoke" => match read(asked)? {
                Revoke { token: Some(token), id: None, grant: None } => self.revoke_shown(&token).await,
                Revoke { token: None, id: Some(id), grant: None } => self.revoke_named(&id).await,
                Revoke { token: None, id: None, grant: Some(grant) } => {
                    let grant = GrantId::parse(&grant).map_err(|error| bad(format!("that is no grant: {error}")))?;
                    self.end_grant(grant).await
                }
                _ => Err(bad("it is not said which token ends")
                    .help("give the token on standard input, or name it by `--id` or its family by `--grant`")),
            },
            other => Err(Refusal::no_verb("tokens", other)),
        }
    }

    async fn find(&self, text: &str) -> Result<Found, Refusal> {
        let text = text.trim();
        let server = self.provider.server();
        if text.starts_with(auth::keys::PREFIX) {
            return Err(bad("that is an API key and no token")
                .help("`vestibule keys show ID` tells of it: its id stands between the second and the third `_`"));
        }
        let digest = Digest::of(text);
        if let Some((grant, standing)) = server.foundation.store.of_token(digest).await? {
            return Ok(Found::Refresh(grant, standing));
        }
        if let Some(session) = self.provider.sessions().kept().by_cookie(digest).await? {
            return Ok(Found::Session(session));
        }
        let unknown = |why: &str| {
            Refusal::new(Why::Missing, "no-such-token", format!("no token of this house: {why}")).help(
                "a token is given whole, alone and without `Bearer`; refresh tokens that are long over are forgotten",
            )
        };
        let token = Token::parse(text).map_err(|error| unknown(&error.to_string()))?;
        let issuer = token.claimed_issuer().map_err(|error| unknown(&error.to_string()))?;
        let own = server.settings.issuer.as_str();
        if issuer != own {
            let issuer: String = issuer.chars().filter(|letter| !letter.is_control()).take(200).collect();
            return Err(unknown(&format!("it says to be of `{issuer}`, and this is `{own}`")));
        }
        // For whom it is, is told; here anybody may be meant.
        let audience = server.audiences();
        let meant: Vec<&str> = audience.iter().map(AsRef::as_ref).collect();
        let expected =
            Expected { kind: TokenType::ACCESS, issuer: own, audience: &meant, now: server.now(), leeway: ANY_TIME };
        let claims = token.verify(&server.foundation.keys.published(), &expected);
        claims.map(Found::Access).map_err(|error| unknown(&error.to_string()))
    }

    async fn of_access(&self, claims: &Claims) -> Result<Map<String, Value>, Refusal> {
        let state = self.state_of_access(claims).await?;
        let mut told = begun("access token", state);
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                told.insert(name.to_owned(), value);
            }
        };
        let claim = |name: &str| claims.get(name).cloned().unwrap_or_default();
        let bound = claims.get("cnf").and_then(|cnf| cnf.get("jkt")).cloned();
        put("id", claim("jti"));
        put("app", claim("client_id"));
        put("user", if claims.get(GRANT_CLAIM).is_some() { claim("sub") } else { Value::Null });
        put("grant", claim(GRANT_CLAIM));
        put("scopes", json!(claims.text("scope").unwrap_or_default().split_whitespace().collect::<Vec<_>>()));
        put("audience", json!(claims.audience().collect::<Vec<_>>()));
        put("bound_to", bound.unwrap_or_default());
        put("issued", json!(claims.issued_at().and_then(at).and_then(moment)));
        put("expires", json!(at(claims.expires_at()).and_then(moment)));
        Ok(told)
    }

    async fn state_of_access(&self, claims: &Claims) -> Result<&'static str, Refusal> {
        let server = self.provider.server();
        let is_over = at(claims.expires_at()).is_none_or(|expires| expires <= server.now());
        if is_over {
            return Ok("expired");
        }
        if server.foundation.store.is_token_revoked(claims.text("jti").unwrap_or_default().into()).await? {
            return Ok("revoked");
        }
        let issued = claims.issued_at().and_then(at).unwrap_or(SystemTime::UNIX_EPOCH);
        if !server.apps.had(claims.text("client_id").unwrap_or_default(), issued) {
            return Ok("its app is gone");
        }
        let Some(grant) = claims.text(GRANT_CLAIM) else { return Ok("good") };
        let grant = match GrantId::parse(grant) {
            Ok(id) => server.foundation.store.by_id(id).await?,
            Err(_) => None,
        };
        match grant {
            Some(grant) => self.state_of_grant(&grant).await,
            None => Ok("its grant has ended"),
        }
    }

    async fn state_of_grant(&self, grant: &Grant) -> Result<&'static str, Refusal> {
        let server = self.provider.server();
        if grant.ended.is_some() {
            return Ok("its grant has ended");
        }
        if server.apps.named(&grant.app).is_none() {
            return Ok("its app is gone");
        }
        Ok(match server.foundation.people.person(grant.user).await? {
            None => "its account is deleted",
            Some(person) if person.locked => "its account is locked",
            Some(person) if person.generation != grant.generation => "signed out everywhere since",
            Some(_) => "good",
        })
    }

    async fn of_refresh(&self, grant: &Grant, standing: Standing) -> Result<Map<String, Value>, Refusal> {
        let server = self.provider.server();
        let over = grant.used.checked_add(server.settings.lifetimes.refresh).unwrap_or(grant.used);
        let state = match self.state_of_grant(grant).await? {
            "good" if over < server.now() => "expired",
            "good" if standing == Standing::Past => "used",
            other => other,
        };
        let mut told = begun("refresh token", state);
        let mut put = |name: &str, value: Value| drop(told.insert(name.to_owned(), value));
        put("app", json!(&*grant.app));
        put("user", json!(grant.user.to_string()));
        put("grant", json!(grant.id.to_string()));
        put("scopes", json!(grant.scopes.iter().collect::<Vec<_>>()));
        put("resources", json!(grant.resources));
        if let Some(key) = &grant.bound_to {
            put("bound_to", json!(key));
        }
        put("begun", json!(moment(grant.begun)));
        put("used", json!(moment(grant.used)));
        put("expires", json!(moment(over)));
        Ok(told)
    }

    async fn of_session(&self, session: &crate::store::sessions::Session) -> Result<Map<String, Value>, Refusal> {
        let holds = self.provider.sessions().holds(session).await?;
        let mut told = begun("session", if holds { "good" } else { "over" });
        let mut put = |name: &str, value: Value| drop(told.insert(name.to_owned(), value));
        put("id", json!(session.id.to_string()));
        put("app", json!(&*session.app));
        put("user", json!(session.user.to_string()));
        put("grant", json!(session.grant.to_string()));
        put("scopes", json!(session.scopes.iter().collect::<Vec<_>>()));
        put("begun", json!(moment(session.begun)));
        Ok(told)
    }

    async fn revoke_shown(&self, text: &str) -> Outcome {
        match self.find(text).await? {
            Found::Refresh(grant, _) => self.end_grant(grant.id).await,
            Found::Session(session) => {
                self.provider.sessions().end(&session).await?;
                Ok(members([("session", json!(session.id.to_string()))]))
            }
            Found::Access(claims) => {
                let until = at(claims.expires_at()).unwrap_or_else(|| self.provider.server().now());
                self.revoke_token(claims.text("jti").unwrap_or_default(), until).await
            }
        }
    }

    /// A token that nobody has in hand, by the id that logs and `tokens show` tell.
    async fn revoke_named(&self, id: &str) -> Outcome {
        let plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-');
        if id.is_empty() || id.len() > ID_AT_MOST || !id.bytes().all(plain) {
            return Err(bad("that is not the id of a token").help("`vestibule tokens show` tells it: the claim `jti`"));
        }
        let now = self.provider.server().now();
        self.revoke_token(id, now.checked_add(LONGEST).unwrap_or(now)).await
    }

    async fn revoke_token(&self, id: &str, until: SystemTime) -> Outcome {
        let foundation = &self.provider.server().foundation;
        foundation.store.revoke_token(id.into(), until).await?;
        foundation.revocations.token_ended(id, until);
        Ok(members([("id", json!(id))]))
    }

    /// Ends a grant: refresh tokens, access tokens and sessions of it.
    async fn end_grant(&self, id: GrantId) -> Outcome {
        let server = self.provider.server();
        let now = server.now();
        if !server.foundation.store.end(id, now).await? {
            return Err(Refusal::new(Why::Missing, "no-such-grant", "there is no such grant, or it has ended")
                .help("`vestibule tokens show` tells the grant of a token"));
        }
        server.tell_ended(&[id], now);
        Ok(members([("grant", json!(id.to_string()))]))
    }
}

fn begun(kind: &str, state: &str) -> Map<String, Value> {
    members([("kind", json!(kind)), ("state", json!(state)), ("good", json!(state == "good"))])
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new(Why::Wrong, "bad-value", message)
}

fn at(seconds: u64) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}
