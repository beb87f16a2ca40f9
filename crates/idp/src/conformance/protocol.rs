//! Facts about grants, codes, devices, pushed requests and consents.

mod families;
mod waiting;

use std::time::{Duration, SystemTime};

pub use families::{codes, grants};
pub use waiting::{consents, devices, pushed};

use crate::store::codes::{Code, Codes, Redeem, Redemption};
use crate::store::grants::Grant;
use crate::{Digest, GrantId, Scopes, SignInId, UserId};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A day in 2026, to the millisecond.
fn today() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_790_000_000_123)
}

fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).expect("scopes")
}

fn user() -> UserId {
    UserId::generate().expect("randomness")
}

/// A grant with everything that it can have, so that nothing is forgotten on the way.
fn grant(user: UserId, app: &str) -> Grant {
    Grant {
        id: GrantId::generate().expect("randomness"),
        user,
        generation: 7,
        app: app.into(),
        scopes: scopes("openid orders.read"),
        resources: Box::new(["https://shop.example/orders".into()]),
        sign_in: Some(SignInId::generate().expect("randomness")),
        authenticated_at: today() - MINUTE,
        methods: Box::new(["pwd".into(), "otp".into(), "mfa".into()]),
        bound_to: None,
        begun: today(),
        used: today(),
        ended: None,
    }
}

fn code(text: &str, grant: &Grant) -> Code {
    Code {
        digest: Digest::of(text),
        grant: grant.clone(),
        redirect_uri: "https://shop.example/callback".into(),
        challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into(),
        nonce: Some("n-0S6_WzA2Mj".into()),
        key: None,
        expires: today() + MINUTE,
    }
}

/// How the code is redeemed as it should be.
fn redeem(text: &str, code: &Code, refresh: &str, now: SystemTime) -> Redeem {
    Redeem {
        shown: Digest::of(text),
        app: code.grant.app.clone(),
        redirect_uri: Some(code.redirect_uri.clone()),
        challenge: code.challenge.clone(),
        key: None,
        bound_to: None,
        refresh: Some(Digest::of(refresh)),
        now,
    }
}

/// A grant that began, with `refresh` as its first refresh token.
async fn begun(store: &impl Codes, grant: &Grant, refresh: &str) -> Grant {
    let text = grant.id.to_string();
    let issued = code(&text, grant);
    store.issue(issued.clone()).await.expect("kept");
    let redeemed = store.redeem(redeem(&text, &issued, refresh, today() + SECOND)).await.expect("an answer");
    let Redemption::Redeemed { grant, .. } = redeemed else { return grant.clone() };
    *grant
}
