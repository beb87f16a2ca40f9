//! A browser, as far as a provider sees it: cookies, forms with their tokens, redirects.

use super::answer::Answer;
use super::client::Client;
use super::form;
use crate::transport::Dialler;
use anyhow::{Context, bail, ensure};
use std::collections::BTreeMap;

/// Redirects that are followed one after the other.
const REDIRECTS: usize = 8;

pub(crate) struct Browser {
    client: Client,
    authority: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) async fn open(dialler: &Dialler, authority: &str) -> anyhow::Result<Self> {
        let client = Client::open(dialler).await?;
        Ok(Self { client, authority: authority.to_owned(), cookies: BTreeMap::new() })
    }

    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<Answer> {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n", self.authority);
        let navigates = "sec-fetch-site: none\r\nsec-fetch-mode: navigate\r\nsec-fetch-dest: document\r\n";
        let request = format!("{head}{navigates}{}\r\n", self.cookie_field());
        self.keep(request.as_bytes()).await
    }

    /// Fills in the form of a page and sends it to `path`, with the form's own token.
    pub(crate) async fn fill_in(
        &mut self,
        page: &Answer,
        path: &str,
        typed: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        let token = page.hidden("form_token").with_context(|| format!("no form for {path}: {}", page.text()))?;
        let pairs: Vec<(&str, &str)> = [("form_token", token)].into_iter().chain(typed.iter().copied()).collect();
        let own =
            format!("{}origin: https://{}\r\nsec-fetch-site: same-origin\r\n", self.cookie_field(), self.authority);
        let request = super::client::post(&self.authority, path, &own, &form(&pairs));
        self.keep(&request).await
    }

    /// Goes on from redirect to redirect of this house until one leads to `goal`, or elsewhere: where to.
    pub(crate) async fn follow(&mut self, path: &str, goal: &str) -> anyhow::Result<String> {
        let mut path = path.to_owned();
        for _ in 0..REDIRECTS {
            let answer = self.get(&path).await?;
            let to = answer.field("location").with_context(|| format!("{path} leads nowhere: {}", answer.text()))?;
            let own = to.strip_prefix(&format!("https://{}", self.authority)).unwrap_or(to);
            if own == goal || !own.starts_with('/') {
                return Ok(own.to_owned());
            }
            path = own.to_owned();
        }
        bail!("{REDIRECTS} redirects and no end")
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> anyhow::Result<&str> {
        self.cookies.get(name).map(String::as_str).with_context(|| format!("no cookie {name}"))
    }

    async fn keep(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        let answer = self.client.ask(request).await?;
        ensure!(answer.status < 500, "the provider failed with {}: {}", answer.status, answer.text());
        for set in answer.all("set-cookie") {
            let (name, value) = set.split(';').next().and_then(|pair| pair.split_once('=')).context("no cookie")?;
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(answer)
    }

    fn cookie_field(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { String::new() } else { format!("cookie: {}\r\n", pairs.join("; ")) }
    }
}
