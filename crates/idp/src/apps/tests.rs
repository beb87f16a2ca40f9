//! What apps may say of themselves, and which redirect URIs are theirs.

use super::*;

fn app(kind: AppKind) -> AppSettings {
    AppSettings {
        name: "shop".into(),
        title: "Shop".into(),
        kind,
        redirect_uris: Box::new([]),
        after_sign_out: Box::new([]),
        origins: Box::new([]),
        scopes: Scopes::default(),
        consent: Consent::default(),
        authenticate: Authenticate::Nothing,
        algorithm: TokenAlgorithm::default(),
        resources: Box::new([]),
        answers_for: Box::new([]),
        bound: false,
        pushed_only: false,
    }
}

fn uri(text: &str) -> RedirectUri {
    RedirectUri::parse(text).expect(text)
}

#[test]
fn a_redirect_uri_is_one_of_three_sorts() {
    for text in [
        "https://shop.example/callback",
        "https://shop.example:8443/callback?from=vestibule",
        "https://shop.example",
        "http://127.0.0.1/callback",
        "http://127.0.0.1:3000/callback",
        "http://[::1]:3000/callback",
        "http://localhost:3000/callback",
        "com.example.shop:/callback",
    ] {
        assert_eq!(uri(text).as_str(), text);
    }
}

#[test]
fn what_a_browser_could_read_otherwise_is_not_a_redirect_uri() {
    use RedirectUriError as Error;
    for (text, error) in [
        ("https://shop.example/#here", Error::Fragment),
        ("https://shop.example/a b", Error::Character),
        ("https://shop.example\\@evil.example/", Error::Character),
        ("https://*.shop.example/", Error::Character),
        ("https://sh\u{f6}p.example/", Error::Character),
        ("https://shop.example@evil.example/", Error::Host),
        ("https://Shop.example/", Error::Host),
        ("https:///callback", Error::Host),
        ("https://shop.example:port/", Error::Host),
        ("https://[::2]/", Error::Host),
        ("https://shop.example/a/../b", Error::Dots),
        ("https://shop.example/a/%2E%2e/b", Error::Dots),
        ("https:/shop.example", Error::Scheme),
        ("http://shop.example/", Error::Scheme),
        ("http://127.0.0.1.evil.example/", Error::Scheme),
        ("javascript:alert(1)", Error::Scheme),
        ("data:text/html,x", Error::Scheme),
        ("shop:/callback", Error::Scheme),
        ("com.example.shop://callback", Error::Scheme),
        ("/callback", Error::Scheme),
    ] {
        assert_eq!(RedirectUri::parse(text), Err(error), "{text}");
    }
    let long = format!("https://shop.example/{}", "a".repeat(RedirectUri::MAX_LEN));
    assert_eq!(RedirectUri::parse(&long), Err(Error::Long));
}

#[test]
fn a_registered_uri_is_matched_octet_by_octet() {
    let registered = uri("https://shop.example/callback");
    assert!(registered.matches("https://shop.example/callback", true));
    for other in [
        "https://shop.example/callback/",
        "https://shop.example/callback?x=1",
        "https://shop.example/Callback",
        "https://shop.example:443/callback",
        "https://shop.example/call%62ack",
        "https://shop.example.evil.example/callback",
        "http://shop.example/callback",
    ] {
        assert!(!registered.matches(other, true), "{other}");
    }
}

#[test]
fn only_a_loopback_literal_of_a_native_app_may_have_another_port() {
    let literal = uri("http://127.0.0.1/callback");
    assert!(literal.matches("http://127.0.0.1:52013/callback", true));
    assert!(!literal.matches("http://127.0.0.1:52013/callback", false));
    let with_port = uri("http://[::1]:3000/callback");
    assert!(with_port.matches("http://[::1]:52013/callback", true));
    assert!(!uri("http://localhost:3000/callback").matches("http://localhost:52013/callback", true));
    for other in [
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:70000/callback",
        "http://127.0.0.1:80@evil.example:80/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://127.0.0.1:52013/callback/more",
        "https://127.0.0.1:52013/callback",
    ] {
        assert!(!literal.matches(other, true), "{other}");
    }
}

#[test]
fn an_origin_is_what_a_browser_sends() {
    for text in ["https://shop.example", "https://shop.example:8443", "http://localhost:5173"] {
        assert_eq!(Origin::parse(text).expect(text).as_str(), text);
    }
    for text in ["", "null", "https://shop.example/", "https://shop.example:443", "http://shop.example", "https://*"] {
        assert_eq!(Origin::parse(text), Err(OriginError), "{text}");
    }
}

#[test]
fn scopes_are_words_with_one_space_between_them() {
    let scopes = Scopes::parse("orders.write openid orders.write").expect("scopes");
    assert_eq!(scopes.to_string(), "openid orders.write");
    assert!(Scopes::parse("").expect("none").is_empty());
    for wrong in [" ", "a  b", " a", "a ", "a\"b", "a\\b", "a\tb", "\u{e9}"] {
        assert!(Scopes::parse(wrong).is_err(), "{wrong:?}");
    }
    let many: Vec<String> = (0..=Scopes::MAX).map(|number| format!("s{number}")).collect();
    assert_eq!(Scopes::parse(&many.join(" ")), Err(crate::ScopesError::Many));
}

#[test]
fn each_type_of_app_says_what_it_needs_and_nothing_else() {
    let secret = || Authenticate::Secret { digests: Box::new([Digest::of("secret")]) };
    let redirect = || Box::new([uri("https://shop.example/callback")]);
    let origin = || Box::new([Origin::parse("https://shop.example").expect("origin")]);

    let server = AppSettings { redirect_uris: redirect(), authenticate: secret(), ..app(AppKind::Server) };
    assert_eq!(server.faults(), []);
    assert_eq!(app(AppKind::Server).faults(), [AppFault::NoRedirect, AppFault::NoAuthentication]);

    let page = AppSettings { redirect_uris: redirect(), origins: origin(), ..app(AppKind::Page) };
    assert_eq!(page.faults(), []);
    assert_eq!(AppSettings { authenticate: secret(), ..page }.faults(), [AppFault::NeedlessAuthentication]);
    assert_eq!(app(AppKind::Page).faults(), [AppFault::NoRedirect, AppFault::NoOrigin]);

    let session = AppSettings { origins: origin(), ..app(AppKind::Session) };
    assert_eq!(session.faults(), []);
    assert_eq!(AppSettings { redirect_uris: redirect(), ..session }.faults(), [AppFault::NeedlessRedirect]);

    let own_scheme = [uri("com.example.shop:/callback")];
    assert_eq!(app(AppKind::Native).faults(), []);
    assert_eq!(AppSettings { redirect_uris: Box::new(own_scheme.clone()), ..app(AppKind::Native) }.faults(), []);
    let server = AppSettings { redirect_uris: Box::new(own_scheme), authenticate: secret(), ..app(AppKind::Server) };
    assert_eq!(server.faults(), [AppFault::PrivateScheme]);

    let machine = AppSettings { authenticate: secret(), ..app(AppKind::Machine) };
    assert_eq!(machine.faults(), []);
    let personal = Scopes::parse("openid orders.read").expect("scopes");
    let wrong = AppSettings { scopes: personal, consent: Consent::Never, origins: origin(), ..machine };
    assert_eq!(wrong.faults(), [AppFault::NeedlessOrigin, AppFault::NeedlessConsent, AppFault::PersonalScope]);
}
