//! Fields that services take for the word of a proxy before them: who the caller is, what was asked for, by which method.
//!
//! This house writes some of them under their usual names and vouches for none of a caller's. Names of the many
//! products that write such fields are gathered here; a service that believes a field of its own naming is not helped.

use model::{Code, Problem};
use wire::fields::Fields;

/// Whether a field name, in lower case, is one of them. A dash and an underscore are one: what reads fields by the
/// rules of CGI (RFC 3875 §4.1.18) cannot tell them apart.
pub(crate) fn is_believed(name: &str) -> bool {
    // The first letter rules out nearly all there are.
    let Some((families, names)) = name.bytes().next().and_then(of_letter) else { return false };
    families.iter().any(|family| begins(name, family))
        || names.iter().any(|known| known.len() == name.len() && begins(name, known))
}

/// Refuses trailers in which one of them stands: some services read trailers into the fields of the head.
///
/// # Errors
/// `malformed-body`, as for other trailers that should have come before.
pub(crate) fn refuse(trailers: &Fields) -> Result<(), Problem> {
    if trailers.iter().any(|field| is_believed(field.name)) {
        return Err(Problem::new(Code::MalformedBody, "a trailer with a name that services take for a proxy's word"));
    }
    Ok(())
}

fn begins(name: &str, family: &str) -> bool {
    let mut pairs = name.bytes().zip(family.bytes());
    name.len() >= family.len() && pairs.all(|(octet, known)| octet == known || (octet == b'_' && known == b'-'))
}

type Words = &'static [&'static str];

/// The families and whole names that begin with a letter.
const fn of_letter(letter: u8) -> Option<(Words, Words)> {
    Some(match letter {
        b'x' => (X_FAMILIES, X_NAMES),
        b'a' => (&[], &["auth-user"]),
        b'b' => (&[], &["base-url"]),
        b'c' => (&["cf-", "cloudfront-viewer-"], &["client-cert", "client-cert-chain", "client-ip"]),
        b'd' => (&[], &["do-connecting-ip"]),
        b'f' => (&["forwarded-", "fastly-"], &["fly-client-ip", "front-end-https"]),
        b'h' => (&[], &["http-client-ip", "https"]),
        b'i' => (&["iv-"], &["incap-client-ip"]),
        b'l' => (&["l5d-"], &[]),
        b'm' => (&["mellon-"], &[]),
        b'o' => (&["oidc-"], &[]),
        // `proxy` becomes HTTP_PROXY in the environment of a CGI program.
        b'p' => (&[], &["proxy", "proxy-client-ip"]),
        b'r' => (&["remote-"], &["request-uri"]),
        b's' => (&["shib-", "sm-", "ssl-"], &["script-name"]),
        b't' => (&["tailscale-", "teleport-"], &["true-client-ip"]),
        b'v' => (&["vestibule-"], &[]),
        b'w' => (&["wl-proxy-"], &[]),
        _ => return None,
    })
}

const X_FAMILIES: Words = &[
    // Who calls, by what stands before: proxies, balancers, content networks.
    "x-forward-",
    "x-forwarded-",
    "x-client-",
    "x-remote-",
    "x-ssl-",
    "x-tls-",
    "x-mtls-",
    "x-arr-",
    "x-azure-",
    "x-amzn-mtls-",
    "x-amzn-oidc-",
    "x-amzn-tls-",
    "x-envoy-",
    "x-istio-",
    "x-appengine-",
    "x-goog-authenticated-user-",
    "x-goog-iap-",
    "x-ms-client-principal",
    "x-ms-token-",
    "x-nf-",
    "x-vercel-",
    // Who calls, by what asks for credentials.
    "x-auth-request-",
    "x-authenticated-",
    "x-authentik-",
    "x-consumer-",
    "x-credential-",
    "x-pomerium-",
    "x-tailscale-",
    "x-vouch-",
    "x-webauth-",
    "x-vestibule-",
    // What was asked for, by which method, and which file is the answer.
    "x-original-",
    "x-rewrite-",
    "x-http-method",
    "x-middleware-",
    "x-accel-",
    "x-sendfile",
];

const X_NAMES: Words = &[
    "x-anonymous-consumer",
    "x-apigateway-api-userinfo",
    "x-cluster-client-ip",
    "x-endpoint-api-userinfo",
    "x-forwarded",
    "x-host",
    "x-http-host-override",
    "x-https",
    "x-jwt-assertion",
    "x-jwt-payload",
    "x-lighttpd-send-file",
    "x-method-override",
    "x-original",
    "x-originating-ip",
    "x-proxy-user-ip",
    "x-proxyuser-ip",
    "x-scheme",
    "x-script-name",
    "x-url-scheme",
    "x-userinfo",
];

#[cfg(test)]
mod tests;
