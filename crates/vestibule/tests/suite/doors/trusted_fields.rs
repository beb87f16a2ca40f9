//! Fields that services take for the word of a proxy before them: what a caller writes there reaches no service.

use testkit::http2::{Http2, Outcome};
use testkit::{ClientTls, Deadline, Leaf};

use crate::two_doors::{SERVED, SOON, TwoDoors, assert_served, get};

/// In the value of every forged field, so that none can hide under another name.
const FORGED: &str = "forged-by-the-caller";

/// What proxies, balancers and content networks write, and frameworks believe: in lower case, as HTTP/2 has them.
const TRUSTED: [&str; 79] = [
    // Who calls.
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-client-cert",
    "x-forwarded-user",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "fastly-client-ip",
    "client-cert",
    "client-cert-chain",
    "x-client-cert",
    "x-ssl-client-cert",
    "ssl-client-verify",
    "ssl-client-s-dn",
    "vestibule-identity",
    "vestibule-caller",
    "x-vestibule-caller",
    "remote-user",
    "remote_user",
    "remote-groups",
    "x-remote-user",
    "x_remote_user",
    "x-remote-group",
    "x-auth-request-user",
    "x-auth-request-email",
    "x-webauth-user",
    "x-authenticated-userid",
    "x-consumer-username",
    "x-goog-authenticated-user-email",
    "x-ms-client-principal-name",
    "x-amzn-oidc-identity",
    "cf-access-authenticated-user-email",
    "tailscale-user-login",
    "x-pomerium-claim-email",
    "oidc_claim_sub",
    "iv-user",
    "sm_user",
    "wl-proxy-client-cert",
    "client-ip",
    "forwarded-for",
    "x-forwarded",
    "x-originating-ip",
    "fly-client-ip",
    "do-connecting-ip",
    "cloudfront-viewer-address",
    "x-nf-client-connection-ip",
    "x-vercel-forwarded-for",
    "x-vouch-user",
    "x-proxy-user-ip",
    "teleport-jwt-assertion",
    // What was asked for, and how.
    "x-original-url",
    "x-original-uri",
    "x-original-host",
    "x-original-method",
    "x-rewrite-url",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-forwarded-prefix",
    "x-forwarded-uri",
    "x-http-method-override",
    "x-method-override",
    "x-scheme",
    "x-url-scheme",
    "front-end-https",
    "x-host",
    "forwarded-host",
    "forwarded-proto",
    "x-http-method",
    "x-middleware-subrequest",
    "x-script-name",
    "x-envoy-original-path",
    // Which file is the answer.
    "x-accel-redirect",
    "x-accel-mapping",
    "x-sendfile",
    "x-sendfile-type",
    // Becomes HTTP_PROXY in the environment of a CGI program.
    "proxy",
];
/// Nobody takes these for anybody's word but the caller's.
const KEPT: [&str; 6] = ["x-requested-with", "x-csrf-token", "x-user-agent", "client-version", "prefer", "x-own_name"];

/// What the house itself writes under names of the list.
const WRITTEN: [(&str, &str); 3] =
    [("x-forwarded-for", "127.0.0.1"), ("x-forwarded-host", "localhost"), ("x-forwarded-proto", "https")];

/// In this one the house says itself who called, where it knows.
const ASSERTION: &str = "vestibule-identity";

fn assert_only_the_house_is_believed(house: &TwoDoors) {
    let mut requests = house.service.requests();
    assert_eq!(requests.len(), 1);
    let head = requests.remove(0).head;
    for name in TRUSTED {
        if name == ASSERTION {
            // What the house says of a caller that it knows; `assertion` and `backends` check the words.
            assert!(head.all(name).len() <= 1, "{head:?}");
            continue;
        }
        let written: Vec<&[u8]> =
            WRITTEN.iter().filter(|(known, _)| *known == name).map(|(_, value)| value.as_bytes()).collect();
        assert_eq!(head.all(name), written, "{name}");
    }
    for name in KEPT {
        assert_eq!(head.text(name), Some("kept"), "{name}");
    }
    let bytes = house.service.bytes().concat();
    assert!(!bytes.windows(FORGED.len()).any(|window| window == FORGED.as_bytes()), "{}", bytes.escape_ascii());
}

/// The lines of HTTP/1.1, each name in the case that `spell` gives it.
fn lines(spell: fn(&str) -> String) -> Vec<String> {
    let forged = TRUSTED.iter().map(|name| format!("{}: {FORGED}", spell(name)));
    forged.chain(KEPT.iter().map(|name| format!("{name}: kept"))).collect()
}

fn exchange_http2(house: &TwoDoors, target: &str, workload: Option<&Leaf>) {
    let (address, tls) = match workload {
        Some(leaf) => (house.server, ClientTls::with_certificate(&house.people, leaf)),
        None => (house.client, ClientTls::new(&house.people)),
    };
    let mut connection = Http2::over(tls.alpn(&["h2"]).connect(address).expect("a handshake"));
    let mut fields = vec![(":method", "GET"), (":scheme", "https"), (":authority", "localhost"), (":path", target)];
    fields.extend(TRUSTED.map(|name| (name, FORGED)));
    fields.extend(KEPT.map(|name| (name, "kept")));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    let outcome = connection.request(1, &fields, true).outcome(1, Deadline::within(SOON));
    assert_eq!(outcome, Outcome::Answer(200, SERVED.as_bytes().to_vec()));
}

#[test]
fn what_services_trust_is_dropped_from_a_callers_request() {
    for spell in [str::to_owned as fn(&str) -> String, str::to_uppercase] {
        let house = TwoDoors::open();
        let lines = lines(spell);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_served(&house.at_client().exchange(get("/open/things", &lines)));
        assert_only_the_house_is_believed(&house);
    }
}

#[test]
fn what_services_trust_is_dropped_from_http2_too() {
    let house = TwoDoors::open();
    exchange_http2(&house, "/open/things", None);
    assert_only_the_house_is_believed(&house);
}

#[test]
fn what_services_trust_is_dropped_from_a_workloads_request_as_well() {
    let house = TwoDoors::open();
    exchange_http2(&house, "/payments/charges", Some(&house.workload("orders")));
    assert_only_the_house_is_believed(&house);
}
