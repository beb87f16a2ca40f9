//! Where a person goes on whose way leads over their mail: the browser keeps the goal meanwhile.
//!
//! Who comes from an app, has no account yet and asks for a link, comes back to that app behind the link. The goal is
//! kept in a cookie of this host and nowhere else, so that a link that is opened in another browser leads to the account
//! page: what was begun in one browser is not gone on with in another. It is read as strictly as a goal in an address.

use data_encoding::BASE64URL_NOPAD;

use super::Provider;
use super::visit::Visit;
use crate::reply::{Reply, push_cookie};
use crate::{Cookie, ReturnTo};

/// So long an app's beginning of a session holds; after that the goal would only lead to a page that says so.
const GOAL_SECONDS: u64 = 30 * 60;

impl Provider {
    /// Lets the browser keep a goal. Without one, or where it is too long for a cookie, one of before is forgotten: what
    /// was asked for last counts.
    pub(super) fn keep_goal(&self, visit: &Visit, goal: Option<&ReturnTo>, reply: &mut Reply) {
        let kept = goal.map(|goal| BASE64URL_NOPAD.encode(goal.as_str().as_bytes()));
        match kept.and_then(|kept| Cookie::Goal.set(&kept, Some(GOAL_SECONDS))) {
            Some(cookie) => push_cookie(reply, Some(cookie)),
            None => self.forget_goal(visit, reply),
        }
    }

    /// The goal that this browser keeps.
    pub(super) fn kept_goal(&self, visit: &Visit) -> Option<ReturnTo> {
        let kept = BASE64URL_NOPAD.decode(Cookie::Goal.of(&visit.fields)?.as_bytes()).ok()?;
        ReturnTo::parse(&self.settings.path, &String::from_utf8(kept).ok()?).ok()
    }

    /// Takes it away, where there is one.
    pub(super) fn forget_goal(&self, visit: &Visit, reply: &mut Reply) {
        if Cookie::Goal.of(&visit.fields).is_some() {
            push_cookie(reply, Cookie::Goal.clear());
        }
    }
}
