//! Applications whose tabs refresh at once, through the program and its store: none is logged out, and no replay passes.
//!
//! `VESTIBULE_REFRESHES=100000` makes it so many.

use std::time::Instant;

use testkit::{Answer, Connection, Deadline};

use crate::accounts_house::{AccountsHouse, Tokens};
use crate::two_doors::SOON;

/// Refreshes in the short form.
const REFRESHES: usize = 2_000;
/// Applications, each on a thread of its own.
const APPS: usize = 8;
/// Tabs of each, which show the same token at once.
const TABS: usize = 5;

/// One application: its tabs, each with a connection that is kept, and what they share.
struct App {
    tabs: Vec<Connection>,
    /// Of the first turn: long replaced when it is shown again.
    first: String,
    tokens: Tokens,
}

impl App {
    fn new(at: &AccountsHouse, number: usize) -> Self {
        let mut agent = at.register(&format!("tabs{number}@shop.example"));
        let tokens = at.tokens(&mut agent, "orders.read offline_access");
        Self { tabs: (0..TABS).map(|_| at.connect()).collect(), first: tokens.refresh.clone(), tokens }
    }

    /// All tabs show the token that they share, before any has an answer; each then keeps what it was given.
    fn race(&mut self) {
        let body = AccountsHouse::refreshing(&self.tokens.refresh);
        let request = format!(
            "POST /auth/token HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        for tab in &mut self.tabs {
            tab.send(request.as_bytes());
        }
        for tab in &mut self.tabs {
            let answer = tab.answer_to("POST", Deadline::within(SOON)).expect("an answer");
            // Whichever tab writes last, its token is the one that all of them show next.
            self.tokens = tokens_of(&answer);
        }
    }
}

#[track_caller]
fn tokens_of(answer: &Answer) -> Tokens {
    let document = answer.json().filter(|_| answer.status == 200);
    let document = document.unwrap_or_else(|| panic!("logged out: {} {}", answer.status, answer.text()));
    let text = |name: &str| document[name].as_str().expect("a token").to_owned();
    Tokens { access: text("access_token"), refresh: text("refresh_token") }
}

#[test]
fn tabs_that_refresh_at_once_are_never_logged_out_and_a_replay_ends_the_family() {
    let asked = std::env::var("VESTIBULE_REFRESHES").ok().and_then(|text| text.parse().ok());
    let rounds = asked.unwrap_or(REFRESHES).div_ceil(APPS * TABS);
    let at = AccountsHouse::open();
    let mut apps: Vec<App> = (0..APPS).map(|number| App::new(&at, number)).collect();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for app in &mut apps {
            scope.spawn(move || (0..rounds).for_each(|_| app.race()));
        }
    });
    let (took, refreshes) = (began.elapsed(), rounds * APPS * TABS);
    println!("{refreshes} refreshes of {APPS} applications with {TABS} tabs in {took:?}, none logged out");
    for app in &apps {
        assert!(at.opens(&app.tokens.access));
        // Many turns ago: nobody who is honest has this one. And none of what came of it since works any more.
        assert!(at.refresh(&app.first).is_none(), "a replay gives nothing");
        assert!(at.refresh(&app.tokens.refresh).is_none(), "a replay ends the family");
        assert!(!at.opens(&app.tokens.access), "with every access token of it");
    }
}
