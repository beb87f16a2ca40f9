//! Keys of an issuer that changes, lies, is slow or gone, and tokens that only it can read. The time is paused and the
//! issuer is ours; nothing is slept and nothing leaves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use auth::jose::{Jwks, SigningKey, TokenType, VerifyingKey};
use auth::{ClaimNames, LEEWAY};
use bytes::Bytes;
use http::Response;
use model::Caller;
use upstream::{DialError, FetchError, HouseRequest};

use super::*;

const ISSUER: &str = "https://login.corp.example";
const KEYS: &str = "/keys";
const METADATA: &str = "/.well-known/openid-configuration";
const ASKED: &str = "/introspect";

/// A clock that goes when it is told.
#[derive(Default)]
struct Hands(AtomicU64);

impl Clock for Hands {
    fn wall(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_800_000_000 + self.0.load(Ordering::Relaxed))
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// The issuer, as the network would show it.
#[derive(Default)]
struct Provider {
    says: ArcSwap<HashMap<String, (u16, String, String)>>,
    asked: ArcSwap<Vec<String>>,
    gone: AtomicBool,
}

impl Provider {
    fn new() -> Arc<Self> {
        let provider = Arc::new(Self::default());
        let metadata = format!(
            "{{\"issuer\":\"{ISSUER}\",\"jwks_uri\":\"{ISSUER}{KEYS}\",\"introspection_endpoint\":\"{ISSUER}{ASKED}\"}}"
        );
        provider.says(METADATA, 200, "", &metadata);
        provider
    }

    fn says(&self, path: &str, status: u16, cache: &str, body: &str) {
        self.says.rcu(|says| {
            let mut says = HashMap::clone(says);
            says.insert(path.to_owned(), (status, cache.to_owned(), body.to_owned()));
            says
        });
    }

    fn publishes(&self, keys: &[&VerifyingKey], cache: &str) {
        let set = Jwks::of(keys.iter().copied().cloned()).expect("a set");
        self.says(KEYS, 200, cache, &set.document());
    }

    fn times(&self, path: &str) -> usize {
        self.asked.load().iter().filter(|asked| asked.starts_with(path)).count()
    }

    fn answer(&self, request: &HouseRequest) -> Fetching<'_> {
        let path = request.target.path().to_owned();
        let line = format!("{path} {}", String::from_utf8_lossy(&request.body));
        self.asked.rcu(|asked| asked.iter().cloned().chain([line.clone()]).collect::<Vec<_>>());
        Box::pin(async move {
            // As a network would: others who ask meanwhile must wait for it.
            tokio::task::yield_now().await;
            let host = "login.corp.example".to_owned();
            if self.gone.load(Ordering::Relaxed) {
                return Err(FetchError::Dial(DialError::TooLate { host }));
            }
            let (status, cache, body) =
                self.says.load().get(&path).cloned().unwrap_or((404, String::new(), String::new()));
            let answer = Response::builder().status(status).header("content-type", "application/json; charset=utf-8");
            let answer = if cache.is_empty() { answer } else { answer.header("cache-control", cache) };
            Ok(answer.body(Bytes::from(body)).expect("an answer"))
        })
    }
}

impl Outside for Provider {
    fn keys<'a>(&'a self, request: &'a HouseRequest) -> Fetching<'a> {
        self.answer(request)
    }

    fn introspection<'a>(&'a self, request: &'a HouseRequest) -> Fetching<'a> {
        assert!(request.fields.get("authorization").is_some_and(http::HeaderValue::is_sensitive));
        self.answer(request)
    }
}

struct Scene {
    provider: Arc<Provider>,
    clock: Arc<Hands>,
    verifier: Arc<Verifier>,
    foreign: Foreign,
    following: Option<Following>,
}

fn settings(provider: &Arc<Provider>, introspects: bool) -> ForeignSettings {
    let client = ClientCredentials { id: "vestibule".into(), secret: Arc::new(Secret::new("a b".to_owned())) };
    ForeignSettings {
        issuer: Issuer {
            name: "corp".into(),
            iss: ISSUER.into(),
            audience: vec!["https://api.shop.example".into()],
            resources: false,
            kind: TokenType::ACCESS_OR_PLAIN,
            keys: None,
            claims: ClaimNames::standard(),
            leeway: LEEWAY,
        },
        algorithms: vec![Algorithm::Es256],
        discovery: discovery_urls(ISSUER).expect("an issuer"),
        introspection: introspects.then(|| IntrospectionSettings {
            endpoint: None,
            client,
            remember: Duration::from_secs(30),
        }),
        outside: Arc::clone(provider) as Arc<dyn Outside>,
        trust: [0; 32],
    }
}

