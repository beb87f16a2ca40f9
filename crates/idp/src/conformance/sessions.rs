//! Facts about sessions.

use std::time::{Duration, SystemTime};

use crate::store::sessions::{MAX_SESSIONS, Session, Sessions};
use crate::{Digest, GrantId, Scopes, SessionId, SignInId, UserId};

/// The facts, each with a store of its own.
pub async fn sessions<S: Sessions>(empty: impl AsyncFn() -> S) {
    a_session_is_found_by_its_cookie_until_it_ends(&empty().await).await;
    a_browser_has_one_session(&empty().await).await;
    one_person_has_so_many_with_one_app(&empty().await).await;
    a_person_s_sessions_are_listed_and_end_together(&empty().await).await;
    all_are_listed_a_few_at_a_time(&empty().await).await;
    old_ones_end_a_few_at_a_time(&empty().await).await;
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

fn session(number: u8, user: u8, app: &str) -> Session {
    Session {
        id: SessionId([number; 16]),
        cookie: Digest([number; 32]),
        csrf: Digest([number ^ 0xff; 32]),
        grant: GrantId([number; 16]),
        user: UserId([user; 16]),
        generation: 7,
        app: app.into(),
        scopes: Scopes::parse("orders.read orders.write").expect("scopes"),
        sign_in: Some(SignInId([number; 16])),
        authenticated_at: at(1),
        methods: ["pwd".into(), "otp".into(), "mfa".into()].into(),
        origin: "https://shop.example".into(),
        begun: at(number.into()),
        seen: at(number.into()),
    }
}

async fn a_session_is_found_by_its_cookie_until_it_ends(store: &impl Sessions) {
    let one = session(1, 1, "page");
    assert_eq!(store.begin(one.clone(), None).await, Ok(vec![]));
    assert_eq!(store.by_cookie(one.cookie).await, Ok(Some(one.clone())));
    assert_eq!(store.by_cookie(one.csrf).await, Ok(None));
    assert_eq!(store.seen(one.id, at(90)).await, Ok(true));
    assert_eq!(store.by_cookie(one.cookie).await, Ok(Some(Session { seen: at(90), ..one.clone() })));
    assert_eq!(store.end(one.id).await, Ok(true));
    assert_eq!(store.by_cookie(one.cookie).await, Ok(None));
    assert_eq!((store.end(one.id).await, store.seen(one.id, at(91)).await), (Ok(false), Ok(false)));
}

async fn a_browser_has_one_session(store: &impl Sessions) {
    let (one, two) = (session(1, 1, "page"), session(2, 2, "page"));
    let other = Session { sign_in: None, methods: [].into(), ..session(3, 3, "other") };
    for begun in [&one, &other] {
        assert_eq!(store.begin(begun.clone(), None).await, Ok(vec![]));
    }
    assert_eq!(store.begin(two.clone(), Some(one.cookie)).await, Ok(vec![one.clone()]));
    assert_eq!(store.by_cookie(one.cookie).await, Ok(None));
    assert_eq!(store.by_cookie(two.cookie).await, Ok(Some(two)));
    assert_eq!(store.by_cookie(other.cookie).await, Ok(Some(other)));
}

async fn one_person_has_so_many_with_one_app(store: &impl Sessions) {
    let most = u8::try_from(MAX_SESSIONS).expect("few");
    for number in 1..=most {
        assert_eq!(store.begin(session(number, 1, "page"), None).await, Ok(vec![]));
    }
    for other in [session(most + 1, 1, "other"), session(most + 2, 2, "page")] {
        assert_eq!(store.begin(other, None).await, Ok(vec![]));
    }
    assert_eq!(store.seen(SessionId([1; 16]), at(1000)).await, Ok(true));
    let ended = store.begin(session(most + 3, 1, "page"), None).await.expect("an answer");
    assert_eq!(ended.iter().map(|session| session.id).collect::<Vec<_>>(), [SessionId([2; 16])]);
    assert_eq!(store.by_cookie(Digest([2; 32])).await, Ok(None));
    assert_eq!(store.of(UserId([1; 16])).await.map(|all| all.len()), Ok(MAX_SESSIONS + 1));
}

async fn a_person_s_sessions_are_listed_and_end_together(store: &impl Sessions) {
    for (number, user) in [(1, 1), (3, 1), (2, 1), (4, 2)] {
        assert_eq!(store.begin(session(number, user, "page"), None).await, Ok(vec![]));
    }
    let ids = |sessions: &[Session]| sessions.iter().map(|session| session.id.0[0]).collect::<Vec<_>>();
    assert_eq!(store.of(UserId([1; 16])).await.map(|all| ids(&all)), Ok(vec![3, 2, 1]));
    let mut ended = store.end_of_user(UserId([1; 16])).await.expect("an answer");
    ended.sort_unstable();
    assert_eq!(ended, [SessionId([1; 16]), SessionId([2; 16]), SessionId([3; 16])]);
    assert_eq!(store.of(UserId([1; 16])).await, Ok(vec![]));
    assert_eq!(store.of(UserId([2; 16])).await.map(|all| ids(&all)), Ok(vec![4]));
}

async fn all_are_listed_a_few_at_a_time(store: &impl Sessions) {
    for (number, user) in [(4, 1), (2, 2), (3, 1), (1, 3)] {
        assert_eq!(store.begin(session(number, user, "page"), None).await, Ok(vec![]));
    }
    let ids = |sessions: Vec<Session>| sessions.iter().map(|session| session.id.0[0]).collect::<Vec<_>>();
    assert_eq!(store.list(None, 3).await.map(ids), Ok(vec![1, 2, 3]));
    assert_eq!(store.list(Some(SessionId([3; 16])), 3).await.map(ids), Ok(vec![4]));
    assert_eq!(store.list(Some(SessionId([4; 16])), 3).await.map(ids), Ok(vec![]));
    assert_eq!(store.by_id(SessionId([2; 16])).await, Ok(Some(session(2, 2, "page"))));
    assert_eq!(store.by_id(SessionId([5; 16])).await, Ok(None));
}

async fn old_ones_end_a_few_at_a_time(store: &impl Sessions) {
    for number in 1..=6 {
        assert_eq!(store.begin(session(number, number, "page"), None).await, Ok(vec![]));
        assert_eq!(store.seen(SessionId([number; 16]), at(100 + u64::from(number))).await, Ok(true));
    }
    // Begun before 3, or last seen before 105.
    assert_eq!(store.end_old(at(3), at(105), 3).await, Ok(3));
    assert_eq!(store.end_old(at(3), at(105), 3).await, Ok(1));
    assert_eq!(store.end_old(at(3), at(105), 3).await, Ok(0));
    assert_eq!(store.by_cookie(Digest([5; 32])).await.map(|found| found.is_some()), Ok(true));
}
