//! The provider with the accounts themselves at its reception: mails, hashes and codes as they are.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
#[expect(clippy::disallowed_types, reason = "a test looks at what was sent")]
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use model::Clock as _;

use super::house::{Browser, Clock, House, Seen, digest_of, settings};
use crate::accounts::mail::{Letter, MailError, Mailer, Post};
use crate::accounts::people::{Endings, Lasting, People};
use crate::accounts::{Devices, Passwords, PoolSettings, Throttle, Tickets, Work, totp};
use crate::provider::Reception;
use crate::store::accounts::{Account, Accounts as _, MemoryPeople};
use crate::store::sign_ins::SignIns as _;
use crate::{Settings, SignInId, UserId};

pub(super) const ADDRESS: &str = "cleo@example.org";
pub(super) const PASSWORD: &str = "rain tin roof lantern";
const OTHER: &str = "copper kettle whistle fog";

#[derive(Default)]
pub(super) struct Mails {
    #[expect(clippy::disallowed_types, reason = "see the import")]
    sent: Mutex<Vec<String>>,
}

impl Mailer for Mails {
    fn send<'a>(&'a self, letter: &'a Letter) -> Pin<Box<dyn Future<Output = Result<(), MailError>> + Send + 'a>> {
        self.sent.lock().expect("it").push(letter.text.expose().clone());
        Box::pin(ready(Ok(())))
    }
}

impl Endings for Mails {
    fn all_of(&self, _: UserId, _: SystemTime) {}
    fn sign_in(&self, _: UserId, _: SignInId, _: SystemTime) {}
}

pub(super) struct Known {
    pub(super) house: House,
    mails: Arc<Mails>,
    post: Arc<Post>,
}

pub(super) fn people(
    settings: &Settings,
    store: &Arc<MemoryPeople>,
    clock: &Arc<Clock>,
    mails: &Arc<Mails>,
    post: &Arc<Post>,
) -> Arc<People> {
    let clock: Arc<dyn model::Clock> = Arc::clone(clock) as _;
    let pool = PoolSettings { threads: 1, queue: 64, patience: Duration::from_secs(60), work: Work::LEAST };
    let lasting = Lasting {
        accounts: Arc::clone(store) as _,
        sign_ins: Arc::clone(store) as _,
        links: Arc::clone(store) as _,
        externals: Arc::clone(store) as _,
        holdings: Vec::new(),
        endings: Arc::clone(mails) as _,
        passwords: Passwords::start(pool, Arc::clone(&clock)).expect("a pool"),
        throttle: Throttle::new(Arc::clone(&clock)),
        tickets: Tickets::new(Arc::clone(&clock)),
        devices: Devices::new(&model::Secret::new([7; 32])),
        post: Arc::clone(post),
        clock,
    };
    Arc::new(People::new(settings, Arc::clone(mails) as _, Arc::new(lasting)))
}

impl Known {
    async fn open() -> Self {
        Self::with(settings(), |house, _| house).await
    }

    /// With something more that stands on the same people.
    pub(super) async fn with(settings: Settings, more: impl FnOnce(House, Arc<People>) -> House) -> Self {
        let (mails, post) = (Arc::new(Mails::default()), Post::new(|_| {}));
        let mut made = None;
        let reception = |store: &Arc<MemoryPeople>, clock: &Arc<Clock>| -> Arc<dyn Reception> {
            Arc::clone(made.insert(people(&settings, store, clock, &mails, &post))) as _
        };
        let house = House::with(settings.clone(), reception).await;
        let house = more(house, made.expect("people"));
        Self { house, mails, post }
    }

    /// What was mailed last.
    pub(super) async fn mail(&self) -> String {
        self.post.idle().await;
        self.mails.sent.lock().expect("it").pop().expect("a mail")
    }

    /// Where the link of the last mail leads.
    async fn link(&self) -> String {
        let text = self.mail().await;
        let link = text.split_whitespace().find(|word| word.starts_with("https://")).expect("a link");
        link.strip_prefix("https://shop.example").expect("ours").to_owned()
    }

    pub(super) async fn account(&self, browser: &Browser) -> Account {
        let sign_in = self.house.people.by_cookie(digest_of(browser).expect("a cookie")).await.expect("an answer");
        self.house.people.by_id(sign_in.expect("a sign-in").user).await.expect("an answer").expect("an account")
    }

    pub(super) async fn sign_in(&self, browser: &mut Browser, password: &str) -> Seen {
        let page = browser.get(&self.house, "/auth/sign-in").await;
        browser.post(&self.house, &page, "/auth/sign-in", &[("address", ADDRESS), ("password", password)]).await
    }

