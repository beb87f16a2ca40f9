//! A browser as far as the provider sees it: it keeps cookies, sends forms with their token, and follows redirects.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use testkit::{Answer, ClientTls, Connection, Deadline};

use crate::two_doors::SOON;

/// More redirects than any flow has.
const REDIRECTS: usize = 10;

/// Keeps cookies; every request has a connection of its own.
#[derive(Clone)]
pub(crate) struct Agent {
    door: SocketAddr,
    tls: ClientTls,
    issuer: String,
    cookies: BTreeMap<String, String>,
}

/// A request that was not sent yet, on a connection that is there.
pub(crate) struct Ready {
    connection: Connection,
    request: String,
}

impl Ready {
    pub(crate) fn send(&mut self) {
        let request = std::mem::take(&mut self.request);
        self.connection.send(request.as_bytes());
    }

    /// The answer, where a whole one came.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        self.connection.answer_to("POST", Deadline::within(SOON)).ok()
    }
}

/// Parameters as a form has them.
pub(crate) fn form(parameters: &[(&str, &str)]) -> String {
    let mut body = String::new();
    parameters.iter().for_each(|(name, value)| idp::push_parameter(&mut body, name, value));
    body
}

impl Agent {
    pub(super) const fn new(door: SocketAddr, tls: ClientTls, issuer: String) -> Self {
        Self { door, tls, issuer, cookies: BTreeMap::new() }
    }

    fn head(&self, method: &str, target: &str) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = if pairs.is_empty() { String::new() } else { format!("cookie: {}\r\n", pairs.join("; ")) };
        format!("{method} {target} HTTP/1.1\r\nhost: localhost:{}\r\n{cookies}", self.door.port())
    }

    fn connect(&self) -> Connection {
        Connection::tls(self.door, &self.tls)
    }

    pub(crate) fn get(&mut self, target: &str) -> Answer {
        let request = format!("{}sec-fetch-mode: navigate\r\n\r\n", self.head("GET", target));
        let answer = self.connect().exchange(request);
        self.keep(&answer);
        answer
    }

    /// A form that is about to be sent, as a page of the house sends it.
    pub(crate) fn ready(&self, target: &str, body: &str) -> Ready {
        let request = format!(
            "{}origin: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            self.head("POST", target),
            self.issuer,
            body.len()
        );
        Ready { connection: self.connect(), request }
    }

    pub(crate) fn post(&mut self, target: &str, body: &str) -> Answer {
        let mut ready = self.ready(target, body);
        ready.send();
        let answer = ready.connection.answer_to("POST", Deadline::within(SOON)).unwrap_or_else(|why| panic!("{why}"));
        self.keep(&answer);
        answer
    }

    /// The form of a page, filled in and about to be sent. Its page is asked for with what the form is about.
    pub(crate) fn filled(&mut self, target: &str, fields: &[(&str, &str)]) -> Ready {
        let about: Vec<_> = fields.iter().copied().filter(|(name, _)| *name == "link").collect();
        let page = if about.is_empty() { target.to_owned() } else { format!("{target}?{}", form(&about)) };
        let answer = self.get(&page);
        let token = token(&answer.text());
        let token = token.unwrap_or_else(|| panic!("no form at {page}: {} {}", answer.status, answer.text()));
        let fields: Vec<_> = fields.iter().copied().chain([(idp::same_origin::TOKEN, token.as_str())]).collect();
        self.ready(target, &form(&fields))
    }

    /// The same, sent.
    pub(crate) fn submit(&mut self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let mut ready = self.filled(target, fields);
        ready.send();
        let answer = ready.connection.answer_to("POST", Deadline::within(SOON)).unwrap_or_else(|why| panic!("{why}"));
        self.keep(&answer);
        answer
    }

    /// Goes where it is led, as long as that is this house.
    pub(crate) fn follow(&mut self, target: &str) -> Answer {
        let mut target = target.to_owned();
        for _ in 0..REDIRECTS {
            let answer = self.get(&target);
            let Some(location) = answer.field("location") else { return answer };
            match location.strip_prefix(&self.issuer).unwrap_or(location) {
                path if path.starts_with('/') => target = path.to_owned(),
                _ => return answer,
            }
        }
        panic!("{target} leads round in circles");
    }

    pub(crate) fn cookie(&self, cookie: idp::Cookie) -> Option<&str> {
        self.cookies.get(cookie.name()).map(String::as_str)
    }

    /// Takes the cookies of an answer.
    pub(crate) fn keep(&mut self, answer: &Answer) {
        for (_, line) in answer.fields.iter().filter(|(name, _)| name == "set-cookie") {
            let Some((name, rest)) = line.split_once('=') else { continue };
            let value = rest.split(';').next().unwrap_or_default();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// The token of the first form in a page.
fn token(page: &str) -> Option<String> {
    let rest = page.split_once("name=\"form_token\" value=\"")?.1;
    Some(rest.split('"').next()?.to_owned())
}
