//! A person at a browser without scripts: keeps cookies, follows redirects, reads pages and sends their forms.
//!
//! What a browser says of where a form comes from is said here too. Hosts are `localhost` and those below it, at any
//! port; whatever else a person is led to is told by its address and not opened.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;

use testkit::{Answer, ClientTls, Connection, Deadline, House, Root};

/// What people choose here.
pub(crate) const PASSWORD: &str = "umbrella stand by the window 7";
/// So many redirects or pages of one walk; with more it goes in circles.
const STEPS: usize = 16;

/// A person, and the browser in front of them.
pub(crate) struct Person {
    pub(crate) address: String,
    tls: ClientTls,
    /// By host and name, as browsers keep those that are for one host alone; ports make no difference (RFC 6265 §8.5).
    cookies: BTreeMap<(String, String), String>,
    /// Every answer, as it came, with the address that it came from.
    pub(crate) seen: Vec<(String, Answer)>,
}

/// Where a browser has come to.
#[derive(Debug)]
pub(crate) enum Shown {
    /// A page.
    Page(Page),
    /// An address of somebody else, with which the browser leaves.
    Away(String),
}

/// A page with its forms.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) url: String,
    pub(crate) answer: Answer,
}

/// A form as the page has it.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// An absolute URL.
    pub(crate) action: String,
    /// What it sends besides what a person types.
    pub(crate) hidden: Vec<(String, String)>,
}

impl Shown {
    pub(crate) fn page(self) -> Page {
        match self {
            Self::Page(page) => page,
            Self::Away(to) => panic!("a page, and not {to}"),
        }
    }
}

impl Page {
    pub(crate) fn heading(&self) -> String {
        let text = self.answer.text();
        unescaped(between(&text, "<h1>", "</h1>").unwrap_or_default())
    }

    /// The form whose address ends so.
    pub(crate) fn form(&self, action: &str) -> Option<Form> {
        self.forms().into_iter().find(|form| form.action.ends_with(action))
    }

    pub(crate) fn forms(&self) -> Vec<Form> {
        let text = self.answer.text();
        let forms = text.split("<form ").skip(1).filter_map(|rest| rest.split("</form>").next());
        forms
            .map(|form| {
                let action = attribute(form, "action").unwrap_or_default();
                let inputs = form.split("<input ").skip(1).filter_map(|rest| rest.split('>').next());
                let hidden = inputs.filter(|input| input.contains("type=\"hidden\"")).filter_map(|input| {
                    Some((attribute(input, "name")?, attribute(input, "value").unwrap_or_default()))
                });
                Form { action: resolved(&self.url, &action), hidden: hidden.collect() }
            })
            .collect()
    }
}

impl Person {
    /// Somebody who was never here.
    pub(crate) fn new(address: &str, root: &Root) -> Self {
        let tls = ClientTls::new(root);
        Self { address: address.to_owned(), tls, cookies: BTreeMap::new(), seen: Vec::new() }
    }

    /// Makes an account by the mailed link, which this gateway prints, and is signed in then.
    pub(crate) fn register(&mut self, house: &House, issuer: &str) {
        let page = self.open(&format!("{issuer}/auth/register")).page();
        let form = page.form("/auth/register").expect("a form");
        let address = self.address.clone();
        assert_eq!(self.send(&form, &[("address", &address)]).page().heading(), "Check your mail");
        let page = self.open(&mailed_link(house, &address)).page();
        let form = page.form("/auth/verify").expect("a form");
        let shown = self.send(&form, &[("name", "Ada"), ("new_password", PASSWORD)]);
        assert_eq!(shown.page().heading(), "Your account");
    }

    /// Opens an address as somebody who typed it, or followed a link of another site.
    pub(crate) fn open(&mut self, url: &str) -> Shown {
        self.led("GET", url.to_owned(), "", &["sec-fetch-site: cross-site", "sec-fetch-mode: navigate"])
    }

    /// Sends a form of a page of ours with what was typed.
    pub(crate) fn send(&mut self, form: &Form, typed: &[(&str, &str)]) -> Shown {
        let hidden = form.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = encoded(hidden.chain(typed.iter().copied()));
        let origin = format!("origin: {}", origin_of(&form.action));
        let fields = ["content-type: application/x-www-form-urlencoded", "sec-fetch-site: same-origin", &origin];
        self.led("POST", form.action.clone(), &body, &fields)
    }

    /// Goes wherever an app's address leads, signs in and says yes where that is asked, and ends outside.
    pub(crate) fn walk(&mut self, url: &str) -> String {
        self.walk_deciding(url, "allow")
    }

    /// The same, with another word at the question whether the app may.
    pub(crate) fn walk_deciding(&mut self, url: &str, decision: &str) -> String {
        let mut shown = self.open(url);
        for _ in 0..STEPS {
            let page = match shown {
                Shown::Away(to) => return to,
                Shown::Page(page) => page,
            };
            shown = if let Some(form) = page.form("/auth/sign-in") {
                self.sign_in(&form)
            } else if let Some(form) = page.form("/auth/consent") {
                self.send(&form, &[("decision", decision)])
            } else if let Some(form) = page.form("/auth/sign-out") {
                self.send(&form, &[])
            } else {
                panic!("{} leads nowhere: {}", page.url, page.answer.text());
            };
        }
        panic!("{url} leads from page to page")
    }

