//! A person whom programs can lead somewhere: they ask over plain HTTP, and hear where the browser ended.

#![expect(clippy::disallowed_types, reason = "one person does one thing after the other, for whichever script asks")]

use std::sync::Mutex;

use testkit::{Backend, Reply, script};

use crate::person::{Person, parameter};

/// A person at a browser, who waits for words of programs.
pub(crate) struct Waiting(Backend);

impl Waiting {
    /// `GET /walk?url=…`, or `/deny?url=…`, tells the address with which the browser left; `GET /device?at=…&code=…`
    /// the heading of the page after the person said yes.
    pub(crate) fn at_a_browser(person: Person) -> Self {
        let person = Mutex::new(person);
        Self(Backend::choosing(move |head, _| {
            let asked = head.target.clone();
            let told = |name: &str| parameter(&asked, name).expect("a parameter");
            let mut person = person.lock().expect("a person who went astray stays where that was");
            let said = match asked.split('?').next().unwrap_or_default() {
                "/walk" => person.walk(&told("url")),
                "/deny" => person.walk_deciding(&told("url"), "deny"),
                "/device" => person.answer_device(&told("at"), &told("code"), "allow").heading(),
                _ => panic!("{asked}"),
            };
            script::answer(Reply::ok(said).field("content-type", "text/plain; charset=utf-8"))
        }))
    }

    /// Where programs ask.
    pub(crate) fn url(&self) -> &str {
        self.0.url()
    }
}
