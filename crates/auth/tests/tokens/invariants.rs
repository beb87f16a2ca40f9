//! What must hold of any text as a token, a proof, a set of keys or an address; shared by the tests and the fuzz target.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use auth::jose::dpop::{ExpectedProof, Target, verify_proof};
use auth::jose::{Algorithm, Expected, Jwks, TokenType, read_object, verify, write_object};

/// Two keys that were made for these tests.
pub(crate) const SET: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"_WtvTbiTS7nZhAoCWOMwn4JPxqaCVYRbwiQP4iSJq1Y","use":"sig","alg":"EdDSA","kid":"f0GJdFkrh5hLXLYtyAGkRbGFYT6NKhO-BSBuQb-CuXk"},{"kty":"EC","crv":"P-256","x":"QnJuzGGniK3_rGHbaZ6swSRi1vEg7E6c8aq58D1WGjA","y":"i0FJyBtMxwkB6ylQqZWHNYEq7op7a8hUvznS8seYetk","use":"sig","alg":"ES256","kid":"QGOCVpqv_GlTfY2mkkR8QBZ1e6skIzCJe_S80zcl7-s"}]}"#;

/// An access token by each of them.
pub(crate) const TOKENS: [&str; 2] = [
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImYwR0pkRmtyaDVoTFhMWXR5QUdrUmJHRllUNk5LaE8tQlNCdVFiLUN1WGsiLCJ0eXAiOiJhdCtqd3QifQ.eyJpc3MiOiJodHRwczovL2lkLnNob3AudGVzdCIsImF1ZCI6Im9yZGVycyIsImV4cCI6MTgwMDAwMDA2MCwic3ViIjoiYWRhIn0.Pz3KFBZTYy5vp1r2uFZujTJt98rMSTFFsbf4rKAEMb_DeFUek6hNm9SXwAga8E1ebMSIxQuk3Hrbw1SgjhusAQ",
    "eyJhbGciOiJFUzI1NiIsImtpZCI6IlFHT0NWcHF2X0dsVGZZMm1ra1I4UUJaMWU2c2tJekNKZV9TODB6Y2w3LXMiLCJ0eXAiOiJhdCtqd3QifQ.eyJpc3MiOiJodHRwczovL2lkLnNob3AudGVzdCIsImF1ZCI6Im9yZGVycyIsImV4cCI6MTgwMDAwMDA2MCwic3ViIjoiYWRhIn0.2sZNQ7ZYt_3iewtZBaCxBB6bUWxnM7CTGMhWq6s_dnHSkY1ksS4E_ky5G_4Vep_yIWnXlZ3OwawAOkFj4Kp1Eg",
];

/// A proof by each of them.
pub(crate) const PROOFS: [&str; 2] = [
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVkRFNBIiwiandrIjp7Imt0eSI6Ik9LUCIsImNydiI6IkVkMjU1MTkiLCJ4IjoiX1d0dlRiaVRTN25aaEFvQ1dPTXduNEpQeHFhQ1ZZUmJ3aVFQNGlTSnExWSIsInVzZSI6InNpZyIsImFsZyI6IkVkRFNBIiwia2lkIjoiZjBHSmRGa3JoNWhMWExZdHlBR2tSYkdGWVQ2TktoTy1CU0J1UWItQ3VYayJ9fQ.eyJqdGkiOiJvbmUiLCJodG0iOiJQT1NUIiwiaHR1IjoiaHR0cHM6Ly9hcGkuc2hvcC50ZXN0L29yZGVycyIsImlhdCI6MTgwMDAwMDAwMH0.gP24DxLi2MP50wCckXLzVmZ3J8zKomMEG_DlWwJVS7lqd1hak0CbRljsp7VNRJIERFVj8PsHHlPsxruKG0XLBA",
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwiY3J2IjoiUC0yNTYiLCJ4IjoiUW5KdXpHR25pSzNfckdIYmFaNnN3U1JpMXZFZzdFNmM4YXE1OEQxV0dqQSIsInkiOiJpMEZKeUJ0TXh3a0I2eWxRcVpXSE5ZRXE3b3A3YThoVXZ6blM4c2VZZXRrIiwidXNlIjoic2lnIiwiYWxnIjoiRVMyNTYiLCJraWQiOiJRR09DVnBxdl9HbFRmWTJta2tSOFFCWjFlNnNrSXpDSmVfUzgwemNsNy1zIn19.eyJqdGkiOiJvbmUiLCJodG0iOiJQT1NUIiwiaHR1IjoiaHR0cHM6Ly9hcGkuc2hvcC50ZXN0L29yZGVycyIsImlhdCI6MTgwMDAwMDAwMH0.zEa7Xk_TQyWzvbIjuedaS8YBdhLv-i5Sz3bTGARg8aS8EeyUq_or57eL7YIN67s0U4ptrt0KhV207FKZOGrsuA",
];

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// Whether it is believed as an access token; as any other kind it must not be.
pub(crate) fn any_token(text: &str) -> bool {
    static KEYS: OnceLock<Option<Jwks>> = OnceLock::new();
    let Some(keys) = KEYS.get_or_init(|| Jwks::parse(SET.as_bytes(), Algorithm::Rs256).ok()) else { return false };
    let expected = |kind| Expected {
        kind,
        issuer: "https://id.shop.test",
        audience: &["orders"],
        now: now(),
        leeway: Duration::ZERO,
    };
    assert!(verify(text, keys, &expected(TokenType::PLAIN)).is_err());
    let believed = verify(text, keys, &expected(TokenType::ACCESS)).is_ok();
    assert_eq!(believed, TOKENS.contains(&text));
    believed
}

/// Whether it holds as a proof.
pub(crate) fn any_proof(text: &str) -> bool {
    let Some(target) = Target::parse("https://api.shop.test/orders") else { return false };
    let window = Duration::from_secs(60);
    let expected =
        ExpectedProof { method: "POST", target: &target, access_token: None, nonce: None, now: now(), window };
    let holds = verify_proof(text, &expected).is_ok();
    assert_eq!(holds, PROOFS.contains(&text));
    holds
}

/// How many keys a set has, where it is one: what is written of it is read again as the same.
pub(crate) fn any_set(text: &[u8]) -> Option<usize> {
    let set = Jwks::parse(text, Algorithm::Rs256).ok()?;
    let document = set.document();
    let again = Jwks::parse(document.as_bytes(), Algorithm::Rs256);
    assert_eq!(again.map(|again| again.document()), Ok(document));
    Some(set.keys().len())
}

/// An address in its one spelling, which is its own one spelling.
pub(crate) fn any_address(text: &str) -> Option<Target> {
    let target = Target::parse(text)?;
    assert_eq!(Target::parse(target.as_str()).as_ref(), Some(&target));
    Some(target)
}

/// An object that is read is the same when it is written and read again.
pub(crate) fn any_object(text: &[u8]) {
    if let Ok(members) = read_object(text) {
        assert_eq!(read_object(write_object(&members).as_bytes()), Ok(members));
    }
}
