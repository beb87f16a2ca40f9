//! What this server is and can do: RFC 8414, OpenID Connect Discovery §3, and its keys.

use auth::jose::{Algorithm, Object};
use bytes::Bytes;
use http::Response;
use model::DoorKind;
use serde_json::{Value, json};

use super::{Server, reply};
use crate::Endpoint;
use crate::apps::TokenAlgorithm;
use crate::grants::GrantType;

/// How apps may show who they are; those of `Authenticate`.
const CONFIDENTIAL: [&str; 3] = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
/// The same, with apps that cannot.
const METHODS: [&str; 4] = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];

impl Server {
    /// Both documents are the same one: OpenID Connect asks for some members, RFC 8414 for others, and neither minds.
    /// At a server door there is only what programs need there.
    pub(super) fn metadata(&self, door: DoorKind) -> Response<Bytes> {
        if self.server_door.is_some() {
            return self.metadata_for_machines();
        }
        let mut members = Object::new();
        let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        put("issuer", json!(self.settings.issuer.as_str()));
        for (name, endpoint) in [
            ("authorization_endpoint", Endpoint::Authorize),
            ("token_endpoint", Endpoint::Token),
            ("pushed_authorization_request_endpoint", Endpoint::PushedAuthorization),
            ("device_authorization_endpoint", Endpoint::DeviceAuthorization),
            ("introspection_endpoint", Endpoint::Introspect),
            ("revocation_endpoint", Endpoint::Revoke),
            ("userinfo_endpoint", Endpoint::UserInfo),
            ("end_session_endpoint", Endpoint::EndSession),
            ("jwks_uri", Endpoint::Jwks),
        ] {
            put(name, json!(self.url(endpoint)));
        }
        let here = |grant: &GrantType| *grant != GrantType::ClientCredentials || door == DoorKind::Server;
        let grants: Vec<&str> = GrantType::ALL.iter().filter(|grant| here(grant)).map(|grant| grant.as_str()).collect();
        put("grant_types_supported", json!(grants));
        put("response_types_supported", json!(["code"]));
        put("response_modes_supported", json!(["query"]));
        put("code_challenge_methods_supported", json!(["S256"]));
        put("scopes_supported", json!(["openid", "profile", "email", "offline_access"]));
        put("subject_types_supported", json!(["public"]));
        put("id_token_signing_alg_values_supported", json!(TokenAlgorithm::ALL.map(TokenAlgorithm::as_str)));
        let (signed, all) = ("token_endpoint_auth_signing_alg_values_supported", Algorithm::ALL.map(Algorithm::as_str));
        put("token_endpoint_auth_methods_supported", json!(METHODS));
        put(signed, json!(all));
        put("introspection_endpoint_auth_methods_supported", json!(CONFIDENTIAL));
        put("introspection_endpoint_auth_signing_alg_values_supported", json!(all));
        put("revocation_endpoint_auth_methods_supported", json!(METHODS));
        put("revocation_endpoint_auth_signing_alg_values_supported", json!(all));
        put("dpop_signing_alg_values_supported", json!(all));
        put("prompt_values_supported", json!(["none", "login", "select_account", "consent"]));
        put("acr_values_supported", json!(["urn:vestibule:factors:1", "urn:vestibule:factors:2"]));
        put("claims_supported", json!(CLAIMS));
        put("claims_parameter_supported", json!(false));
        put("request_parameter_supported", json!(false));
        put("request_uri_parameter_supported", json!(false));
        put("require_pushed_authorization_requests", json!(false));
        put("authorization_response_iss_parameter_supported", json!(true));
        reply::document(Value::Object(members).to_string())
    }

    /// RFC 8414 §2, and what of RFC 8705 §3.3 and RFC 9449 §5.1 belongs to it.
    fn metadata_for_machines(&self) -> Response<Bytes> {
        let all = Algorithm::ALL.map(Algorithm::as_str);
        reply::document(
            json!({
                "issuer": self.settings.issuer.as_str(),
                "token_endpoint": self.url(Endpoint::Token),
                "introspection_endpoint": self.url(Endpoint::Introspect),
                "revocation_endpoint": self.url(Endpoint::Revoke),
                "jwks_uri": self.url(Endpoint::Jwks),
                "grant_types_supported": [GrantType::ClientCredentials.as_str()],
                "response_types_supported": [],
                "token_endpoint_auth_methods_supported": CONFIDENTIAL,
                "token_endpoint_auth_signing_alg_values_supported": all,
                "introspection_endpoint_auth_methods_supported": CONFIDENTIAL,
                "introspection_endpoint_auth_signing_alg_values_supported": all,
                "revocation_endpoint_auth_methods_supported": METHODS,
                "revocation_endpoint_auth_signing_alg_values_supported": all,
                "dpop_signing_alg_values_supported": all,
                "tls_client_certificate_bound_access_tokens": true,
            })
            .to_string(),
        )
    }

    pub(super) fn jwks(&self) -> Response<Bytes> {
        reply::document(self.foundation.keys.published().document())
    }
}

const CLAIMS: [&str; 15] = [
    "iss",
    "sub",
    "aud",
    "iat",
    "exp",
    "auth_time",
    "nonce",
    "at_hash",
    "acr",
    "amr",
    "sid",
    "name",
    "updated_at",
    "email",
    "email_verified",
];
