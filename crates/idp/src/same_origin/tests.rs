//! Whose forms are taken.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{ForeignForm, FormToken, check};

const ORIGIN: &str = "https://shop.example";

fn fields(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let pair =
        |(name, value): &(&'static str, &'static str)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    pairs.iter().map(pair).collect()
}

fn with(pairs: &[(&'static str, &'static str)]) -> Result<(), ForeignForm> {
    let token = FormToken::of("browser_1");
    check(&fields(pairs), ORIGIN, Some("browser_1"), Some(token.as_str()))
}

#[test]
fn a_form_of_our_own_page_is_taken() {
    assert_eq!(with(&[("sec-fetch-site", "same-origin"), ("origin", ORIGIN)]), Ok(()));
    // Browsers that say less.
    assert_eq!(with(&[("sec-fetch-site", "same-origin")]), Ok(()));
    assert_eq!(with(&[("origin", ORIGIN)]), Ok(()));
    assert_eq!(with(&[]), Ok(()));
    assert_eq!(with(&[("sec-fetch-site", "same-origin"), ("origin", "null")]), Ok(()));
}

#[test]
fn a_form_of_another_page_is_refused_whatever_its_token() {
    for site in ["cross-site", "same-site", "none", "Same-Origin", ""] {
        let pairs = [("sec-fetch-site", site), ("origin", ORIGIN)];
        assert_eq!(with(&pairs), Err(ForeignForm::Origin), "{site}");
    }
    for origin in ["https://evil.example", "http://shop.example", "https://shop.example:8443", "null", ""] {
        assert_eq!(with(&[("origin", origin)]), Err(ForeignForm::Origin), "{origin}");
    }
}

#[test]
fn a_form_without_the_token_of_this_browser_is_refused() {
    let own = fields(&[("sec-fetch-site", "same-origin"), ("origin", ORIGIN)]);
    let token = FormToken::of("browser_1");
    let asked = |browser, token| check(&own, ORIGIN, browser, token);
    assert_eq!(asked(Some("browser_1"), Some(token.as_str())), Ok(()));
    // The cookie of another browser: somebody else's page, filled in beforehand.
    assert_eq!(asked(Some("browser_2"), Some(token.as_str())), Err(ForeignForm::Token));
    assert_eq!(asked(None, Some(token.as_str())), Err(ForeignForm::Token));
    assert_eq!(asked(Some("browser_1"), None), Err(ForeignForm::Token));
    assert_eq!(asked(Some("browser_1"), Some("browser_1")), Err(ForeignForm::Token));
    assert_eq!(asked(Some("browser_1"), Some("")), Err(ForeignForm::Token));
}