    /// Somebody who registered, in the browser in which they are signed in.
    pub(super) async fn joined(&self) -> Browser {
        let mut browser = Browser::default();
        let page = browser.get(&self.house, "/auth/register").await;
        let sent = browser.post(&self.house, &page, "/auth/register", &[("address", ADDRESS)]).await;
        assert!(sent.text.contains("<h1>Check your mail</h1>"), "{}", sent.text);
        let page = browser.get(&self.house, &self.link().await).await;
        let link = page.hidden("link");
        let weak = [("link", &*link), ("name", "Cleo"), ("new_password", "password1")];
        let refused = browser.post(&self.house, &page, "/auth/verify", &weak).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("id=\"new_password-fault\""), "{}", refused.text);
        let form = [("link", &*link), ("name", "Cleo"), ("new_password", PASSWORD)];
        let joined = browser.post(&self.house, &refused, "/auth/verify", &form).await;
        assert_eq!(joined.location(), "/auth/account", "{}", joined.text);
        browser
    }
}

#[tokio::test]
async fn a_person_registers_by_the_mailed_link_signs_in_and_resets_the_password() {
    let known = Known::open().await;
    let mut browser = known.joined().await;
    let account = known.account(&browser).await;
    assert_eq!((account.address.as_str(), account.name.as_deref(), account.verified), (ADDRESS, Some("Cleo"), true));
    let mut other = Browser::default();
    assert_eq!(known.sign_in(&mut other, OTHER).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(known.sign_in(&mut other, PASSWORD).await.location(), "/auth/account");
    // The same page for an address that nobody has.
    let page = browser.get(&known.house, "/auth/forgot").await;
    browser.post(&known.house, &page, "/auth/forgot", &[("address", ADDRESS)]).await;
    let link = known.link().await;
    let page = browser.get(&known.house, &link).await;
    let form = [("link", &*page.hidden("link")), ("new_password", OTHER)];
    let reset = browser.post(&known.house, &page, "/auth/reset", &form).await;
    assert_eq!(reset.location(), "/auth/account", "{}", reset.text);
    // Everything before has ended, and the link works no more.
    assert!(other.get(&known.house, "/auth/account").await.location().starts_with("/auth/sign-in"));
    assert_eq!(browser.get(&known.house, &link).await.status, StatusCode::GONE);
    assert_eq!(known.sign_in(&mut other, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(known.sign_in(&mut other, OTHER).await.location(), "/auth/account");
}

#[tokio::test]
async fn a_person_sets_a_second_factor_up_is_asked_for_it_and_leaves() {
    let known = Known::open().await;
    let mut browser = known.joined().await;
    let page = browser.get(&known.house, "/auth/account/authenticator").await;
    assert!(page.text.contains("<svg ") && page.text.contains("class=\"key\""), "{}", page.text);
    let secret = known.account(&browser).await.offered.expect("a secret");
    let code = |house: &House| totp::code(&secret, totp::step_at(house.clock.wall()));
    let now = code(&known.house);
    let wrong = browser.post(&known.house, &page, "/auth/account/authenticator", &[("code", "000000")]).await;
    // The same secret is shown again: it may be in the app already.
    assert_eq!(known.account(&browser).await.offered.as_ref(), Some(&secret));
    let shown = browser.post(&known.house, &wrong, "/auth/account/authenticator", &[("code", &now)]).await;
    let recovery = shown.text.split("<li><code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a code");
    let recovery = recovery.to_owned();

    let mut other = Browser::default();
    assert_eq!(known.sign_in(&mut other, PASSWORD).await.location(), "/auth/second-factor");
    let page = other.get(&known.house, "/auth/second-factor").await;
    // The code that was used already works no more.
    let used = other.post(&known.house, &page, "/auth/second-factor", &[("code", &now)]).await;
    assert_eq!(used.status, StatusCode::UNPROCESSABLE_ENTITY);
    known.house.wait(Duration::from_secs(60));
    let next = code(&known.house);
    let entered = other.post(&known.house, &page, "/auth/second-factor", &[("code", &next)]).await;
    assert_eq!(entered.location(), "/auth/account");
    assert!(other.get(&known.house, "/auth/account").await.text.contains("On, with an authenticator app"));

    let page = other.get(&known.house, "/auth/account/delete").await;
    let without = other.post(&known.house, &page, "/auth/account/delete", &[("password", PASSWORD)]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = [("password", PASSWORD), ("code", &*recovery)];
    let deleted = other.post(&known.house, &page, "/auth/account/delete", &form).await;
    assert!(deleted.text.contains("Your account is deleted"), "{}", deleted.text);
    assert_eq!(known.sign_in(&mut browser, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
