//! Whose metadata is believed, and how far its word goes.

use super::*;

const ISSUER: &str = "https://login.corp.example/realms/main";

fn found_at() -> Target {
    Target::configured(&format!("{ISSUER}/.well-known/openid-configuration")).expect("a URL")
}

fn read_from(members: &str) -> Result<Discovered, ForeignError> {
    read(format!("{{\"issuer\":\"{ISSUER}\",{members}}}").as_bytes(), ISSUER, &found_at())
}

#[test]
fn metadata_is_where_both_standards_have_it() {
    let urls = |issuer| -> Vec<String> {
        discovery_urls(issuer).expect("an issuer").iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        urls(ISSUER),
        [
            "https://login.corp.example/realms/main/.well-known/openid-configuration",
            "https://login.corp.example/.well-known/oauth-authorization-server/realms/main",
        ]
    );
    for issuer in ["https://accounts.example", "https://accounts.example/"] {
        assert_eq!(
            urls(issuer),
            [
                "https://accounts.example/.well-known/openid-configuration",
                "https://accounts.example/.well-known/oauth-authorization-server",
            ]
        );
    }
    for none in ["accounts.example", "http://accounts.example", "https://accounts.example/?a=b", "https://a.example/#"]
    {
        assert!(discovery_urls(none).is_err(), "{none}");
    }
}

#[test]
fn metadata_of_another_issuer_is_refused_letter_for_letter() {
    for other in [
        "https://login.corp.example/realms/main/",
        "https://login.corp.example/realms/Main",
        "https://LOGIN.corp.example/realms/main",
        "https://login.corp.example:443/realms/main",
        "https://evil.example",
    ] {
        let body = format!("{{\"issuer\":\"{other}\",\"jwks_uri\":\"https://login.corp.example/keys\"}}");
        let refused = read(body.as_bytes(), ISSUER, &found_at());
        assert!(matches!(refused, Err(ForeignError::OtherIssuer { .. })), "{other}");
    }
    let nobody = read(b"{\"jwks_uri\":\"https://login.corp.example/keys\"}", ISSUER, &found_at());
    assert!(matches!(nobody, Err(ForeignError::Missing { member: "issuer" })));
    let twice = format!("{{\"issuer\":\"{ISSUER}\",\"issuer\":\"{ISSUER}\"}}");
    assert!(matches!(read(twice.as_bytes(), ISSUER, &found_at()), Err(ForeignError::Malformed)));
}

#[test]
fn what_is_there_is_read() {
    let found = read_from(
        "\"jwks_uri\":\"https://login.corp.example/keys\",\"token_endpoint\":\"https://login.corp.example/token\",\
         \"authorization_endpoint\":\"https://login.corp.example/authorize\",\
         \"introspection_endpoint\":\"https://login.corp.example/introspect\",\
         \"authorization_response_iss_parameter_supported\":true",
    )
    .expect("metadata");
    assert_eq!(found.keys.to_string(), "https://login.corp.example/keys");
    assert_eq!(found.token.expect("one").path(), "/token");
    assert_eq!(found.introspection.expect("one").path(), "/introspect");
    assert_eq!(found.authorization.as_deref(), Some("https://login.corp.example/authorize"));
    assert!(found.names_itself);
    assert!(matches!(read_from("\"a\":1"), Err(ForeignError::Missing { member: "jwks_uri" })));
}

#[test]
fn an_issuer_s_word_leads_to_its_own_hosts_and_to_public_ones() {
    let keys = |url: &str| read_from(&format!("\"jwks_uri\":\"{url}\""));
    for fine in ["https://login.corp.example:8443/keys", "https://www.apis.example/keys"] {
        assert!(keys(fine).is_ok(), "{fine}");
    }
    for refused in [
        "https://10.0.0.1/keys",
        "https://127.0.0.1/keys",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/keys",
        "https://intranet/keys",
        "https://www.apis.example:8443/keys",
        "http://www.apis.example/keys",
        "file:///etc/passwd",
    ] {
        assert!(matches!(keys(refused), Err(ForeignError::Url { member: "jwks_uri", .. })), "{refused}");
    }
}
