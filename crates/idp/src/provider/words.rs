//! Scopes in the words that people read.

use crate::Scopes;
use crate::pages::ScopeWords;

/// What an app will be able to do with these.
pub(super) fn scope_words(scopes: &Scopes, resources: &[Box<str>]) -> Vec<ScopeWords> {
    // Being known is what signing in is; it is said by the page itself.
    let asked = scopes.iter().filter(|scope| *scope != "openid");
    let mut words: Vec<ScopeWords> =
        asked.map(|scope| ScopeWords { scope: scope.into(), words: of(scope).into() }).collect();
    words.extend(
        resources
            .iter()
            .map(|resource| ScopeWords { scope: resource.clone(), words: format!("Use this at {resource}").into() }),
    );
    words
}

fn of(scope: &str) -> &str {
    match scope {
        "profile" => "See your name",
        "email" => "See your e-mail address",
        "offline_access" => "Keep this access while you are away",
        other => other,
    }
}
