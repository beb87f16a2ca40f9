//! What a drawn file says of issuers that are not ours. Nobody listens where they are.

/// One of these is asked about tokens that are no JWT, each as another client of the file.
pub(super) const ASKED: [&str; 2] = ["corp", "house"];
/// The tokens of this one are read.
pub(super) const READ: &str = "partner";

/// Whether a key of an issuer is written, so many keys deep; `None` where a coin may say.
pub(super) fn choice(issuer: &str, depth: usize, key: &str) -> Option<bool> {
    match (key, depth) {
        ("audience", _) => Some(true),
        // Nobody signs in there.
        ("users", _) => Some(false),
        ("opaque", _) if issuer != READ => Some(true),
        ("client", 3) => Some(issuer == "corp"),
        ("client", _) => Some(issuer == "house"),
        _ => None,
    }
}

/// What an issuer is for: people sign in with the one, where there is a provider of ours to do it.
pub(super) fn uses(issuer: &str, has_provider: bool) -> Vec<String> {
    let uses: &[&str] = if issuer == READ && has_provider { &["tokens", "sign-in"] } else { &["tokens"] };
    uses.iter().map(|one| (*one).to_owned()).collect()
}

/// A value that cannot be any of its form.
pub(super) fn value(issuer: &str, key: &str) -> Option<String> {
    Some(match key {
        "issuer" => format!("https://127.0.0.1:1/{issuer}"),
        "discovery" | "introspect" => format!("https://127.0.0.1:1/{issuer}/{key}"),
        "remember" => "10s".to_owned(),
        "secret" => "${file:binding.key}".to_owned(),
        "ca" => "workloads.pem".to_owned(),
        _ => return None,
    })
}
