//! `kill -9` in the middle of what people, applications and operators do, at drawn instants, and a start on what it left.
//!
//! Each deed is done once whole, which tells how long it takes, and then again and again with the process gone at
//! some instant within that time. What was answered is there; what was not is there whole or not at all; and nothing
//! that has ended opens anything. That a change is on the disk and not only in the page cache before it is answered,
//! which a kill cannot show, is shown by `durable::*` of the store.
//!
//! `VESTIBULE_KILLS=2000` makes it so many; `VESTIBULE_SEED` chooses another run.

mod deeds;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use testkit::Answer;
use testkit::program::Ended;

use crate::accounts_house::{AccountsHouse, Agent, Ready};
use deeds::DEEDS;

/// Kills in the short form.
const KILLS: usize = 36;

/// The house, and when it dies next.
pub(crate) struct World {
    pub(crate) at: AccountsHouse,
    random: fastrand::Rng,
    persons: usize,
    /// How long the deed takes that is cut off; none where it is done whole.
    takes: Option<Duration>,
    took: Duration,
    kills: usize,
    answered: usize,
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            at: AccountsHouse::open(),
            random: fastrand::Rng::with_seed(seed),
            persons: 0,
            takes: None,
            took: Duration::ZERO,
            kills: 0,
            answered: 0,
        }
    }

    /// An address that nobody has.
    pub(crate) fn address(&mut self) -> String {
        self.persons += 1;
        format!("person{}@shop.example", self.persons)
    }

    /// Somebody new, signed in.
    pub(crate) fn person(&mut self) -> (String, Agent) {
        let address = self.address();
        let agent = self.at.register(&address);
        (address, agent)
    }

    /// Does `deed`, with the process gone at a drawn instant of it, and started again when this returns. Whole, where
    /// nothing is to be killed.
    fn cut<T: Send>(&mut self, deed: impl FnOnce(&AccountsHouse) -> T + Send) -> T {
        let began = Instant::now();
        let Some(takes) = self.takes else {
            let outcome = deed(&self.at);
            self.took = began.elapsed();
            return outcome;
        };
        // A little longer than it takes: some answers are to come.
        let instant = takes.mul_f64(1.3 * self.random.f64());
        let at = &self.at;
        let outcome = std::thread::scope(|scope| {
            let doing = scope.spawn(move || deed(at));
            // An instant that was drawn is waited for as exactly as can be.
            while began.elapsed() < instant {
                std::thread::yield_now();
            }
            at.house.signal(rustix::process::Signal::KILL);
            doing.join().expect("it ends when the process does")
        });
        self.at.house.wait(crate::two_doors::SOON);
        self.at.house.start_again();
        self.kills += 1;
        outcome
    }

    /// Sends what is about to be sent. The answer, where it came whole.
    pub(crate) fn send(&mut self, mut ready: Ready) -> Option<Answer> {
        let answer = self.cut(move |_| {
            ready.send();
            ready.answer()
        });
        self.answered += usize::from(answer.is_some());
        answer
    }

    /// Runs a command against the gateway. What it printed, where it ended well.
    pub(crate) fn command(&mut self, arguments: &[&str]) -> Option<String> {
        let ended: Ended = self.cut(|at| at.house.command(arguments));
        let printed = ended.status.success().then(|| ended.stdout.trim().to_owned());
        self.answered += usize::from(printed.is_some());
        printed
    }
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn nothing_is_lost_or_half_made_when_the_process_is_killed_in_the_middle() {
    let seed = from_environment("VESTIBULE_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("VESTIBULE_SEED={seed}");
    let kills = from_environment("VESTIBULE_KILLS").and_then(|kills| usize::try_from(kills).ok()).unwrap_or(KILLS);
    let mut world = World::new(seed);
    let mut took = BTreeMap::new();
    for (name, deed) in DEEDS {
        deed(&mut world);
        took.insert(*name, world.took);
    }
    assert_eq!(world.answered, DEEDS.len(), "without a kill everything is answered");
    world.answered = 0;
    let began = Instant::now();
    for number in 0..kills {
        let (name, deed) = DEEDS[number % DEEDS.len()];
        world.takes = took.get(name).copied();
        println!("{number}: {name}, which takes {:?}", world.takes);
        deed(&mut world);
    }
    assert_eq!(world.kills, kills);
    let ended = world.at.house.command(&["store", "check"]);
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    println!("{kills} kills, {} of them after the answer, in {:?}", world.answered, began.elapsed());
}
