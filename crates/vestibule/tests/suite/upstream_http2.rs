//! Services that speak HTTP/2: what they get, what callers get of their answers, and what happens when they end early.

mod carried;
mod chosen;
mod ended;

use testkit::Deadline;
use testkit::http2_backend::{Arrived, Http2Backend, Turn, Turns};

use crate::open_house::{OpenHouse, SOON};

/// A service that speaks HTTP/2 without being asked, and its house.
fn open(service: &Http2Backend) -> OpenHouse {
    OpenHouse::to_service(&keys(service), &["deadline: 30s"])
}

fn keys(service: &Http2Backend) -> String {
    format!("urls: \"{}\", http: 2", service.url())
}

/// Sends back what came, with this status.
fn echo(status: u16) -> Turns {
    vec![Turn::Head(status, Vec::new(), false), Turn::Echo]
}

/// Answers with this text.
fn saying(text: &str) -> Turns {
    vec![Turn::ReadBody, Turn::Head(200, Vec::new(), false), Turn::Send(text.into()), Turn::End]
}

fn fields(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Waits until what came is so.
fn wait_for(service: &Http2Backend, is_so: impl Fn(&[Arrived]) -> bool) -> Vec<Arrived> {
    let deadline = Deadline::within(SOON);
    loop {
        let arrived = service.arrived();
        if is_so(&arrived) {
            return arrived;
        }
        assert!(!deadline.passed(), "{arrived:?}");
        std::thread::yield_now();
    }
}
