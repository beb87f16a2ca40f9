//! Upgrades of the program while people are signed in: sessions, tokens and pages go on, and one process has the store.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::accounts_house::{AccountsHouse, Agent, PASSWORD, Tokens, entered};
use crate::upgrade::{Followers, upgrade, wait_for_end};

const UPGRADES: usize = 3;
const SCOPE: &str = "orders.read offline_access";

/// What goes on meanwhile, and how often it was answered.
struct Load<'a> {
    at: &'a AccountsHouse,
    stop: AtomicBool,
    answered: AtomicUsize,
}

impl Load<'_> {
    /// Does it again and again until the end.
    fn on(&self, mut once: impl FnMut()) {
        while !self.stop.load(Ordering::Relaxed) {
            once();
            self.answered.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn session(&self, mut agent: Agent) {
        self.on(|| {
            let answer = agent.get("/shop/orders");
            assert_eq!(answer.status, 200, "a session: {}", answer.text());
        });
    }

    fn token(&self, tokens: &Tokens) {
        self.on(|| assert!(self.at.opens(&tokens.access), "a token"));
    }

    fn refreshes(&self, tokens: Tokens) {
        let mut tokens = tokens;
        self.on(|| tokens = self.at.refresh(&tokens.refresh).expect("an application goes on"));
    }

    fn account(&self, mut agent: Agent) {
        self.on(|| {
            let answer = agent.get("/auth/account");
            assert_eq!(answer.status, 200, "a page: {}", answer.text());
        });
    }

    fn sign_ins(&self, address: &str) {
        self.on(|| {
            let (_, answer) = self.at.sign_in(address, PASSWORD);
            assert!(entered(&answer), "a sign-in: {}", answer.text());
        });
    }
}

/// The process that says that it has the store.
fn holder(at: &AccountsHouse) -> String {
    std::fs::read_to_string(at.folder().join("vestibule-data/store/identity.lock")).expect("a lock").trim().to_owned()
}

#[test]
fn people_stay_signed_in_over_upgrades_and_nothing_that_they_do_fails() {
    let at = AccountsHouse::open();
    let mut followers = Followers::default();
    let mut ada = at.register("ada@shop.example");
    ada.follow("/auth/session/start?return_to=/shop/orders");
    let (tokens, family) = (at.tokens(&mut ada, SCOPE), at.tokens(&mut ada, SCOPE));
    // Somebody else: whoever signs in again and again is signed out of the browsers of long ago.
    at.register("bea@shop.example");
    let load = Load { at: &at, stop: AtomicBool::new(false), answered: AtomicUsize::new(0) };
    std::thread::scope(|scope| {
        let threads = [
            scope.spawn(|| load.session(ada.clone())),
            scope.spawn(|| load.token(&tokens)),
            scope.spawn(|| load.refreshes(family.clone())),
            scope.spawn(|| load.account(ada.clone())),
            scope.spawn(|| load.sign_ins("bea@shop.example")),
        ];
        let mut before = at.house.pid();
        for number in 1..=UPGRADES {
            let pid = upgrade(&at.house, &mut followers);
            wait_for_end(before);
            // The first request that needs the store waits for it.
            assert!(at.comes_in("bea@shop.example", PASSWORD));
            assert_eq!(holder(&at), pid.to_string(), "one process has the store: the one that serves");
            assert!(threads.iter().all(|thread| !thread.is_finished()), "something failed at upgrade {number}");
            before = pid;
        }
        load.stop.store(true, Ordering::Relaxed);
        for thread in threads {
            thread.join().expect("nothing has failed");
        }
    });
    println!("{} requests over {UPGRADES} upgrades", load.answered.load(Ordering::Relaxed));
    let checked = at.house.command(&["store", "check"]);
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
}

#[test]
fn what_has_ended_before_an_upgrade_is_refused_after_it() {
    let at = AccountsHouse::open();
    let mut followers = Followers::default();
    let mut ada = at.register("ada@shop.example");
    let tokens = at.tokens(&mut ada, SCOPE);
    let fields = [("password", PASSWORD), ("new_password", "nine lanterns over the harbour 4")];
    assert_eq!(ada.submit("/auth/account/password", &fields).status, 303);
    assert!(!at.opens(&tokens.access));
    let before = at.house.pid();
    upgrade(&at.house, &mut followers);
    wait_for_end(before);
    assert!(!at.opens(&tokens.access), "another process knows of it too");
    assert!(at.refresh(&tokens.refresh).is_none());
}
