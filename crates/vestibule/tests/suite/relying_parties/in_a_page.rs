//! `oidc-client-ts` in a page of another origin, in Chromium: the person types at the real pages.

use serde_json::json;
use testkit::{Backend, Reply, script};

use super::installed;
use crate::browser::Browser;
use crate::person::PASSWORD;
use crate::shop::{ADA, Ground};

/// Two apps whose tokens lie in the page, and the host of that page.
const APPS: &str = "
  single:
    type: page
    redirect_uris: https://page.localhost:@port@/callback
    origins: https://page.localhost:@port@
    scopes: [openid, email, offline_access]
    loosen: { tokens-in-browser: a library is tried that keeps them there }
  bound:
    type: page
    redirect_uris: https://page.localhost:@port@/callback
    origins: https://page.localhost:@port@
    scopes: [openid, email, offline_access]
    bound: dpop
    loosen: { tokens-in-browser: a library is tried that keeps them there }
services:
  pages: { urls: \"@pages@\" }";
const API: &str = "\napis:
  pages:
    door: client
    host: page.localhost
    service: pages
    public: true
    operations: { everything: GET /** }";

/// The page of an app, and the library that it uses.
fn pages(issuer: &str) -> Backend {
    let (folder, issuer) = (installed("node"), issuer.to_owned());
    Backend::choosing(move |head, _| {
        let path = head.target.as_str();
        let (file, kind) = match path.split('?').next().unwrap_or_default() {
            "/" | "/bound" | "/callback" => (folder.join("page.html"), "text/html"),
            "/oidc-client-ts.min.js" => {
                (folder.join("node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js"), "text/javascript")
            }
            _ => return script::answer(Reply::status(404, "")),
        };
        let text = std::fs::read_to_string(file).expect("a file").replace("ISSUER", &issuer);
        script::answer(Reply::ok(text).field("content-type", kind))
    })
}

/// What the page says that a browser opens at this path, after a person signed in and said yes.
fn page_says(path: &str) -> String {
    let ground = Ground::new();
    let pages = pages(&ground.issuer());
    let file = ground.file(&[("\nservices:", APPS), ("\napis:", API)]).replace("@pages@", pages.url());
    let shop = ground.open(&file);
    // The account is there; the browser of the test has never been at the provider.
    drop(shop.person(ADA));
    let mut browser = Browser::start();
    browser.open(&format!("https://page.localhost:{}{path}", shop.client.port()));
    browser.wait_for("document.querySelector('h1')?.innerText === 'Sign in'");
    for (name, text) in [("address", ADA), ("password", PASSWORD)] {
        browser.value(&format!("document.querySelector('[name={name}]').focus()"));
        browser.type_text(text);
    }
    browser.act("document.querySelector('[name=password]').form.requestSubmit()");
    browser.wait_for("document.querySelector('[name=decision][value=allow]')");
    browser.act("document.querySelector('[name=decision][value=allow]').click()");
    browser.wait_for(&format!("location.host.startsWith({}) && window.said", json!("page.localhost:")));
    browser.value("window.said").as_str().expect("text").to_owned()
}

#[test]
fn oidc_client_ts_completes_its_flow_in_a_page_of_another_origin() {
    if testkit::needs("npm") && testkit::needs("chromium") {
        let expected = "\
code Bearer email offline_access openid ada@shop.example
refresh Bearer true true
revoked
";
        assert_eq!(page_says("/"), expected);
    }
}

#[test]
fn oidc_client_ts_binds_its_tokens_to_a_key_that_never_leaves_the_browser() {
    if testkit::needs("npm") && testkit::needs("chromium") {
        let expected = "\
code DPoP email offline_access openid nobody
refresh DPoP true true
revoked
";
        assert_eq!(page_says("/bound"), expected);
    }
}