    pub(crate) fn sign_in(&mut self, form: &Form) -> Shown {
        let address = self.address.clone();
        self.send(form, &[("address", &address), ("password", PASSWORD)])
    }

    /// Types the code of a device, and says this word to the question; the last page.
    pub(crate) fn answer_device(&mut self, verification: &str, code: &str, decision: &str) -> Page {
        let mut page = self.open(verification).page();
        if let Some(form) = page.form("/auth/sign-in") {
            page = self.sign_in(&form).page();
        }
        let form = page.form("/auth/device").expect("a form for the code");
        let asked = self.send(&form, &[("user_code", code)]).page();
        match asked.form("/auth/device").filter(|_| asked.answer.text().contains("decision")) {
            Some(form) => self.send(&form, &[("decision", decision)]).page(),
            None => asked,
        }
    }

    /// One request with the cookies of the host, and nothing followed.
    pub(crate) fn ask(&mut self, method: &str, url: &str, body: &str, fields: &[&str]) -> Answer {
        let (host, port) = authority_of(url);
        let target = url.strip_prefix(&origin_of(url)).filter(|target| !target.is_empty()).unwrap_or("/");
        let target = target.split('#').next().unwrap_or_default();
        let mut head = format!("{method} {target} HTTP/1.1\r\nhost: {host}:{port}\r\naccept: text/html\r\n");
        let kept = self.cookies.iter().filter(|((at, _), _)| *at == host);
        let cookies: Vec<String> = kept.map(|((_, name), value)| format!("{name}={value}")).collect();
        let cookies = if cookies.is_empty() { String::new() } else { format!("cookie: {}", cookies.join("; ")) };
        let length = if method == "GET" { String::new() } else { format!("content-length: {}", body.len()) };
        for line in fields.iter().copied().chain([cookies.as_str(), length.as_str()]).filter(|line| !line.is_empty()) {
            let _ = write!(head, "{line}\r\n");
        }
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let answer = Connection::tls(address, &self.tls.clone().name(&host)).exchange(format!("{head}\r\n{body}"));
        self.keep(&host, &answer);
        self.seen.push((url.to_owned(), answer.clone()));
        answer
    }

    /// A cookie that the browser has.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let mut found = self.cookies.iter().filter(|((_, kept), _)| kept == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// Puts a cookie into the browser, as somebody may who once had a page of this host.
    pub(crate) fn plant(&mut self, name: &str, value: &str) {
        self.cookies.insert(("localhost".to_owned(), name.to_owned()), value.to_owned());
    }

    fn led(&mut self, method: &str, url: String, body: &str, fields: &[&str]) -> Shown {
        let (mut answer, mut url) = (self.ask(method, &url, body, fields), url);
        for _ in 0..STEPS {
            let Some(to) = answer.field("location") else { return Shown::Page(Page { url, answer }) };
            let to = resolved(&url, to);
            if !is_near(&to) {
                return Shown::Away(to);
            }
            answer = self.ask("GET", &to, "", &["sec-fetch-mode: navigate"]);
            url = to;
        }
        panic!("{url} goes in circles")
    }

    fn keep(&mut self, host: &str, answer: &Answer) {
        let set = answer.fields.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str());
        for cookie in set {
            let (pair, rest) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie");
            let key = (host.to_owned(), name.to_owned());
            if rest.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.remove(&key);
            } else {
                self.cookies.insert(key, value.to_owned());
            }
        }
    }
}

/// The link of the last mail to this address, which a gateway without a mail server prints.
pub(crate) fn mailed_link(house: &House, address: &str) -> String {
    let deadline = Deadline::default();
    house.wait_for_message(&format!("mail to {address}:"));
    loop {
        let said = house.stderr();
        let last = said.rsplit(&format!("mail to {address}:")).next().unwrap_or_default();
        let link = last.lines().map(str::trim).find(|line| line.contains("?link="));
        match link.filter(|_| last.contains("\n-- ")) {
            Some(link) => return link.to_owned(),
            None => assert!(!deadline.passed(), "no link in:\n{said}"),
        }
    }
}

/// A form's content.
pub(crate) fn encoded<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut body = String::new();
    for (name, value) in pairs {
        if !body.is_empty() {
            body.push('&');
        }
        idp::push_parameter(&mut body, name, value);
    }
    body
}

/// A parameter of an address, as it was meant.
pub(crate) fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let form = idp::Form::parse(query.split('#').next()?.as_bytes()).ok()?;
    form.one(name).ok()?.map(str::to_owned)
}

fn is_near(url: &str) -> bool {
    let host = url.strip_prefix("https://").and_then(|rest| rest.split([':', '/']).next());
    host.is_some_and(|host| host == "localhost" || host.ends_with(".localhost"))
}

fn origin_of(url: &str) -> String {
    let rest = url.strip_prefix("https://").expect("https");
    format!("https://{}", rest.split(['/', '?', '#']).next().unwrap_or_default())
}

fn authority_of(url: &str) -> (String, u16) {
    let origin = origin_of(url);
    let (host, port) = origin.trim_start_matches("https://").split_once(':').expect("a port");
    (host.to_owned(), port.parse().expect("a port"))
}

fn resolved(base: &str, reference: &str) -> String {
    match reference.starts_with('/') {
        true => format!("{}{reference}", origin_of(base)),
        false => reference.to_owned(),
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(inside, _)| inside)
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    between(tag, &format!("{name}=\""), "\"").map(unescaped)
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
