//! The flows, each as a person or a stranger goes through it.

mod account;
mod coming_in;
mod desk;
mod guessing;
mod reception;
mod second_factor;

use std::future::{Future, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::Arc;
#[expect(clippy::disallowed_types, reason = "a test looks at what was sent")]
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use model::{Clock, Secret};

use super::{Endings, Entered, Known, Lasting, People, Step, Visitor};
use crate::accounts::mail::{Letter, MailError, Mailer, Post};
use crate::accounts::stopped_clock::StoppedClock;
use crate::accounts::{Devices, Passwords, PoolSettings, Throttle, Tickets, Work};
use crate::store::accounts::{Account, MemoryPeople};
use crate::{AccountsMode, Brand, IssuerUrl, Lifetimes, MailSettings, SecondFactor, Settings, SignInId, UserId};

const PASSWORD: &str = "rain tin roof lantern";
const OTHER: &str = "copper kettle whistle fog";
const MINUTE: Duration = Duration::from_secs(60);

/// What was mailed and what was said to have ended.
#[derive(Default)]
struct Heard {
    #[expect(clippy::disallowed_types, reason = "see the import")]
    mails: Mutex<Vec<(String, String, String)>>,
    #[expect(clippy::disallowed_types, reason = "see the import")]
    endings: Mutex<Vec<(UserId, Option<SignInId>)>>,
}

impl Mailer for Heard {
    fn send<'a>(&'a self, letter: &'a Letter) -> Pin<Box<dyn Future<Output = Result<(), MailError>> + Send + 'a>> {
        let mail = (letter.to.to_string(), letter.subject.clone(), letter.text.expose().clone());
        self.mails.lock().unwrap().push(mail);
        Box::pin(ready(Ok(())))
    }
}

impl Endings for Heard {
    fn all_of(&self, user: UserId, _: SystemTime) {
        self.endings.lock().unwrap().push((user, None));
    }

    fn sign_in(&self, user: UserId, id: SignInId, _: SystemTime) {
        self.endings.lock().unwrap().push((user, Some(id)));
    }
}

/// One house with nobody in it.
struct House {
    people: People,
    store: Arc<MemoryPeople>,
    heard: Arc<Heard>,
    clock: Arc<StoppedClock>,
}

fn house(mode: AccountsMode, second_factor: SecondFactor) -> House {
    let (store, heard) = (Arc::new(MemoryPeople::default()), Arc::new(Heard::default()));
    let clock = Arc::new(StoppedClock::default());
    let dynamic: Arc<dyn Clock> = Arc::<StoppedClock>::clone(&clock);
    let pool = PoolSettings { threads: 1, queue: 64, patience: MINUTE, work: Work::LEAST };
    let lasting = Lasting {
        accounts: Arc::<MemoryPeople>::clone(&store),
        sign_ins: Arc::<MemoryPeople>::clone(&store),
        links: Arc::<MemoryPeople>::clone(&store),
        externals: Arc::<MemoryPeople>::clone(&store),
        holdings: Vec::new(),
        endings: Arc::<Heard>::clone(&heard),
        passwords: Passwords::start(pool, Arc::clone(&dynamic)).unwrap(),
        throttle: Throttle::new(Arc::clone(&dynamic)),
        tickets: Tickets::new(Arc::clone(&dynamic)),
        devices: Devices::new(&Secret::new([7; 32])),
        post: Post::new(|_| {}),
        clock: dynamic,
    };
    let settings = Settings {
        issuer: IssuerUrl::parse("https://shop.example").unwrap(),
        path: "/auth".into(),
        brand: Brand { name: "Corner Shop".into(), ..Brand::default() },
        accounts: mode,
        second_factor,
        lifetimes: Lifetimes::default(),
        mail: MailSettings::Print,
        keys_rotate: Duration::from_secs(90 * 24 * 3600),
    };
    let people = People::new(&settings, Arc::<Heard>::clone(&heard), Arc::new(lasting));
    House { people, store, heard, clock }
}

fn open_house() -> House {
    house(AccountsMode::Open, SecondFactor::Offered)
}

fn from(last: u8) -> Visitor {
    Visitor { address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)), agent: "Firefox on Linux".into(), device: None }
}

impl House {
    /// The mails since the last call, once all are sent.
    async fn mails(&self) -> Vec<(String, String, String)> {
        self.people.lasting.post.idle().await;
        std::mem::take(&mut *self.heard.mails.lock().unwrap())
    }

    /// What the link of the one mail holds, which has to have gone to `to`.
    async fn link(&self, to: &str) -> String {
        let mails = self.mails().await;
        let [(address, _, text)] = &mails[..] else { panic!("one mail: {mails:?}") };
        assert_eq!(address, to);
        let (_, link) = text.split_once("?link=").expect("a link");
        link.split_whitespace().next().unwrap().to_owned()
    }

    fn endings(&self) -> Vec<(UserId, Option<SignInId>)> {
        std::mem::take(&mut *self.heard.endings.lock().unwrap())
    }

    /// Somebody who registered and is in.
    async fn joined(&self, address: &str) -> Entered {
        self.people.register(address, &from(1)).unwrap();
        let link = self.link(address).await;
        entered(self.people.join(&link, "", PASSWORD, &from(1)).await.unwrap())
    }

    async fn account(&self, user: UserId) -> Account {
        self.people.account(user).await.unwrap()
    }

    fn hashes(&self) -> u64 {
        self.people.lasting.passwords.hashes()
    }
}

fn entered(step: Step) -> Entered {
    match step {
        Step::Entered(entered) => *entered,
        other => panic!("not in: {other:?}"),
    }
}

fn methods(known: &Known) -> Vec<String> {
    known.signed_in().methods.iter().map(ToString::to_string).collect()
}
