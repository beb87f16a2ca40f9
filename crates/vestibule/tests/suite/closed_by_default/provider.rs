//! What a drawn file says of the provider in the box and of its apps: whole, so that the file loads.

/// One app of each type, named after it.
pub(super) const APPS: [&str; 5] = ["session", "native", "server", "machine", "page"];

/// The public key of the app that signs: the example of RFC 7517 appendix A.1.
pub(super) const PUBLIC_KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"1","alg":"ES256",
    "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}"#;

/// Whether an app has a key.
pub(super) fn app_key(app: &str, key: &str) -> bool {
    match key {
        "redirect_uris" => matches!(app, "native" | "server" | "page"),
        "origins" => matches!(app, "session" | "page"),
        "consent" => app != "machine",
        "authenticate" => matches!(app, "server" | "machine"),
        "secrets" => app == "server",
        "public_keys" => app == "machine",
        "loosen" => app == "page",
        _ => true,
    }
}

/// The parts of a list of an app.
pub(super) fn app_items(app: &str, key: &str, issuer: &str) -> Option<Vec<String>> {
    let at = |place: &str| Some(vec![place.to_owned()]);
    match key {
        // The cookie of a session belongs to the host of the issuer.
        "origins" if app == "session" => at(issuer),
        "after_sign_out" if app == "session" => at("/"),
        "after_sign_out" => at("https://shop.example/bye"),
        _ => None,
    }
}

/// A value below `identity` that cannot be any of its form.
pub(super) fn value(key: &str, issuer: Option<&str>) -> Option<String> {
    let value = match key {
        "issuer" => issuer?,
        "path" => "/auth",
        "password" => "${file:binding.key}",
        "logo" => "logo.svg",
        "access" => "5min",
        "refresh" => "7d",
        "refresh_grace" => "5s",
        "idle" => "1h",
        "at_most" => "7d",
        "keys_rotate" => "7d",
        _ => return None,
    };
    Some(value.to_owned())
}
