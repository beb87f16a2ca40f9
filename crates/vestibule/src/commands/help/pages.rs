//! The pages of `docs/problems` and `docs/faults`, compiled in.

macro_rules! pages {
    ($folder:literal: $($code:literal)+) => {
        &[$(($code, include_str!(concat!("../../../../../docs/", $folder, "/", $code, ".md")))),+]
    };
}

/// What a request can be refused with.
pub(super) const PROBLEMS: &[(&str, &str)] = pages! {
    "problems":
    "malformed-request" "ambiguous-length" "malformed-body" "ambiguous-path" "ambiguous-host" "credential-in-query"
    "credential-required" "credential-invalid" "credential-misplaced" "insufficient-scope" "not-allowed"
    "sign-in-too-old" "dpop-nonce-required" "cross-site-request" "issuer-unavailable"
    "authorization-refused" "authorization-unavailable" "external-sign-in-over" "external-sign-in-refused"
    "external-sign-in-unproven" "external-account-unknown" "external-account-taken"
    "network-not-allowed" "browser-not-allowed" "not-found" "method-not-allowed" "request-timeout" "retired" "body-too-large"
    "target-too-long" "upgrade-required" "expectation-failed" "misdirected-request" "headers-too-large" "internal-error"
    "not-implemented" "upstream-unreachable" "upstream-tls" "upstream-broken" "upstream-malformed" "upstream-failed"
    "overloaded" "upstream-unavailable" "upstream-timeout" "not-stored" "version-not-supported"
};

/// What can be wrong with a file.
pub(super) const FAULTS: &[(&str, &str)] = pages! {
    "faults":
    "unreadable-file" "too-large" "not-text" "tab" "syntax" "documents" "not-a-map" "yaml-feature" "indentation"
    "duplicate-key" "key-not-text" "empty-value" "loose-text" "unquoted-reference" "unknown-key" "not-built"
    "missing-key" "wrong-shape" "unknown-word" "bad-value" "format" "bad-name" "unresolved-reference"
    "reference-misplaced" "missing-file" "wrong-file" "exposed-secret" "key-mismatch" "unknown-name" "no-callers"
    "public-at-server-door" "caller-misplaced" "caller-never-fits" "no-key-yet" "no-tls" "plaintext"
    "public-address" "same-socket" "host-needed" "trust-needed" "outside-networks" "route-conflict"
    "trailing-slash" "bad-route" "days-reversed" "not-a-contract" "bad-contract" "unknown-ref" "circular-ref"
    "duplicate-operation" "ambiguous-server" "open-by-contract" "host-differs" "loosening-misplaced"
    "loosening-needed" "loosening-expired" "key-expired" "certificate-expired" "certificate-name" "door-unused" "not-understood"
};
