//! Makes accounts as people do, and lets the first of them sign in to a page and to an application.

use super::answer::Answer;
use super::arguments::People;
use super::browser::Browser;
use super::client::{self, Client};
use super::kept::{self, Bound, Returning};
use super::proof::Key;
use super::{APP, CALLBACK, PASSWORD, SCOPE, basic, encoded, form};
use crate::transport::Dialler;
use anyhow::{Context, ensure};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const AUTHORIZE: &str = "/auth/authorize";
const TOKEN: &str = "/auth/token";
const SIGN_IN: &str = "/auth/sign-in";
/// Where a link of a mail leads.
const VERIFY: &str = "/auth/verify?link=";
/// Where the page goes on after a sign-in; any path of the house.
const PAGE: &str = "/bytes/1";
/// The PKCE verifier of all requests, and its challenge (RFC 7636 appendix B).
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// How long a mail may take; a provider that is counted is fifty times slower.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked for: what is printed into a file tells nobody.
const GLANCE: Duration = Duration::from_millis(5);

/// Registers everybody, and writes down what they hold.
///
/// # Errors
/// The provider answers otherwise than it should, or a file cannot be written.
pub(crate) async fn write(people: &People) -> anyhow::Result<()> {
    let provider = &people.provider;
    let dialler = Dialler::pinned(provider.target, &provider.server_certificate)?;
    let mut returning = Vec::new();
    for number in 0..people.people {
        let mut browser = Browser::open(&dialler, &provider.authority).await?;
        let address = format!("person{number}@bench.example");
        register(&mut browser, &address, number, &people.said).await?;
        if number == 0 {
            write_session(&mut browser, &people.directory).await?;
            let mut app = Client::open(&dialler).await?;
            write_tokens(&mut browser, &mut app, people).await?;
        } else {
            returning.push(comes_again(&mut browser, &address).await?);
        }
    }
    kept::write_json(&people.directory, kept::PEOPLE, &returning)
}

async fn register(browser: &mut Browser, address: &str, number: usize, said: &Path) -> anyhow::Result<()> {
    let page = browser.get("/auth/register").await?;
    let sent = browser.fill_in(&page, "/auth/register", &[("address", address)]).await?;
    ensure!(sent.status == 200, "no mail to {address}: {}", sent.text());
    let link = link(said, number).await?;
    let page = browser.get(&format!("{VERIFY}{link}")).await?;
    let typed = [("link", link.as_str()), ("name", "Person"), ("new_password", PASSWORD)];
    let joined = browser.fill_in(&page, "/auth/verify", &typed).await?;
    ensure!(joined.field("location") == Some("/auth/account"), "{address} has no account: {}", joined.text());
    Ok(())
}

/// What the `number`-th mail has behind the beginning of its link.
async fn link(said: &Path, number: usize) -> anyhow::Result<String> {
    let begun = Instant::now();
    loop {
        let text = fs::read_to_string(said).unwrap_or_default();
        // The last word may not be whole yet.
        let found = text.split(VERIFY).nth(number + 1).and_then(|rest| rest.split_once(char::is_whitespace));
        if let Some((link, _)) = found {
            return Ok(link.to_owned());
        }
        ensure!(begun.elapsed() < PATIENCE, "no mail came in {}: {text}", said.display());
        tokio::time::sleep(GLANCE).await;
    }
}

async fn write_session(browser: &mut Browser, directory: &Path) -> anyhow::Result<()> {
    let end = browser.follow(&format!("/auth/session/start?return_to={}", encoded(PAGE)), PAGE).await?;
    ensure!(end == PAGE, "the sign-in to the page ends at {end}");
    let name = "__Host-vestibule-session";
    kept::write(directory, kept::SESSION, &format!("cookie: {name}={}\n", browser.cookie(name)?))
}

async fn write_tokens(browser: &mut Browser, app: &mut Client, people: &People) -> anyhow::Result<()> {
    let (authority, directory) = (&people.provider.authority, &people.directory);
    let mut families = String::new();
    for number in 0..people.families {
        let answer = redeem(app, authority, &code(browser).await?, None).await?;
        families += &format!("{}\n", member(&answer, "refresh_token")?);
        if number == 0 {
            let token = member(&answer, "access_token")?;
            kept::write(directory, kept::TOKEN, &format!("authorization: Bearer {token}\n"))?;
        }
    }
    kept::write(directory, kept::FAMILIES, &families)?;
    let key = Key::generate()?;
    let endpoint = format!("https://{authority}{TOKEN}");
    let code = code(browser).await?;
    let mut answer = redeem(app, authority, &code, Some(key.proof("POST", &endpoint, None, None)?)).await?;
    // RFC 9449 §8: the first answer may be but the nonce.
    if let Some(nonce) = answer.field("dpop-nonce").filter(|_| answer.status == 400).map(str::to_owned) {
        answer = redeem(app, authority, &code, Some(key.proof("POST", &endpoint, None, Some(&nonce))?)).await?;
    }
    let bound = Bound { token: member(&answer, "access_token")?, key: key.to_text() };
    kept::write_json(directory, kept::BOUND, &bound)
}

/// A code, of a person who is signed in and is not asked.
async fn code(browser: &mut Browser) -> anyhow::Result<String> {
    let query = form(&[
        ("response_type", "code"),
        ("client_id", APP),
        ("redirect_uri", CALLBACK),
        ("scope", SCOPE),
        ("state", "bench"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let to = browser.follow(&format!("{AUTHORIZE}?{query}"), CALLBACK).await?;
    let code = to.split(['?', '&']).find_map(|pair| pair.strip_prefix("code="));
    let code = code.filter(|code| !code.contains('%'));
    Ok(code.with_context(|| format!("no code: {to}"))?.to_owned())
}

async fn redeem(app: &mut Client, authority: &str, code: &str, proof: Option<String>) -> anyhow::Result<Answer> {
    let proof = proof.map(|proof| format!("dpop: {proof}\r\n")).unwrap_or_default();
    let fields = format!("authorization: {}\r\n{proof}", basic());
    let form = form(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]);
    Ok(app.ask(&client::post(authority, TOKEN, &fields, &form)).await?)
}

fn member(answer: &Answer, name: &str) -> anyhow::Result<String> {
    let members: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = members.get(name).and_then(serde_json::Value::as_str);
    Ok(text.with_context(|| format!("no {name}: {} {}", answer.status, answer.text()))?.to_owned())
}

/// What this browser sends to sign in once more. It is known as one in which the person was signed in.
async fn comes_again(browser: &mut Browser, address: &str) -> anyhow::Result<Returning> {
    let page = browser.get(SIGN_IN).await?;
    let token = page.hidden("form_token").context("no form to sign in with")?;
    let form = form(&[("form_token", token), ("address", address), ("password", PASSWORD)]);
    let cookie = |name| Ok::<_, anyhow::Error>(format!("{name}={}", browser.cookie(name)?));
    let cookies = format!("{}; {}", cookie("__Host-vestibule-browser")?, cookie("__Host-vestibule-device")?);
    Ok(Returning { cookies, form })
}