impl Scene {
    fn new(provider: Arc<Provider>, introspects: bool) -> Self {
        let settings = settings(&provider, introspects);
        Self::of(provider, settings)
    }

    fn of(provider: Arc<Provider>, settings: ForeignSettings) -> Self {
        let clock = Arc::new(Hands::default());
        let verifier = Arc::new(Verifier::new(Arc::clone(&clock) as Arc<dyn Clock>));
        let foreign = Foreign::new(vec![settings], None, Arc::clone(&clock) as Arc<dyn Clock>);
        foreign.believed_by(&verifier);
        Self { provider, clock, verifier, foreign, following: None }
    }

    /// Begins to follow, and waits until everything that can be done at once is done.
    async fn follow(&mut self) {
        self.following = Some(self.foreign.follow(&self.verifier, &(Arc::new(|_: &str, _: Option<&str>| {}) as Tell)));
        self.pass(Duration::ZERO).await;
    }

    /// So much time goes by, on both clocks.
    async fn pass(&self, time: Duration) {
        self.clock.0.fetch_add(time.as_secs(), Ordering::Relaxed);
        tokio::time::sleep(time + Duration::from_millis(1)).await;
    }

    /// The ids of the keys that data threads believe now.
    fn believed(&self) -> Vec<String> {
        let issuers = self.verifier.issuers();
        let keys = issuers.of(ISSUER).expect("the issuer").keys.clone();
        keys.iter().flat_map(|keys| keys.keys()).filter_map(|key| key.id()).map(str::to_owned).collect()
    }
}

fn key(id: &str) -> VerifyingKey {
    key_for(Algorithm::Es256, id)
}

fn key_for(algorithm: Algorithm, id: &str) -> VerifyingKey {
    SigningKey::generate(algorithm).expect("a key").public().clone().with_id(id)
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_at_the_start_and_when_they_are_due_by_the_issuer_s_word_within_bounds() {
    for (cache, every) in [("max-age=600", 600), ("", 3600), ("max-age=1", 60), ("public, max-age=999999", 43_200)] {
        let mut scene = Scene::new(Provider::new(), false);
        let (one, two) = (key("one"), key("two"));
        scene.provider.publishes(&[&one], cache);
        assert!(scene.believed().is_empty(), "nothing is believed before");
        scene.follow().await;
        assert_eq!(scene.believed(), ["one"], "{cache}");
        scene.provider.publishes(&[&one, &two], cache);
        scene.pass(Duration::from_secs(every - 2)).await;
        assert_eq!((scene.believed().len(), scene.provider.times(KEYS)), (1, 1), "{cache}");
        scene.pass(Duration::from_secs(2)).await;
        assert_eq!((scene.believed().len(), scene.provider.times(KEYS)), (2, 2), "{cache}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_is_gone_is_believed_by_its_last_keys_for_a_day_and_then_no_more() {
    let mut scene = Scene::new(Provider::new(), false);
    scene.provider.publishes(&[&key("one")], "");
    scene.follow().await;
    scene.provider.gone.store(true, Ordering::Relaxed);
    scene.pass(Duration::from_secs(23 * 3600)).await;
    assert_eq!(scene.believed(), ["one"]);
    scene.pass(Duration::from_secs(2 * 3600)).await;
    assert!(scene.believed().is_empty());
    scene.provider.gone.store(false, Ordering::Relaxed);
    scene.pass(Duration::from_secs(300)).await;
    assert_eq!(scene.believed(), ["one"], "and again when it is back");
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_is_gone_is_asked_less_and_less_often() {
    let mut scene = Scene::new(Provider::new(), false);
    scene.provider.gone.store(true, Ordering::Relaxed);
    scene.follow().await;
    scene.pass(Duration::from_secs(3600)).await;
    let asked = scene.provider.times(METADATA);
    assert!((12..=22).contains(&asked), "{asked} times in an hour");
}

#[tokio::test(start_paused = true)]
async fn a_token_with_a_new_key_has_them_fetched_once_and_then_not_for_a_while() {
    let mut scene = Scene::new(Provider::new(), false);
    let (one, two) = (key("one"), key("two"));
    scene.provider.publishes(&[&one], "");
    scene.follow().await;
    scene.pass(Duration::from_secs(60)).await;
    scene.provider.publishes(&[&one, &two], "");
    let ask = || scene.foreign.look_for_keys("corp", &scene.verifier);
    let (first, second, third) = tokio::join!(ask(), ask(), ask());
    assert!([first, second, third].iter().all(|told| matches!(told, Told::Keys)));
    assert_eq!((scene.believed().len(), scene.provider.times(KEYS)), (2, 2), "one question for all who wait");
    for _ in 0..20 {
        scene.pass(Duration::from_secs(1)).await;
        scene.foreign.look_for_keys("corp", &scene.verifier).await;
    }
    assert_eq!(scene.provider.times(KEYS), 2, "made-up keys have nothing fetched");
    scene.pass(Duration::from_secs(11)).await;
    scene.foreign.look_for_keys("corp", &scene.verifier).await;
    assert_eq!(scene.provider.times(KEYS), 3);
    assert!(matches!(scene.foreign.look_for_keys("other", &scene.verifier).await, Told::Unavailable(_)));
}

#[tokio::test(start_paused = true)]
async fn whether_a_token_has_a_good_key_cannot_be_said_while_its_issuer_is_gone_and_that_is_told_once() {
    let mut scene = Scene::new(Provider::new(), false);
    scene.provider.publishes(&[&key("one")], "");
    let said = Arc::new(ArcSwap::from_pointee(Vec::new()));
    let heard = Arc::clone(&said);
    let tell: Tell = Arc::new(move |name: &str, why: Option<&str>| {
        let line = format!("{name}: {}", why.unwrap_or("again"));
        heard.rcu(|said: &Arc<Vec<String>>| said.iter().cloned().chain([line.clone()]).collect::<Vec<_>>());
    });
    scene.following = Some(scene.foreign.follow(&scene.verifier, &tell));
    scene.pass(Duration::from_secs(60)).await;
    scene.provider.gone.store(true, Ordering::Relaxed);
    let told = scene.foreign.look_for_keys("corp", &scene.verifier).await;
    assert!(matches!(&told, Told::Unavailable(why) if why.contains("login.corp.example")), "{told:?}");
    assert_eq!(scene.believed(), ["one"], "tokens with keys that are known go on");
    scene.pass(Duration::from_secs(2 * 3600)).await;
    let standing = scene.foreign.standings().next().expect("an issuer");
    assert!(standing.known.is_some() && standing.failed.is_some(), "{standing:?}");
    assert_eq!(said.load().len(), 1, "{said:?}");
    scene.provider.gone.store(false, Ordering::Relaxed);
    scene.pass(Duration::from_secs(6 * 60)).await;
    assert_eq!(said.load().last().map(String::as_str), Some("corp: again"));
    assert!(matches!(scene.foreign.look_for_keys("corp", &scene.verifier).await, Told::Keys));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_the_issuer_s_or_not_keys_changes_nothing() {
    let good = format!("{{\"issuer\":\"{ISSUER}\",\"jwks_uri\":\"{ISSUER}{KEYS}\"}}");
    let other = "{\"issuer\":\"https://evil.example\",\"jwks_uri\":\"https://evil.example/keys\"}";
    let inside = format!("{{\"issuer\":\"{ISSUER}\",\"jwks_uri\":\"https://10.0.0.1/keys\"}}");
    let evil = Jwks::of([key("evil")]).expect("a set").document();
    let secret = "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"evil\",\"k\":\"c2VjcmV0\"}]}";
    for (metadata, keys, status) in [
        (other, evil.as_str(), 200),
        (&inside, &evil, 200),
        (&good, secret, 200),
        (&good, "{\"keys\":[]}", 200),
        (&good, "[]", 200),
        (&good, &evil, 500),
        (&good, &evil, 302),
        ("", &evil, 200),
    ] {
        let mut scene = Scene::new(Provider::new(), false);
        scene.provider.publishes(&[&key("one")], "");
        scene.follow().await;
        scene.provider.says(METADATA, 200, "", metadata);
        scene.provider.says(KEYS, status, "", keys);
        scene.pass(Duration::from_secs(2 * 3600)).await;
        assert_eq!(scene.believed(), ["one"], "{metadata} {keys} {status}");
        assert!(scene.provider.times(METADATA) > 1);
    }
}

#[tokio::test(start_paused = true)]
async fn keys_for_other_algorithms_than_the_file_takes_are_left_out() {
    let mut scene = Scene::new(Provider::new(), false);
    let other = key_for(Algorithm::EdDsa, "two");
    scene.provider.publishes(&[&key("one"), &other], "");
    scene.follow().await;
    assert_eq!(scene.believed(), ["one"]);
}

#[tokio::test(start_paused = true)]
async fn a_reload_keeps_what_was_learnt_of_the_same_issuer_and_of_no_other() {
    let mut scene = Scene::new(Provider::new(), false);
    scene.provider.publishes(&[&key("one")], "");
    scene.follow().await;
    let clock = || Arc::clone(&scene.clock) as Arc<dyn Clock>;
    let has_keys = |settings: ForeignSettings| {
        let next = Foreign::new(vec![settings], Some(&scene.foreign), clock());
        next.standings().all(|standing| standing.known.is_some())
    };
    let same = || settings(&scene.provider, false);
    assert!(has_keys(same()));
    assert!(has_keys(ForeignSettings { introspection: settings(&scene.provider, true).introspection, ..same() }));
    assert!(!has_keys(ForeignSettings { trust: [1; 32], ..same() }));
    assert!(!has_keys(ForeignSettings { algorithms: vec![Algorithm::Rs256], ..same() }));
    let moved = Issuer { iss: "https://other.example".into(), ..same().issuer };
    assert!(!has_keys(ForeignSettings { issuer: moved, ..same() }));
}

#[tokio::test(start_paused = true)]
async fn whoever_followed_an_issuer_for_an_earlier_configuration_changes_nothing_any_more() {
    let mut scene = Scene::new(Provider::new(), false);
    scene.provider.publishes(&[&key("one")], "");
    scene.follow().await;
    let narrower =
        Issuer { audience: vec!["https://pay.shop.example".into()], ..settings(&scene.provider, false).issuer };
    scene.verifier.believe_others(&[Arc::new(narrower)], false);
    scene.pass(Duration::from_secs(2 * 3600)).await;
    let issuers = scene.verifier.issuers();
    let issuer = issuers.of(ISSUER).expect("the issuer");
    assert_eq!((&*issuer.audience[0], issuer.keys.is_none()), ("https://pay.shop.example", true));
}

fn active(more: &str) -> String {
    format!("{{\"active\":true,\"sub\":\"p1\",\"client_id\":\"web\",\"aud\":\"https://api.shop.example\"{more}}}")
}

async fn introspected(status: u16, body: &str) -> (Told, Scene) {
    let mut scene = Scene::new(Provider::new(), true);
    scene.provider.publishes(&[&key("one")], "");
    scene.provider.says(ASKED, status, "", body);
    scene.follow().await;
    (scene.foreign.introspect("opaque+1", &scene.verifier).await, scene)
}

#[tokio::test(start_paused = true)]
async fn a_token_that_only_its_issuer_reads_is_whom_the_issuer_says_and_for_a_short_time() {
    let (told, scene) = introspected(200, &active(",\"scope\":\"orders.read a\"")).await;
    let Told::Holds(verified) = told else { panic!("{told:?}") };
    let Caller::User(user) = &verified.caller else { panic!("{verified:?}") };
    assert_eq!((&*user.subject, &*user.issuer, &*user.app, user.scopes.len()), ("p1", "corp", "web", 2));
    assert_eq!(verified.until, scene.clock.wall() + Duration::from_secs(30));
    assert!(
        scene
            .provider
            .asked
            .load()
            .iter()
            .any(|asked| asked == "/introspect token=opaque%2B1&token_type_hint=access_token")
    );
    let now = 1_800_000_000;
    let (told, _) = introspected(200, &active(&format!(",\"exp\":{}", now + 10_000))).await;
    let Told::Holds(verified) = told else { panic!("{told:?}") };
    assert_eq!(verified.until, UNIX_EPOCH + Duration::from_secs(now + 30));
}

#[tokio::test(start_paused = true)]
async fn an_application_calls_for_itself_by_the_registered_subject_alone() {
    let told = |members: &str| format!("{{\"active\":true,\"aud\":\"https://api.shop.example\",{members}}}");
    for (members, is_app) in [
        ("\"sub\":\"web\",\"client_id\":\"web\"", true),
        ("\"sub\":\"web\",\"azp\":\"web\"", true),
        ("\"sub\":\"p1\",\"azp\":\"web\"", false),
        ("\"sub\":\"p1\",\"azp\":\"p1\",\"client_id\":\"web\"", false),
    ] {
        let (Told::Holds(verified), _) = introspected(200, &told(members)).await else { panic!("{members}") };
        assert_eq!(matches!(verified.caller, Caller::App(_)), is_app, "{members}");
    }
    // The file takes a name that people choose for the subject: somebody calls themselves like the application.
    let provider = Provider::new();
    provider.publishes(&[&key("one")], "");
    provider.says(ASKED, 200, "", &told("\"sub\":\"p1\",\"nickname\":\"web\",\"client_id\":\"web\""));
    let mut chosen = settings(&provider, true);
    chosen.issuer.claims.subject = "nickname".into();
    let scene = Scene::of(provider, chosen);
    let told = scene.foreign.introspect("opaque+1", &scene.verifier).await;
    assert!(matches!(&told, Told::Holds(verified) if matches!(verified.caller, Caller::User(_))), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_not_good_or_not_for_us_is_refused_and_not_asked_about_again_for_a_moment() {
    for body in [
        "{\"active\":false}",
        "{}",
        "{\"active\":\"true\",\"sub\":\"p1\",\"client_id\":\"web\",\"aud\":\"https://api.shop.example\"}",
        "{\"active\":true,\"sub\":\"p1\",\"client_id\":\"web\"}",
        "{\"active\":true,\"sub\":\"p1\",\"client_id\":\"web\",\"aud\":\"https://other.example\"}",
        "{\"active\":true,\"client_id\":\"web\",\"aud\":\"https://api.shop.example\"}",
        &active(",\"iss\":\"https://evil.example\""),
        &active(",\"exp\":1700000000"),
        &active(",\"nbf\":1900000000"),
        &active(",\"cnf\":{\"unknown\":\"x\"}"),
        &active(",\"at_hash\":\"x\""),
        &active(",\"nonce\":\"x\""),
    ] {
        let (told, scene) = introspected(200, body).await;
        assert!(matches!(told, Told::Unknown), "{body}: {told:?}");
        scene.foreign.introspect("opaque+1", &scene.verifier).await;
        assert_eq!(scene.provider.times(ASKED), 1, "{body}");
        scene.pass(Duration::from_secs(11)).await;
        scene.foreign.introspect("opaque+1", &scene.verifier).await;
        assert_eq!(scene.provider.times(ASKED), 2, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_does_not_answer_rightly_says_nothing_of_the_token() {
    for (status, body) in [(401, "{\"active\":true}"), (500, ""), (200, "no"), (200, "[]"), (302, "")] {
        let (told, _) = introspected(status, body).await;
        assert!(matches!(told, Told::Unavailable(_)), "{status} {body}: {told:?}");
    }
    let (_, scene) = introspected(200, "{\"active\":false}").await;
    scene.provider.gone.store(true, Ordering::Relaxed);
    let told = scene.foreign.introspect("another", &scene.verifier).await;
    assert!(matches!(told, Told::Unavailable(_)), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_a_token_is_asked_about_nowhere() {
    let (_, scene) = introspected(200, "{\"active\":false}").await;
    for text in ["a b", "a\u{e9}", &"a".repeat(5000)] {
        assert!(matches!(scene.foreign.introspect(text, &scene.verifier).await, Told::Unknown));
    }
    assert_eq!(scene.provider.times(ASKED), 1);
    let none = Scene::new(Provider::new(), false);
    assert!(matches!(none.foreign.introspect("opaque", &none.verifier).await, Told::Unknown));
}
